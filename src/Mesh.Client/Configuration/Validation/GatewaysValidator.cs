namespace Mesh.Client.Configuration;

/// <summary>A rule that names gateways and not <c>mesh</c> is for the edge, which is a part of its own.</summary>
internal static class GatewaysValidator
{
    public static void Check(VirtualServiceConfiguration rule, FindingSink findings)
    {
        CheckNames(rule.Node, findings);
        foreach (var match in rule.Http.SelectMany(route => route.Match))
        {
            CheckNames(match.Node, findings);
        }

        if (!rule.AppliesToMesh)
        {
            findings.Info(FindingCodes.GatewayOnly, rule.Node.Field("gateways") ?? rule.Node,
                $"the rule is bound to {string.Join(", ", rule.Gateways.Take(5).Select(FindingSink.Quote))} only and does not apply to clients.", "Add 'mesh' to gateways where it shall.");
        }
    }

    private static void CheckNames(ConfigurationNode node, FindingSink findings)
    {
        foreach (var item in node.Field("gateways")?.Items ?? [])
        {
            if (item.Text is { } text && !IsName(text))
            {
                findings.Error(FindingCodes.BadName, item, $"{FindingSink.Quote(text)} cannot be a gateway: name or namespace/name is needed.", "Write mesh for the clients of the mesh.");
            }
        }
    }

    private static bool IsName(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return DnsName.IsSubdomain(text[(slash + 1)..]) && (slash < 0 || DnsName.IsLabel(text[..slash]));
    }
}
