using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>The spec of an HTTPRoute or a GRPCRoute.</summary>
internal static class GatewayRouteBinder
{
    public static GatewayRouteConfiguration Bind(FieldReader fields, ResourceMetadata metadata)
    {
        var findings = fields.Findings;
        var isGrpc = metadata.Kind == GatewayRouteConfiguration.Grpc;
        var parents = ParentsBinder.Bind(fields, metadata.Kind);
        CheckHostnames(fields, parents.Count > 0);
        fields.NotBuilt("useDefaultGateways", "it is about gateways alone", ValueChecks.Text);
        var items = fields.Items("rules");
        List<GatewayRuleConfiguration> rules = [];
        for (var i = 0; i < items.Count; i++)
        {
            if (FieldReader.Open(items[i], findings) is { } rule)
            {
                var place = string.Create(CultureInfo.InvariantCulture, $"rules[{i}]");
                rules.Add(isGrpc ? GrpcRuleBinder.Bind(rule, place) : HttpRuleBinder.Bind(rule, place));
            }
        }

        if (!isGrpc && !fields.Has("rules") && !fields.Node.IsMisspelt("rules"))
        {
            rules.Add(HttpRuleBinder.Default(fields));
        }

        fields.Finish();
        CheckNames(rules, findings);
        return new() { Node = fields.Node, Metadata = metadata, Parents = parents, Rules = rules };
    }

    private static void CheckHostnames(FieldReader fields, bool isForServices)
    {
        foreach (var item in fields.Items("hostnames"))
        {
            if (ScalarReader.Text(item, fields.Findings) is { } host
                && (host == "*" || HostName.FindError(host, allowsWildcard: true) is not null || HostName.IsPartialWildcard(host)))
            {
                fields.Findings.Error(FindingCodes.BadHost, item, $"{FindingSink.Quote(host)} cannot be a host name: a name is needed, or one that begins with '*.'.");
            }
        }

        if (isForServices && fields.Take("hostnames") is { Items.Count: > 0 } hostnames)
        {
            fields.Findings.Warning(FindingCodes.IgnoredHostnames, hostnames,
                "host names of a route mean nothing for calls between services: the route holds whatever name its Service is called by.",
                "Remove them, or ask for the header Host in matches.");
        }
    }

    private static void CheckNames(List<GatewayRuleConfiguration> rules, FindingSink findings)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            if (rule.Action.Name is { } name && !names.Add(name))
            {
                findings.Error(FindingCodes.BadName, rule.Action.Node.Field("name")!, $"two rules of the route are named {FindingSink.Quote(name)}.", "Rename one of them.");
            }
        }
    }
}
