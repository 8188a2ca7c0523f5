namespace Mesh.Client.Configuration;

/// <summary>A <c>Mesh</c> section: settings, and maps from name to spec.</summary>
internal static class SectionBinder
{
    /// <summary>The maps of Istio's resources, and the kind of what is in them.</summary>
    public static readonly KeyValuePair<string, string>[] Maps =
    [
        new("VirtualServices", "VirtualService"), new("DestinationRules", "DestinationRule"), new("ServiceEntries", "ServiceEntry"),
        new("WorkloadEntries", "WorkloadEntry"),
        new("HTTPRoutes", GatewayRouteConfiguration.Http), new("GRPCRoutes", GatewayRouteConfiguration.Grpc),
        new("Gateways", "Gateway"), new("Sidecars", "Sidecar"), new("PeerAuthentications", "PeerAuthentication"),
        new("RequestAuthentications", "RequestAuthentication"), new("AuthorizationPolicies", "AuthorizationPolicy"),
    ];

    public static MeshConfiguration Bind(ConfigurationNode section, DocumentContent content, HashSet<string> settings, FindingSink findings)
    {
        if (FieldReader.Open(section, findings) is not { } fields)
        {
            return MeshConfiguration.Empty;
        }

        var configuration = SettingsBinder.Bind(fields, settings);
        foreach (var (name, entry, metadata) in Entries(fields.Take("Services"), "Service", configuration.Namespace, findings))
        {
            if (IsServiceName(metadata.Name))
            {
                content.Services.Add(ServiceBinder.Bind(entry, metadata));
                continue;
            }

            findings.Error(FindingCodes.BadName, entry.Node,
                $"{FindingSink.Quote(name)} cannot be a service.", "A key is name, or namespace/name; the name is a host without port.");
        }

        foreach (var (map, kind) in Maps)
        {
            foreach (var (_, entry, metadata) in Entries(fields.Take(map), kind, configuration.Namespace, findings))
            {
                ResourceKinds.Bind(kind, entry, metadata, ExtensionBinder.Take(entry, kind), content);
            }
        }

        findings.Resource = "";
        fields.Finish();
        return content.Apply(configuration);
    }

    private static bool IsServiceName(string name) => DnsName.IsHost(name);

    private static IEnumerable<(string Key, FieldReader Entry, ResourceMetadata Metadata)> Entries(
        ConfigurationNode? map, string kind, string meshNamespace, FindingSink findings)
    {
        findings.Resource = "";
        if (map is null)
        {
            yield break;
        }

        if (map.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(map, "a mapping from name to object", findings);
            yield break;
        }

        foreach (var (key, value) in map.Properties)
        {
            var prefix = key.Contains('/', StringComparison.Ordinal) ? "" : meshNamespace + "/";
            findings.Resource = $"{kind} {prefix}{FindingResource(key)}";
            if (FieldReader.Open(value, findings) is { } entry)
            {
                yield return (key, entry, MetadataBinder.BindKey(key, kind, entry));
            }
        }
    }

    /// <summary>A key that is no name is a finding of its own, and need not be repeated in full by every other.</summary>
    private static string FindingResource(string key) => key.Length <= 253 ? key : key[..253];
}
