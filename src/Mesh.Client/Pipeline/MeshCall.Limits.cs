using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Pipeline;

/// <summary>What a call has to do with the limits beyond Istio's words.</summary>
internal sealed partial class MeshCall
{
    private AdmissionHold _admission;

    /// <summary>The caller's choice for this request, else that of the request that is being handled.</summary>
    public MeshCriticality Criticality => Request.GetMesh()?.Criticality ?? IncomingContext.Current?.Criticality ?? MeshCriticality.Critical;

    /// <summary>Limits have let it in, and picks ask the breakers of endpoints.</summary>
    public bool IsAdmitted => _admission.IsHeld;

    /// <summary>What of the limits turns an attempt away; what it holds then goes back with all else at its end.</summary>
    public AdmissionRefusal TryEnterLimits(ClusterLimits limits)
        => _admission.TryEnter(Cluster!, limits, Runtime.CircuitBreakers, Criticality, Runtime.TimeProvider.GetTimestamp(), Runtime.ActiveClock);

    /// <summary>The same for a copy, whose endpoint is known.</summary>
    public bool TryEnterLimits(ClusterLimits limits, EndpointState endpoint)
        => TryEnterLimits(limits) == AdmissionRefusal.None && TryEnterBreaker(endpoint);

    /// <summary>Whether the breaker of the endpoint lets the attempt through.</summary>
    public bool TryEnterBreaker(EndpointState endpoint)
        => _admission.TryEnter(endpoint, Runtime.CircuitBreakers, Runtime.TimeProvider.GetTimestamp());

    /// <summary>How many endpoints later picks avoid.</summary>
    public int TriedCount => _triedCount;

    /// <summary>Later picks avoid the first so many alone.</summary>
    public void KeepTried(int count) => _triedCount = count;
}
