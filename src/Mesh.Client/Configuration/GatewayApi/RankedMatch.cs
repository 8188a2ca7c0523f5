namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>matches</c> and how specific it is.</summary>
internal sealed record RankedMatch(HttpMatchConfiguration Match, MatchRank Rank);
