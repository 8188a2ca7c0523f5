using System.Collections.Frozen;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Discovery;

/// <summary>Models as the snapshot compiler makes them.</summary>
internal static class Services
{
    public static IReadOnlyList<Endpoint> Endpoints(params string[] addresses) => [.. addresses.Select(EndpointAddress.Parse)];

    public static Endpoint Labelled(string address, string version, int weight = 1) => EndpointAddress.Parse(address) with
    {
        Labels = new Dictionary<string, string> { ["version"] = version }.ToFrozenDictionary(),
        Weight = weight,
    };

    public static ServiceModel Named(string name, DiscoveryChoice? discovery = null, IReadOnlyList<Endpoint>? endpoints = null) => new()
    {
        Name = name,
        ShortName = name,
        Namespace = "default",
        Discovery = discovery ?? DiscoveryKind.Dns,
        DiscoveryName = name,
        ReceivesContext = true,
        Endpoints = endpoints ?? [],
    };

    /// <summary>The one question of a service whose endpoints are not given by name.</summary>
    public static EndpointQuestion Question(string name, DiscoveryChoice? discovery = null) => new EndpointPlan(Named(name, discovery)).Questions.Single();

    public static ClusterModel Cluster(ServiceModel service, string? version = null, ClusterPolicy? policy = null, int port = 80) => new()
    {
        Key = new ClusterKey(service.Name, port, version),
        Service = service,
        Policy = policy ?? ClusterPolicy.Default,
        SubsetLabels = version is null
            ? FrozenDictionary<string, string>.Empty
            : new Dictionary<string, string> { ["version"] = version }.ToFrozenDictionary(),
    };

    public static MeshSnapshot Snapshot(params ClusterModel[] clusters) => new()
    {
        Version = 1,
        Configuration = MeshConfiguration.Empty,
        Hosts = HostIndex.Empty,
        Wildcards = [],
        Clusters = clusters,
    };
}
