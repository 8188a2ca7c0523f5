namespace Mesh.Client;

/// <summary>An endpoint of a cluster, as it was when asked for. Immutable.</summary>
/// <param name="Address">Where it is dialled, such as <c>10.0.0.1:80</c>, <c>[::1]:80</c> or <c>unix:/path</c>.</param>
/// <param name="Labels">What subsets select by; empty where discovery knows none.</param>
/// <param name="InFlight">Calls of this process under way in this cluster, to the end of their response bodies.</param>
/// <param name="IsEjected">Taken out by outlier detection after errors, or by <see cref="IMesh.EjectEndpoint"/>.</param>
public sealed record MeshEndpointStatus(string Address, IReadOnlyDictionary<string, string> Labels, int InFlight, bool IsEjected)
{
    /// <summary>Its source says that it is about to stop: it gets no new calls as long as others can be picked.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Its own priority, as its source has it, such as that of its SRV record: 0 is called first. What rules make of its place comes on top of that:
    /// <see cref="IMesh.Explain"/> tells the order of both.</summary>
    public int Priority { get; init; }

    /// <summary>Its share of the calls beside those of the others of its priority, from 1; of SRV records the weight of the host divided among its addresses.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The host under which its address was found, where that is not the service's own: the target of an SRV record. Null for others.</summary>
    public string? Target { get; init; }

    /// <summary>Where it stands, <c>region/zone/subzone</c> or the beginning of it; null where its source does not know.</summary>
    public string? Locality { get; init; }

    /// <summary>What the active health check said that keeps calls away; null while none does. Independent of <see cref="IsEjected"/>: an endpoint gets
    /// calls where neither holds.</summary>
    public string? FailedHealthCheck { get; init; }

    /// <summary>The state of its circuit breaker, from its first call on; null where the rules ask for none. An open one keeps calls away.</summary>
    public MeshCircuitState? CircuitBreaker { get; init; }
}
