namespace Mesh.Client;

/// <summary>The state of a circuit breaker of <c>x-mesh.trafficPolicy.circuitBreaker</c>.</summary>
public enum MeshCircuitState
{
    /// <summary>Calls go through and are counted.</summary>
    Closed = 0,

    /// <summary>So many calls failed that none goes through until <c>breakDuration</c> is over; then the next one does, on trial.</summary>
    Open = 1,

    /// <summary>One call is on trial and decides; no other goes through.</summary>
    HalfOpen = 2,
}
