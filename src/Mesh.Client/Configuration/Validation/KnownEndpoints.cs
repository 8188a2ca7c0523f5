namespace Mesh.Client.Configuration;

/// <summary>The hosts that documents declare, and their ports and endpoints where documents name these too.</summary>
internal sealed class KnownEndpoints
{
    private readonly Dictionary<string, Declaration?> _hosts = new(StringComparer.Ordinal);
    private readonly WildcardTable<bool> _wildcards = new();
    private readonly MeshConfiguration _configuration;
    private readonly WorkloadIndex _workloads;

    public KnownEndpoints(MeshConfiguration configuration)
    {
        _configuration = configuration;
        _workloads = new(configuration.WorkloadEntries);
        foreach (var service in configuration.Services)
        {
            var areUsed = service.Discovery is null or { Kind: DiscoveryKind.Static or DiscoveryKind.Dns };
            Add(service.Metadata.Name, service.Metadata, new(service.Ports, () => areUsed ? [.. service.Endpoints.Select(endpoint => endpoint.Labels)] : []));
        }

        foreach (var entry in configuration.ServiceEntries)
        {
            foreach (var host in entry.Hosts)
            {
                Add(host, entry.Metadata, new(entry.Ports, () => LabelsOf(entry), IsOriginalDestination: entry.Resolution is ServiceResolution.None or ServiceResolution.DynamicDns));
            }
        }
    }

    public bool IsDeclared(string host) => Find(host, out _) || _wildcards.TryFind(host, out _);

    /// <summary>Null where they are not known or none are written.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? LabelsOf(string host)
        => Find(host, out var declaration) && declaration?.Labels() is { Count: > 0 } labels ? labels : null;

    /// <summary>What the caller wrote is dialled, so that no labels can choose.</summary>
    public bool IsOriginalDestination(string host) => Find(host, out var declaration) && declaration is { IsOriginalDestination: true };

    /// <summary>Null where they are not known or the host takes any.</summary>
    public IReadOnlyList<PortConfiguration>? PortsOf(string host)
        => Find(host, out var declaration) && declaration is { Ports.Count: > 0 } ? declaration.Ports : null;

    private IReadOnlyList<IReadOnlyDictionary<string, string>> LabelsOf(ServiceEntryConfiguration entry)
    {
        if (entry.Resolution is ServiceResolution.None or ServiceResolution.DynamicDns)
        {
            return [];
        }

        return entry.WorkloadSelector is { } selector
            ? [.. _workloads.Select(entry.Metadata.Namespace, selector).Select(workload => workload.Labels)]
            : [.. entry.Endpoints.Select(endpoint => endpoint.Labels)];
    }

    /// <summary>Of a host that is declared twice nothing is said: which one is used is another check's.</summary>
    private void Add(string host, ResourceMetadata of, Declaration declaration)
    {
        var name = HostName.Resolve(host, of.Namespace, _configuration.Domain);
        if (name.StartsWith('*'))
        {
            _wildcards.TryAdd(name, true);
        }

        if (!_hosts.TryAdd(name, declaration))
        {
            _hosts[name] = null;
        }
    }

    /// <summary>Also by a name that leaves out the end of the full one.</summary>
    private bool Find(string host, out Declaration? declaration)
        => _hosts.TryGetValue(host, out declaration) || _hosts.TryGetValue($"{host}.svc.{_configuration.Domain}", out declaration)
            || _hosts.TryGetValue($"{host}.{_configuration.Domain}", out declaration);

    private sealed record Declaration(IReadOnlyList<PortConfiguration> Ports, Func<IReadOnlyList<IReadOnlyDictionary<string, string>>> Labels, bool IsOriginalDestination = false);
}
