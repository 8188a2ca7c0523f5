using System.Collections.Frozen;

namespace Mesh.Client.Diagnostics;

/// <summary>An endpoint and its health. Immutable.</summary>
public sealed class MeshEndpointExplanation
{
    internal MeshEndpointExplanation()
    {
    }

    /// <summary>Where it is dialled, such as <c>10.0.0.1:80</c>, <c>[::1]:80</c> or <c>unix:/path</c>.</summary>
    public string Address { get; internal init; } = "";

    /// <summary>What subsets select by; empty where discovery knows none.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; internal init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Where it stands, <c>region/zone/subzone</c> or the beginning of it; null where discovery does not know.</summary>
    public string? Locality { get; internal init; }

    /// <summary>The priority among whose endpoints it may be picked now, 0 being called first; null where it may not be, and where the cluster was not
    /// called yet.</summary>
    public int? Priority { get; internal init; }

    /// <summary>The part of its share that it gets while it warms up, above 0 and below 1; null where it gets all of it.</summary>
    public double? WarmedUp { get; internal init; }

    /// <summary>Relative to those of the other endpoints; 1 where none is written.</summary>
    public int Weight { get; internal init; }

    /// <summary>Calls of this process under way in this cluster, to the end of their response bodies.</summary>
    public int InFlight { get; internal init; }

    /// <summary>Its source says that it is about to stop: it gets no new calls as long as others can be picked.</summary>
    public bool IsDraining { get; internal init; }

    /// <summary>Its source keeps it for callers in other places, as hints of Kubernetes do, and no rule says how places count: it is called after the
    /// others.</summary>
    public bool IsForOthers { get; internal init; }

    /// <summary>For how long it stays ejected at least, zero where it comes back at the next look, <see cref="TimeSpan.MaxValue"/> where only
    /// <see cref="IMesh.ReturnEndpoint"/> brings it back; null where it is not ejected.</summary>
    public TimeSpan? EjectedFor { get; internal init; }

    /// <summary>The ejection is an operator's, by <see cref="IMesh.EjectEndpoint"/>, not that of outlier detection.</summary>
    public bool IsEjectedByHand { get; internal init; }

    /// <summary>What the active health check said that keeps calls away; null while none does. An endpoint gets calls where it is neither ejected
    /// nor fails a check.</summary>
    public string? FailedHealthCheck { get; internal init; }

    /// <summary>The state of its circuit breaker, from its first call on; null where the rules ask for none. An open one keeps calls away.</summary>
    public MeshCircuitState? CircuitBreaker { get; internal init; }

    /// <summary>For how long calls prefer others, since the last connection could not be made; null where they do not.</summary>
    public TimeSpan? AvoidedFor { get; internal init; }
}
