namespace Mesh.Client;

/// <summary>A subset of a service on one port, as it was when asked for. Immutable.</summary>
/// <param name="Name">In Envoy's syntax: <c>outbound|9080|v1|reviews.default.svc.cluster.local</c>.</param>
/// <param name="Service">The fully qualified name of the service.</param>
/// <param name="Subset">Null for the whole service.</param>
/// <param name="Endpoints">All endpoints of the subset that discovery knows, ejected ones included.</param>
public sealed record MeshClusterStatus(string Name, string Service, string? Subset, IReadOnlyList<MeshEndpointStatus> Endpoints)
{
    /// <summary>How the discovery of its service stands, which its subsets and ports share; null only in a status that was not made by the mesh.</summary>
    public MeshDiscoveryStatus? Discovery { get; init; }

    /// <summary>What calls hold of the limits that a <c>connectionPool</c> sets; null where none has set any so far.</summary>
    public MeshConnectionPoolStatus? ConnectionPool { get; init; }

    /// <summary>What the retry budget has left; null where it is switched off, or Istio's <c>retryBudget</c> stands in its place.</summary>
    public MeshRetryBudgetStatus? RetryBudget { get; init; }

    /// <summary>After how long without response headers a call is sent to another endpoint as well, by the newest rules: the <c>delay</c> of
    /// <c>hedging</c>, or what its <c>percentile</c> has come to. Null where calls are not hedged, or not enough of them have been answered yet.</summary>
    public TimeSpan? HedgeDelay { get; init; }

    /// <summary>The state of the one circuit breaker of the cluster; null where the rules ask for none.</summary>
    public MeshCircuitState? CircuitBreaker { get; init; }

    /// <summary>The limit that latency sets; null where the rules ask for none.</summary>
    public MeshAdaptiveConcurrencyStatus? AdaptiveConcurrency { get; init; }

    /// <summary>What calls are refused by because servers refuse others; null where the rules do not ask for it.</summary>
    public MeshClientThrottlingStatus? ClientThrottling { get; init; }
}
