namespace Mesh.Client.Configuration;

/// <summary>The spec of a Sidecar.</summary>
internal static class SidecarBinder
{
    private const string Form = "namespace/host is needed: a name, '.', '*' or '~' before the slash; a name, a wildcard such as *.example.com, or '*' behind it";

    public static SidecarConfiguration Bind(FieldReader fields, ResourceMetadata metadata)
    {
        var findings = fields.Findings;
        var selector = WorkloadSelector.Bind(fields.Object("workloadSelector"), "labels");
        var hosts = new List<EgressHostConfiguration>();
        foreach (var item in fields.Items("egress"))
        {
            BindEgress(item, hosts, findings);
        }

        var mode = OutboundMode(fields.Object("outboundTrafficPolicy"));
        const string Incoming = "it concerns incoming calls, which reach the application itself";
        fields.NotBuilt("ingress", Incoming, UnbuiltBlocks.Ingress);
        fields.NotBuilt("inboundConnectionPool", Incoming, ValueChecks.Mapping);
        fields.Finish();
        return new SidecarConfiguration
        {
            Node = fields.Node,
            Metadata = metadata,
            WorkloadSelector = selector,
            EgressHosts = fields.Items("egress").Count == 0 ? null : hosts,
            OutboundTrafficPolicy = mode,
        };
    }

    private static void BindEgress(ConfigurationNode node, List<EgressHostConfiguration> hosts, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return;
        }

        const string NoListener = "there is no listener: calls go from the client to the endpoint";
        var port = SidecarPortBinder.Bind(fields.Object("port"));
        fields.NotBuilt("bind", NoListener, ValueChecks.Text);
        fields.NotBuilt("captureMode", NoListener, UnbuiltBlocks.CaptureMode);
        var items = fields.Items("hosts");
        fields.Finish();
        if (items.Count == 0)
        {
            findings.Error(FindingCodes.MissingField, fields.Take("hosts") ?? node, "'hosts' is missing or empty.", "Write hosts: [ \"./*\" ]; \"~/*\" shows nothing.");
        }

        foreach (var item in items)
        {
            if (ScalarReader.Text(item, findings) is { } text && Host(text, item, findings) is { } host && port is { } number)
            {
                hosts.Add(host with { Port = number });
            }
        }
    }

    private static EgressHostConfiguration? Host(string text, ConfigurationNode node, FindingSink findings)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (space, host) = slash < 0 ? ("", "") : (text[..slash], text[(slash + 1)..]);
        var isExcluded = space.Length > 1 && space[0] == '~';
        space = isExcluded ? space[1..] : space;
        var isNamespace = space is EgressHostConfiguration.Any or EgressHostConfiguration.Own or EgressHostConfiguration.None || DnsName.IsLabel(space);
        if (!isNamespace || (host != EgressHostConfiguration.Any && (HostName.IsPartialWildcard(host) || HostName.FindError(host, allowsWildcard: true) is not null))
            || (space == EgressHostConfiguration.None && host != EgressHostConfiguration.Any))
        {
            findings.Error(FindingCodes.BadEgressHost, node, $"{FindingSink.Quote(text)} cannot be used: {Form}; with '~' nothing but '~/*'.",
                slash < 0 ? $"Write \"./{text}\" for this namespace, or \"*/{text}\"." : null);
            return null;
        }

        return new EgressHostConfiguration(space, host, isExcluded, node);
    }

    private static OutboundTrafficPolicyMode? OutboundMode(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var mode = fields.Choice("mode", SettingsBinder.Modes);
        fields.NotBuilt("egressProxy", "calls go straight to their host", UnbuiltBlocks.Destination);
        fields.Finish();
        if (!fields.Has("mode"))
        {
            fields.Findings.Info(FindingCodes.AmbiguousOutboundMode, fields.Node, "the block names no mode, which is REGISTRY_ONLY, as in Istio.", "Write the mode.");
        }

        return mode ?? OutboundTrafficPolicyMode.RegistryOnly;
    }
}
