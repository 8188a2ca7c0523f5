namespace Mesh.Client.Resilience;

/// <summary>Which limit turned a call away.</summary>
internal enum AdmissionRefusal
{
    /// <summary>None did.</summary>
    None,

    /// <summary>The breaker of the cluster is open.</summary>
    CircuitBreaker,

    /// <summary>As many calls are under way as its class may have.</summary>
    AdaptiveConcurrency,

    /// <summary>The servers refuse many calls.</summary>
    ClientThrottling,
}
