using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>The first rule that matches wins, so that nothing after one that always matches is ever reached.</summary>
internal static class ReachabilityValidator
{
    public static void Check(VirtualServiceConfiguration rule, FindingSink findings)
    {
        HttpRouteConfiguration? catchAll = null;
        foreach (var route in rule.Http)
        {
            if (catchAll is not null)
            {
                findings.Warning(FindingCodes.Unreachable, route.Node, string.Create(CultureInfo.InvariantCulture,
                    $"no call reaches this rule: {catchAll.Node.Path} before it, on line {catchAll.Node.Position.Line}, matches every call (IST0130)."),
                    "Move the rule without conditions to the end.");
            }
            else if (IsCatchAll(route))
            {
                catchAll = route;
            }
        }
    }

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
