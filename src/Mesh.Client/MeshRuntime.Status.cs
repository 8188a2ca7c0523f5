using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client;

/// <summary>What onlookers see of the clusters.</summary>
internal sealed partial class MeshRuntime
{
    public IReadOnlyList<MeshClusterStatus> GetClusters() =>
    [
        .. (_clusters?.GetStates() ?? []).Select(cluster => new MeshClusterStatus(cluster.Key.ToString(), cluster.Key.Service, cluster.Key.Subset, StatusOf(cluster, cluster.Endpoints))
        {
            Discovery = StatusOf(cluster.Model.Service, _clusters!.GetDiscoveryStatus(cluster)),
            ConnectionPool = cluster.Limits is ConnectionLimits limits ? new(limits.Active, limits.Pending, limits.Retries, limits.Overflows) : null,
            RetryBudget = ClusterResilience.Of(cluster).Budget is { Policy.IsEnabled: true } budget ? new(budget.Available, budget.Refused) : null,
            HedgeDelay = cluster.Model.Policy.Hedging is { } hedging ? CallHedging.DelayOf(hedging, cluster) : null,
            CircuitBreaker = ClusterResilience.Of(cluster).Limits?.Breaker?.State,
            AdaptiveConcurrency = ClusterResilience.Of(cluster).Limits?.Concurrency is { } concurrency
                ? new(concurrency.Limit, concurrency.UnderWay, concurrency.MinRtt, concurrency.SampleRtt, concurrency.IsMeasuring)
                : null,
            ClientThrottling = ClusterResilience.Of(cluster).Limits?.Throttle is { } throttle ? StatusOf(throttle) : null,
        }),
    ];

    private static MeshEndpointStatus[] StatusOf(ClusterState cluster, EndpointSet endpoints) =>
    [
        .. endpoints.All.Select((endpoint, place) => new MeshEndpointStatus(
            EndpointAuthority.Describe(endpoint.Endpoint, cluster), endpoint.Endpoint.Labels, endpoint.InFlight, endpoint.IsEjected)
        {
            IsDraining = endpoints.IsDraining(place),
            Priority = endpoint.Endpoint.Priority,
            Weight = endpoint.Endpoint.Weight,
            Target = endpoint.Endpoint.Target,
            Locality = endpoint.Endpoint.Locality,
            FailedHealthCheck = endpoint.IsFailing ? endpoint.Health.CheckFailure ?? "" : null,
            CircuitBreaker = CircuitBreakers.Of(endpoint)?.State,
        }),
    ];

    private static MeshDiscoveryStatus StatusOf(ServiceModel service, DiscoveryStatus status)
        => new(service.Discovery.ToString(), (MeshDiscoveryState)status.State, status.Age, status.Problem);

    private MeshClientThrottlingStatus StatusOf(ClientThrottle throttle)
    {
        var now = TimeProvider.GetTimestamp();
        var (requests, accepts) = throttle.Count(now);
        return new(requests, accepts, throttle.ProbabilityFor(MeshCriticality.Critical, now));
    }
}
