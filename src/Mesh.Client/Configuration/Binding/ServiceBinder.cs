namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>Mesh:Services</c>.</summary>
internal static class ServiceBinder
{
    private static readonly KeyValuePair<string, int>[] Protocols = [new("HTTP", 0), new("HTTPS", 1), new("HTTP2", 2), new("GRPC", 3)];

    public static readonly KeyValuePair<string, bool>[] Locations = [new("MESH_EXTERNAL", true), new("MESH_INTERNAL", false)];

    public static ServiceConfiguration Bind(FieldReader fields, ResourceMetadata metadata)
    {
        var findings = fields.Findings;
        var external = fields.Flag("external");
        var location = fields.Choice("location", Locations);
        var service = new ServiceConfiguration
        {
            Node = fields.Node,
            Metadata = metadata,
            Discovery = findings.DiscoveryWords.Read(fields, "discovery"),
            DiscoveryName = fields.Text("discoveryName"),
            Ports = [.. fields.Items("ports").Select(item => Port(item, Protocols, findings)).OfType<PortConfiguration>()],
            Endpoints = [.. fields.Items("endpoints").Select(item => Endpoint(item, findings)).OfType<EndpointConfiguration>()],
            External = external ?? location ?? false,
        };
        fields.Finish();
        ServiceValidator.Check(service, findings);
        return service;
    }

    public static PortConfiguration? Port(ConfigurationNode node, KeyValuePair<string, int>[] protocols, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        if (!fields.Has("number") && !fields.Node.IsMisspelt("number"))
        {
            findings.Error(FindingCodes.MissingField, node, "'number' is missing.", "Write the port that callers address.");
        }

        var number = fields.Integer("number", 1, 65535);
        var name = fields.Text("name");
        if (name is not null && !DnsName.IsAnyCaseLabel(name))
        {
            findings.Error(FindingCodes.BadPortName, fields.Take("name")!, $"{FindingSink.Quote(name)} cannot be the name of a port: {DnsName.AnyCaseLabelRule}.");
        }

        var target = fields.Integer("targetPort", 1, 65535);
        var protocol = fields.Text("protocol") is null ? null : fields.Take("protocol")!.Text!.ToUpperInvariant();
        if (protocol is not null)
        {
            fields.Choice("protocol", protocols);
        }

        fields.Finish();
        return number is null ? null : new PortConfiguration
        {
            Number = number.Value,
            Name = name,
            TargetPort = target,
            Protocol = protocol
        };
    }

    private static EndpointConfiguration? Endpoint(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var address = fields.RequiredText("address");
        var labels = fields.TextMap("labels", LabelSyntax.Check);
        var locality = LocalityText.Take(fields);
        var weight = fields.Integer("weight", 1, int.MaxValue) ?? 1;
        fields.Finish();
        return address is null ? null : new EndpointConfiguration
        {
            Node = node,
            Address = address,
            Labels = labels,
            Locality = locality,
            Weight = weight
        };
    }
}
