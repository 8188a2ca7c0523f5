namespace Mesh.Client.Configuration;

/// <summary>What one document holds, while it is being bound.</summary>
internal sealed class DocumentContent
{
    public List<ServiceConfiguration> Services { get; } = [];

    public List<VirtualServiceConfiguration> VirtualServices { get; } = [];

    public List<DestinationRuleConfiguration> DestinationRules { get; } = [];

    public List<ServiceEntryConfiguration> ServiceEntries { get; } = [];

    public List<WorkloadEntryConfiguration> WorkloadEntries { get; } = [];

    public List<SidecarConfiguration> Sidecars { get; } = [];

    public List<GatewayRouteConfiguration> GatewayRoutes { get; } = [];

    public List<GatewayConfiguration> Gateways { get; } = [];

    public List<UnbuiltSecurityPolicy> UnbuiltSecurityPolicies { get; } = [];

    public MeshConfiguration Apply(MeshConfiguration settings) => settings with
    {
        Services = Services,
        VirtualServices = VirtualServices,
        DestinationRules = DestinationRules,
        ServiceEntries = ServiceEntries,
        WorkloadEntries = WorkloadEntries,
        Sidecars = Sidecars,
        GatewayRoutes = GatewayRoutes,
        Gateways = Gateways,
        UnbuiltSecurityPolicies = UnbuiltSecurityPolicies,
    };
}
