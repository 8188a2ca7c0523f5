namespace Mesh.Client.Configuration;

/// <summary><c>parentRefs</c>: what a route is attached to.</summary>
internal static class ParentsBinder
{
    private const string GatewayGroup = "gateway.networking.k8s.io";

    /// <summary>The Services alone; everything else is told.</summary>
    public static IReadOnlyList<ServiceParent> Bind(FieldReader fields, string kind)
    {
        var parents = new List<ServiceParent>();
        var items = fields.Items("parentRefs");
        foreach (var item in items)
        {
            if (FieldReader.Open(item, fields.Findings) is { } parent && BindOne(parent) is { } service)
            {
                parents.Add(service);
            }
        }

        if (items.Count == 0 && !fields.Node.IsMisspelt("parentRefs"))
        {
            fields.Findings.Warning(FindingCodes.NotForServices, fields.Node, $"the {kind} is attached to nothing and has no effect.",
                "Write parentRefs: [ { group: \"\", kind: Service, name: ... } ].");
        }

        return parents;
    }

    private static ServiceParent? BindOne(FieldReader fields)
    {
        var findings = fields.Findings;
        var group = fields.TextOrEmpty("group") ?? GatewayGroup;
        var kind = fields.Text("kind") ?? "Gateway";
        var name = fields.RequiredText("name");
        var @namespace = Namespace(fields);
        var section = fields.Text("sectionName");
        var port = fields.Integer("port", 1, 65535);
        fields.Finish();
        if (name is null)
        {
            return null;
        }

        if (group.Length > 0 || kind != "Service")
        {
            Report(group, kind, name, fields.Node, findings);
            return null;
        }

        if (!DnsName.IsHost(name))
        {
            findings.Error(FindingCodes.BadName, fields.Take("name")!, $"{FindingSink.Quote(name)} cannot be a service: {DnsName.LabelRule}.");
            return null;
        }

        return new(name, @namespace, port, section, fields.Node);
    }

    public static string? Namespace(FieldReader fields)
    {
        var @namespace = fields.Text("namespace");
        if (@namespace is not null && !DnsName.IsLabel(@namespace))
        {
            fields.Findings.Error(FindingCodes.BadName, fields.Take("namespace")!, $"{FindingSink.Quote(@namespace)} cannot be a namespace: {DnsName.LabelRule}.");
        }

        return @namespace;
    }

    private static void Report(string group, string kind, string name, ConfigurationNode at, FindingSink findings)
    {
        if (group == GatewayGroup && kind is "Gateway" or "ListenerSet")
        {
            findings.Info(FindingCodes.NotForServices, at, $"the {kind} {FindingSink.Quote(name)} is served by gateways; for calls between services the route holds where it is attached to a Service.");
            return;
        }

        // The group has a default, which is not that of Services.
        var isLikelyService = kind == "Service";
        findings.Warning(FindingCodes.NotForServices, at,
            $"a parent of kind {FindingSink.Quote(kind)} and group {FindingSink.Quote(group)} is not known; the route is not attached to it.",
            isLikelyService ? "Write group: \"\"; where it is left out it is that of the Gateway API." : "Attach it to a Service: group: \"\", kind: Service.");
    }
}
