namespace Mesh.Client.Configuration;

/// <summary>All accepted rules of all sources, as written, in Istio's vocabulary. Immutable once published.</summary>
internal sealed record MeshConfiguration
{
    public static MeshConfiguration Empty { get; } = new();

    /// <summary>The namespace of this process; rules without one live here too.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Where rules live that hold for all namespaces.</summary>
    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>What Kubernetes calls the cluster domain: the end of fully qualified service names.</summary>
    public string Domain { get; init; } = "cluster.local";

    public WorkloadConfiguration Workload { get; init; } = new();

    public OutboundTrafficPolicyMode OutboundTrafficPolicy { get; init; } = OutboundTrafficPolicyMode.AllowAny;

    /// <summary>How a host that has rules but no entry under <c>Services</c> finds its endpoints.</summary>
    public DiscoveryChoice DefaultDiscovery { get; init; } = DiscoveryKind.Dns;

    /// <summary>Makes every random choice repeatable; null takes the operating system's chance.</summary>
    public long? Seed { get; init; }

    public PropagationConfiguration Propagation { get; init; } = new();

    public DnsConfiguration Dns { get; init; } = new();

    public StateConfiguration State { get; init; } = new();

    public MeshExtension Extension { get; init; } = MeshExtension.Default;

    public IReadOnlyList<ServiceConfiguration> Services { get; init; } = [];

    public IReadOnlyList<VirtualServiceConfiguration> VirtualServices { get; init; } = [];

    public IReadOnlyList<DestinationRuleConfiguration> DestinationRules { get; init; } = [];

    public IReadOnlyList<ServiceEntryConfiguration> ServiceEntries { get; init; } = [];

    public IReadOnlyList<WorkloadEntryConfiguration> WorkloadEntries { get; init; } = [];

    public IReadOnlyList<SidecarConfiguration> Sidecars { get; init; } = [];

    /// <summary>HTTPRoutes and GRPCRoutes.</summary>
    public IReadOnlyList<GatewayRouteConfiguration> GatewayRoutes { get; init; } = [];

    /// <summary>Only their names: what refers to them is checked, and nothing is served.</summary>
    public IReadOnlyList<GatewayConfiguration> Gateways { get; init; } = [];

    /// <summary>What asks for protection that is not built: what it protects is refused.</summary>
    public IReadOnlyList<UnbuiltSecurityPolicy> UnbuiltSecurityPolicies { get; init; } = [];
}
