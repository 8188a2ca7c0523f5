namespace Mesh.Client.Configuration;

/// <summary>The spec of a WorkloadEntry, and each of a ServiceEntry's <c>endpoints</c>.</summary>
internal static class WorkloadEntryBinder
{
    // Istio writes unix:///path; the address here is unix:/path.
    private const string UnixUri = "unix://";

    /// <param name="fields">The spec.</param>
    /// <param name="metadata">Of the WorkloadEntry; of the ServiceEntry for one of its endpoints, whose labels are not the endpoint's.</param>
    public static WorkloadEntryConfiguration? Bind(FieldReader fields, ResourceMetadata metadata)
    {
        var address = fields.RequiredText("address");
        var labels = fields.TextMap("labels", LabelSyntax.Check);
        var locality = LocalityText.Take(fields);
        var weight = fields.Integer("weight", 0, int.MaxValue) ?? 0;
        var ports = Ports(fields);
        fields.NotBuilt("network", "every endpoint is dialled directly, and one that only a gateway of its network reaches cannot be called: that needs mutual TLS", ValueChecks.Text);
        fields.NotBuilt("serviceAccount", "no identity of an endpoint is checked: that needs mutual TLS", ValueChecks.Text);
        fields.Finish();
        if (address is null)
        {
            return null;
        }

        var at = fields.Take("address")!;
        address = address.StartsWith(UnixUri, StringComparison.OrdinalIgnoreCase) ? EndpointAddressText.UnixPrefix + address[UnixUri.Length..] : address;
        if (FindError(address) is { } error)
        {
            fields.Findings.Error(FindingCodes.BadAddress, at, $"{FindingSink.Quote(address)} cannot be an endpoint's address: {error}.");
        }

        return new WorkloadEntryConfiguration
        {
            Node = fields.Node,
            Metadata = metadata,
            Address = address,
            Ports = ports,
            Labels = metadata.Kind == "WorkloadEntry" ? Merge(labels, metadata.Labels) : labels,
            Locality = locality,
            Weight = Math.Max(1, weight),
        };
    }

    private static string? FindError(string address)
    {
        if (address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return address.Length > EndpointAddressText.UnixPrefix.Length && address[EndpointAddressText.UnixPrefix.Length] != '/'
                ? "the path of a Unix socket is absolute, such as unix:///run/app.sock"
                : EndpointAddressRule.FindError(address);
        }

        // Istio writes addresses of both families without brackets.
        return EndpointAddressText.TryParseIp(address, out _) || DnsName.IsHost(address) && EndpointAddressText.IsName(address)
            ? null
            : "an IP address, a name or unix:///path is needed, without a port; ports have a field of their own";
    }

    private static Dictionary<string, int> Ports(FieldReader fields)
    {
        var ports = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        if (fields.Object("ports") is not { } map)
        {
            return ports;
        }

        // Not by name: each look-up walks them all.
        foreach (var (name, value) in map.Node.Properties)
        {
            if (!DnsName.IsAnyCaseLabel(name))
            {
                fields.Findings.Error(FindingCodes.BadPortName, value, $"{FindingSink.Quote(name)} cannot be the name of a port: {DnsName.AnyCaseLabelRule}.");
            }

            if (ScalarReader.Integer(value, 1, 65535, fields.Findings) is { } port)
            {
                ports[name] = port;
            }
        }

        return ports;
    }

    private static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> spec, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return spec;
        }

        var merged = new Dictionary<string, string>(spec, StringComparer.Ordinal);
        foreach (var (name, value) in metadata)
        {
            merged[name] = value;
        }

        return merged;
    }
}
