namespace Mesh.Client.Configuration;

/// <summary>Hosts that are declared from outside of <c>Mesh:Services</c>, in Istio's words.</summary>
internal sealed record ServiceEntryConfiguration : ResourceConfiguration
{
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Empty: the hosts take any port.</summary>
    public IReadOnlyList<PortConfiguration> Ports { get; init; } = [];

    public ServiceResolution Resolution { get; init; }

    /// <summary>MESH_EXTERNAL, which is the default.</summary>
    public bool External { get; init; } = true;

    public IReadOnlyList<WorkloadEntryConfiguration> Endpoints { get; init; } = [];

    /// <summary>Labels of the WorkloadEntries of the same namespace that are its endpoints; null: it selects none.</summary>
    public IReadOnlyDictionary<string, string>? WorkloadSelector { get; init; }

    /// <summary>Names in the certificates of its servers, for policies that add TLS and name none.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];

    /// <summary>As written; empty is everywhere.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];
}
