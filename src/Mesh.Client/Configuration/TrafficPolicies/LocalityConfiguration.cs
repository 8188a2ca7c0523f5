namespace Mesh.Client.Configuration;

/// <summary><c>localityLbSetting</c> or <c>zoneAwareLbSetting</c>.</summary>
internal sealed record LocalityConfiguration
{
    /// <summary>Envoy's <c>min_cluster_size</c> for zone aware routing.</summary>
    public const int DefaultMinClusterSize = 6;

    /// <summary>Where it is written.</summary>
    public ConfigurationNode? Node { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary><c>zoneAwareLbSetting</c>: the own zone gets as much as it can bear, and other regions stand in for the own one.</summary>
    public bool IsZoneAware { get; init; }

    /// <summary>The first whose <c>from</c> takes the client holds.</summary>
    public IReadOnlyList<LocalityDistribution> Distribute { get; init; } = [];

    /// <summary>Which region stands in for which.</summary>
    public IReadOnlyList<LocalityFailover> Failover { get; init; } = [];

    /// <summary>Names of labels, or <c>name=value</c>: the more of the leading ones an endpoint shares with the client, the sooner it is called.</summary>
    public IReadOnlyList<string> FailoverPriority { get; init; } = [];

    /// <summary>Healthy endpoints of the own region below which its zones are not told apart.</summary>
    public int MinClusterSize { get; init; } = DefaultMinClusterSize;

    /// <summary>What it does depends on the locality of the client: not where calls of all clients are distributed alike, and not where labels alone
    /// order endpoints.</summary>
    public bool ReadsClient => IsZoneAware || Failover.Count > 0
        || (Distribute.Count > 0 ? !Distribute.Any(distribution => distribution.From.Matches(Locality.Unknown))
            : FailoverPriority.Count == 0 || FailoverPriority.Any(name => name is "topology.kubernetes.io/region" or "topology.kubernetes.io/zone"));
}
