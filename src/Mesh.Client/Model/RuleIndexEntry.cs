namespace Mesh.Client.Model;

/// <summary>One alternative of one rule, with what finding it takes: two to a cache line.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Match">All of its conditions; null holds for every call.</param>
/// <param name="OnlyText">Where the condition that it is filed under is the only one: its text, so that nothing else need be looked at.</param>
/// <param name="Seed">What <paramref name="OnlyText"/> is a text of: the path, or which header.</param>
/// <param name="Next">The position that follows in its bucket.</param>
internal readonly record struct RuleIndexEntry(RouteRuleModel Rule, MatchModel? Match, string? OnlyText, uint Seed, int Next);
