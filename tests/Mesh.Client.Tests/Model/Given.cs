using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>Configuration in few words. Names are <c>name</c> or <c>namespace/name</c>; the namespace is <c>default</c> otherwise.</summary>
internal static class Given
{
    public static ConfigurationNode Node { get; } = ConfigurationNode.Root("test", PathStyle.Colons, NodeKind.Mapping, null, SourcePosition.None);

    public static MeshSnapshot Snapshot(
        ServiceConfiguration[]? services = null,
        VirtualServiceConfiguration[]? virtualServices = null,
        DestinationRuleConfiguration[]? destinationRules = null,
        DiscoveryKind defaultDiscovery = DiscoveryKind.Dns,
        string @namespace = "default",
        string[]? externalHosts = null,
        UnbuiltSecurityPolicy[]? securityPolicies = null)
        => SnapshotCompiler.Compile(
            new()
            {
                Namespace = @namespace,
                DefaultDiscovery = defaultDiscovery,
                Propagation = new() { ExternalHosts = externalHosts ?? [] },
                Services = services ?? [],
                VirtualServices = virtualServices ?? [],
                DestinationRules = destinationRules ?? [],
                UnbuiltSecurityPolicies = securityPolicies ?? [],
            },
            1);

    public static ResourceMetadata Metadata(string kind, string name, int? created = null)
    {
        var slash = name.IndexOf('/');
        return new()
        {
            Kind = kind,
            Name = name[(slash + 1)..],
            Namespace = slash < 0 ? "default" : name[..slash],
            CreationTimestamp = created is { } day ? new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero) : null,
        };
    }

    public static ServiceConfiguration Service(string name, params int[] ports)
        => Service(name, ports.Select(port => Port(port)).ToArray());

    public static ServiceConfiguration Service(string name, PortConfiguration[] ports, params EndpointConfiguration[] endpoints)
        => new() { Node = Node, Metadata = Metadata("Service", name), Ports = ports, Endpoints = endpoints };

    public static PortConfiguration Port(int number, string? name = null, int? target = null)
        => new() { Number = number, Name = name, TargetPort = target };

    public static EndpointConfiguration Endpoint(string address, params (string Key, string Value)[] labels)
        => new() { Node = Node, Address = address, Labels = labels.ToDictionary(label => label.Key, label => label.Value) };

    public static VirtualServiceConfiguration VirtualService(string name, string[] hosts, params HttpRouteConfiguration[] http)
        => VirtualService(name, null, hosts, http);

    public static VirtualServiceConfiguration VirtualService(string name, int? created, string[] hosts, params HttpRouteConfiguration[] http)
        => new() { Node = Node, Metadata = Metadata("VirtualService", name, created), Hosts = hosts, Http = http };

    /// <summary>A rule that takes every call to one destination.</summary>
    public static HttpRouteConfiguration Route(string host, string? subset = null, int? port = null)
        => Route([], To(host, subset, 0, port));

    public static HttpRouteConfiguration Route(HttpMatchConfiguration[] match, params RouteDestinationConfiguration[] destinations)
        => new() { Node = Node, Match = match, Route = destinations };

    public static RouteDestinationConfiguration To(string host, string? subset = null, int weight = 0, int? port = null)
        => new() { Node = Node, Host = host, Subset = subset, Weight = weight, Port = port };

    public static HttpMatchConfiguration Match(
        StringMatchConfiguration? uri = null,
        StringMatchConfiguration? method = null,
        StringMatchConfiguration? scheme = null,
        StringMatchConfiguration? authority = null,
        bool ignoreUriCase = false,
        int? port = null,
        params (string Name, StringMatchConfiguration Value)[] headers)
        => new()
        {
            Node = Node,
            Uri = uri,
            Method = method,
            Scheme = scheme,
            Authority = authority,
            IgnoreUriCase = ignoreUriCase,
            Port = port,
            Headers = [.. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))],
        };

    public static StringMatchConfiguration Exact(string value) => new(StringMatchKind.Exact, value, Node);

    public static StringMatchConfiguration Prefix(string value) => new(StringMatchKind.Prefix, value, Node);

    public static StringMatchConfiguration Present() => new(StringMatchKind.Present, "", Node);

    public static DestinationRuleConfiguration DestinationRule(string name, string host, params SubsetConfiguration[] subsets)
        => PolicyRule(name, host, null, null, subsets);

    public static DestinationRuleConfiguration PolicyRule(
        string name, string host, TrafficPolicyConfiguration? policy, int? created, params SubsetConfiguration[] subsets)
        => new() { Node = Node, Metadata = Metadata("DestinationRule", name, created), Host = host, TrafficPolicy = policy, Subsets = subsets };

    public static UnbuiltSecurityPolicy PeerAuthentication(string name, SecurityDemand demand, params (string Key, string Value)[] selector)
        => new()
        {
            Node = Node,
            Metadata = Metadata("PeerAuthentication", name),
            Demand = demand,
            Selector = selector.ToDictionary(label => label.Key, label => label.Value),
        };

    public static SubsetConfiguration Subset(string name, TrafficPolicyConfiguration? policy = null)
        => new() { Node = Node, Name = name, Labels = new Dictionary<string, string> { ["version"] = name }, TrafficPolicy = policy };

    /// <summary>The clusters of the first rule of the VirtualService that rules a host.</summary>
    public static IReadOnlyList<ClusterModel> ClustersOf(MeshSnapshot snapshot, string host, int rule = 0, int destination = 0)
        => snapshot.Hosts[host].VirtualService!.Rules[rule].Destinations[destination].Clusters;
}
