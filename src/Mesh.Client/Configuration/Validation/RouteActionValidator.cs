namespace Mesh.Client.Configuration;

/// <summary>Every rule does exactly one thing.</summary>
internal static class RouteActionValidator
{
    public static void Check(HttpRouteConfiguration rule, FindingSink findings)
    {
        var node = rule.Node;
        var hasRoute = node.Field("route") is { Items.Count: > 0 };
        var redirect = node.Field("redirect") is not null;
        var direct = node.Field("directResponse") is not null;
        var isDelegating = node.Field("delegate") is not null;
        if (isDelegating)
        {
            if (hasRoute || redirect || direct)
            {
                findings.Error(FindingCodes.BadAction, node, "a rule that delegates has no action of its own.", "Remove delegate, or the other action.");
            }

            return;
        }

        if (node.IsMisspelt("route") || node.IsMisspelt("redirect") || node.IsMisspelt("directResponse") || node.IsMisspelt("delegate"))
        {
            return;
        }

        var actions = (hasRoute ? 1 : 0) + (redirect ? 1 : 0) + (direct ? 1 : 0);
        if (actions != 1)
        {
            findings.Error(FindingCodes.BadAction, node, $"exactly one of route, redirect and directResponse is needed, and {(actions == 0 ? "none is" : "more than one are")} written.",
                actions == 0 ? "Write route: with at least one destination." : "Keep one of them.");
            return;
        }

        if (!hasRoute && rule.Mirrors.Count > 0)
        {
            findings.Warning(FindingCodes.BadMirror, node, "a rule that sends nothing on mirrors nothing.", "Remove the mirror, or write a route.");
        }

        if (!hasRoute && (node.Field("fault") is not null || node.Field("rewrite") is not null))
        {
            findings.Error(FindingCodes.Conflict, node, "'fault' and 'rewrite' need a route; a redirect or direct response sends nothing on.", "Remove them, or write a route.");
        }
    }
}
