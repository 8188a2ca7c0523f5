namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.circuitBreaker</c>.</summary>
internal sealed record CircuitBreakerConfiguration
{
    /// <summary>Each endpoint has a breaker of its own; null: none has.</summary>
    public BreakerConfiguration? Endpoint { get; init; }

    /// <summary>One breaker for the whole cluster; null: there is none.</summary>
    public BreakerConfiguration? Cluster { get; init; }
}
