namespace Mesh.Client.Configuration;

/// <summary>Which kinds there are, in which API group, and what binding one means.</summary>
internal static class ResourceKinds
{
    private const string Networking = "networking.istio.io";
    private const string SecurityGroup = "security.istio.io";

    /// <summary>The Gateway API, of which only what holds for calls between services is read.</summary>
    public const string GatewayApi = "gateway.networking.k8s.io";

    /// <summary>Istio serves all of these with one schema.</summary>
    private static readonly string[] IstioVersions = ["v1", "v1beta1", "v1alpha3", "v1alpha1"];

    /// <summary>What is read of HTTPRoutes is the same in both.</summary>
    private static readonly string[] HttpRouteVersions = ["v1", "v1beta1"];

    /// <summary>Older clusters have GRPCRoutes and ReferenceGrants in no other than the last.</summary>
    private static readonly string[] OtherRouteVersions = ["v1", "v1beta1", "v1alpha2"];

    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["VirtualService"] = Networking,
        ["DestinationRule"] = Networking,
        ["Gateway"] = Networking,
        ["ServiceEntry"] = Networking,
        ["Sidecar"] = Networking,
        ["WorkloadEntry"] = Networking,
        ["WorkloadGroup"] = Networking,
        ["EnvoyFilter"] = Networking,
        ["ProxyConfig"] = Networking,
        ["PeerAuthentication"] = SecurityGroup,
        ["RequestAuthentication"] = SecurityGroup,
        ["AuthorizationPolicy"] = SecurityGroup,
        ["Telemetry"] = "telemetry.istio.io",
        ["WasmPlugin"] = "extensions.istio.io",
        [GatewayRouteConfiguration.Http] = GatewayApi,
        [GatewayRouteConfiguration.Grpc] = GatewayApi,
        ["ReferenceGrant"] = GatewayApi,
    };

    /// <summary>In which objects of a kind are read, the best first.</summary>
    public static IReadOnlyList<string> VersionsOf(string group, string kind)
        => group != GatewayApi ? IstioVersions : kind == GatewayRouteConfiguration.Http ? HttpRouteVersions : OtherRouteVersions;

    public static IEnumerable<string> InGroup(string group) => Groups.Where(entry => entry.Value == group).Select(entry => entry.Key);

    /// <summary>Null for a kind that Istio does not have.</summary>
    public static string? GroupOf(string kind) => Groups.GetValueOrDefault(kind);

    /// <summary>A group of Istio whose resources are rules. It has others, such as <c>install.istio.io</c>, which speak to its installer.</summary>
    public static bool IsMeshGroup(string group) => Groups.ContainsValue(group);

    public static IEnumerable<string> MeshGroups => Groups.Values.Distinct();

    /// <summary>Binds one resource whose kind is known; its metadata is taken from <paramref name="fields"/> before, and so is its extension.</summary>
    public static void Bind(string kind, FieldReader fields, ResourceMetadata metadata, ConfigurationNode? extension, DocumentContent content)
    {
        switch (kind)
        {
            case "VirtualService":
                if (VirtualServiceBinder.Bind(fields, metadata, extension) is { } virtualService)
                {
                    content.VirtualServices.Add(virtualService);
                }

                break;
            case "DestinationRule":
                if (DestinationRuleBinder.Bind(fields, metadata, extension) is { } destinationRule)
                {
                    content.DestinationRules.Add(destinationRule);
                }

                break;
            case "ServiceEntry":
                if (ServiceEntryBinder.Bind(fields, metadata) is { } serviceEntry)
                {
                    content.ServiceEntries.Add(serviceEntry);
                }

                break;
            case "WorkloadEntry":
                if (WorkloadEntryBinder.Bind(fields, metadata) is { } workloadEntry)
                {
                    content.WorkloadEntries.Add(workloadEntry);
                }

                break;
            case "Sidecar":
                content.Sidecars.Add(SidecarBinder.Bind(fields, metadata));
                break;
            case GatewayRouteConfiguration.Http or GatewayRouteConfiguration.Grpc:
                content.GatewayRoutes.Add(GatewayRouteBinder.Bind(fields, metadata));
                break;
            case "Gateway":
                fields.Check("selector", ValueChecks.MapOf(ValueChecks.Text));
                fields.Check("servers", UnbuiltBlocks.Servers);
                content.Gateways.Add(new GatewayConfiguration { Node = fields.Node, Metadata = metadata });
                fields.Findings.Info(FindingCodes.GatewayAccepted,
                    fields.Node, "a Gateway is accepted and has no effect on a client; serving it is a part of its own.");
                break;
            case "PeerAuthentication" or "RequestAuthentication" or "AuthorizationPolicy":
                content.UnbuiltSecurityPolicies.Add(SecurityPolicyBinder.Bind(kind, fields, metadata));
                break;
            default:
                UnbuiltResource.Report(kind, fields);
                break;
        }
    }
}
