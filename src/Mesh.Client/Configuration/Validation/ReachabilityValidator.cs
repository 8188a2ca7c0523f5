using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>The first rule that matches wins, so that nothing after one that always matches is ever reached.</summary>
internal static class ReachabilityValidator
{
    public static void Check(VirtualServiceConfiguration rule, FindingSink findings)
    {
        HttpRouteConfiguration? catchAll = null;
        var coverage = rule.Http.Sum(route => route.Match.Count) > 1 ? new MatchCoverage() : null;
        foreach (var route in rule.Http)
        {
            if (catchAll is not null)
            {
                findings.Warning(FindingCodes.Unreachable, route.Node, string.Create(CultureInfo.InvariantCulture,
                    $"no call reaches this rule: {catchAll.Node.Path} before it, on line {catchAll.Node.Position.Line}, matches every call."),
                    "Move the rule without conditions to the end.");
            }
            else if (IsCatchAll(route))
            {
                // What a delegate does not match goes on to the next rule.
                catchAll = IsDelegating(route) ? null : route;
            }
            else if (coverage is not null)
            {
                CheckMatches(route, coverage, findings);
            }
        }
    }

    private static void CheckMatches(HttpRouteConfiguration route, MatchCoverage coverage, FindingSink findings)
    {
        HttpMatchConfiguration[] readable = [.. route.Match.Where(match => match.UnbuiltCondition is null)];
        var covers = readable.Select(coverage.FindCover).ToList();
        if (covers.Count > 0 && covers.Count == route.Match.Count && covers.TrueForAll(cover => cover is not null))
        {
            findings.Warning(FindingCodes.Unreachable, route.Node, $"no call reaches this rule: {Place(covers[0]!)} takes its calls{(covers.Count > 1 ? ", and rules before it those of its other matches" : "")}.",
                "Move it before them, or remove it.");
            return;
        }

        foreach (var match in readable)
        {
            if (coverage.FindCover(match) is { } cover)
            {
                findings.Info(FindingCodes.IneffectiveMatch, match.Node, $"this match takes no call: {Place(cover)} takes them before it.", "Remove it, or move it before the other.");
            }
            else if (!IsDelegating(route))
            {
                coverage.Add(match);
            }
        }
    }

    private static string Place(ConfigurationNode node)
        => node.Position.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{node.Path} on line {node.Position.Line}") : node.Path;

    private static bool IsDelegating(HttpRouteConfiguration route) => route.Node.Field("delegate") is not null;

    private static bool IsCatchAll(HttpRouteConfiguration route)
    {
        // A match that could not be read is a finding already; it is not a match that is not there.
        if (route.Match.Count == 0)
        {
            return route.Node.Field("match") is null or { Kind: NodeKind.Sequence, Items.Count: 0 };
        }

        return route.Match.Any(match => IsEveryPath(match) && HasNoOther(match));
    }

    private static bool HasNoOther(HttpMatchConfiguration match)
        => match is { Headers.Count: 0, WithoutHeaders.Count: 0, QueryParams.Count: 0, SourceLabels.Count: 0, Gateways.Count: 0 }
            and { UnbuiltCondition: null, SourceNamespace: null, Port: null, Method: null, Scheme: null, Authority: null };

    private static bool IsEveryPath(HttpMatchConfiguration match) => match.Uri switch
    {
        null => match.Node.Field("uri") is null,
        { Kind: StringMatchKind.Prefix } prefix => prefix.Value is "" or "/",
        { Kind: StringMatchKind.Regex } regex => regex.Value is ".*" or "/.*",
        _ => false,
    };
}
