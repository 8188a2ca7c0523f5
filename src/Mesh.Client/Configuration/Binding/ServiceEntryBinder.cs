using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>The spec of a ServiceEntry.</summary>
internal static class ServiceEntryBinder
{
    /// <summary>The protocol of a proxy that callers are told to use.</summary>
    public const int HttpProxy = 11;

    private static readonly KeyValuePair<string, ServiceResolution>[] Resolutions =
    [
        new("NONE", ServiceResolution.None), new("STATIC", ServiceResolution.Static), new("DNS", ServiceResolution.Dns),
        new("DNS_ROUND_ROBIN", ServiceResolution.DnsRoundRobin), new("DYNAMIC_DNS", ServiceResolution.DynamicDns),
    ];

    /// <summary>Those that are not HTTP can be declared; what an HTTP client sends there is HTTP all the same.</summary>
    public static readonly KeyValuePair<string, int>[] Protocols =
    [
        new("HTTP", 0), new("HTTPS", 1), new("HTTP2", 2), new("GRPC", 3), new("GRPC-WEB", 4), new("TCP", 5), new("TLS", 6), new("MONGO", 7),
        new("REDIS", 8), new("MYSQL", 9), new("UDP", 10), new("HTTP_PROXY", HttpProxy),
    ];

    public static IReadOnlyList<string> ProtocolNames { get; } = [.. Protocols.Select(protocol => protocol.Key)];

    public static ServiceEntryConfiguration? Bind(FieldReader fields, ResourceMetadata metadata)
    {
        var findings = fields.Findings;
        var entry = new ServiceEntryConfiguration
        {
            Node = fields.Node,
            Metadata = metadata,
            Hosts = fields.Texts("hosts"),
            Ports = [.. fields.Items("ports").Select(item => Port(item, findings)).OfType<PortConfiguration>()],
            Resolution = fields.Choice("resolution", Resolutions) ?? ServiceResolution.None,
            External = fields.Choice("location", ServiceBinder.Locations) ?? true,
            Endpoints = [.. fields.Items("endpoints").Select(item => Endpoint(item, metadata, findings)).OfType<WorkloadEntryConfiguration>()],
            WorkloadSelector = WorkloadSelector.Bind(fields.Object("workloadSelector"), "labels"),
            ExportTo = ExportTo.Bind(fields),
            SubjectAltNames = fields.Texts("subjectAltNames"),
        };
        CheckAddresses(fields, entry.Resolution);
        SubjectAltName.Check(fields, FindingCodes.BadTls);
        fields.Finish();
        if (entry.Hosts.Count == 0)
        {
            if (!fields.Node.IsMisspelt("hosts"))
            {
                findings.Error(FindingCodes.MissingField, fields.Take("hosts") ?? fields.Node, "'hosts' is missing or empty: the entry declares nothing.", "Write hosts: [ api.example.com ].");
            }

            return null;
        }

        ServiceEntryValidator.Check(entry, findings);
        return entry;
    }

    private static PortConfiguration? Port(ConfigurationNode node, FindingSink findings)
    {
        if (ServiceBinder.Port(node, Protocols, findings) is not { } port)
        {
            return null;
        }

        if (port.Name is null && !node.IsMisspelt("name"))
        {
            findings.Error(FindingCodes.MissingField, node.Field("name") ?? node, "'name' is missing or empty: a port of a ServiceEntry has one.", "Write a name, such as http.");
        }

        return port;
    }

    private static WorkloadEntryConfiguration? Endpoint(ConfigurationNode node, ResourceMetadata metadata, FindingSink findings)
        => FieldReader.Open(node, findings) is { } fields ? WorkloadEntryBinder.Bind(fields, metadata) : null;

    /// <summary>Virtual addresses are for callers that dial addresses, and an HTTP client's caller writes names.</summary>
    private static void CheckAddresses(FieldReader fields, ServiceResolution resolution)
    {
        foreach (var node in fields.Items("addresses"))
        {
            if (ScalarReader.Text(node, fields.Findings) is not { } text)
            {
                continue;
            }

            var isRange = text.Contains('/', StringComparison.Ordinal);
            if (isRange ? !IsRange(text) : !EndpointAddressText.TryParseIp(text, out _))
            {
                fields.Findings.Error(FindingCodes.BadAddress, node, $"{FindingSink.Quote(text)} is neither an IP address nor a range such as 10.1.0.0/16.");
            }
            else if (isRange && resolution is not (ServiceResolution.None or ServiceResolution.Static))
            {
                fields.Findings.Error(FindingCodes.DiscoveryMismatch, node, $"the range {FindingSink.Quote(text)} is allowed with the resolutions NONE and STATIC alone.", "Write single addresses, or none.");
            }
        }

        if (fields.Items("addresses").Count > 0)
        {
            fields.NotBuilt("addresses", "calls to an IP address are calls to an unknown host, and those to the entry's hosts need none");
        }
    }

    /// <summary>As Istio reads it: bits behind the prefix may be set.</summary>
    private static bool IsRange(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return System.Net.IPAddress.TryParse(text.AsSpan(0, slash), out var address)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            && prefix <= (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
    }
}
