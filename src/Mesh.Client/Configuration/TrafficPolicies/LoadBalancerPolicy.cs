namespace Mesh.Client.Configuration;

/// <summary>How one endpoint is chosen among those that may get the call.</summary>
internal enum LoadBalancerPolicy
{
    /// <summary>Power of two choices over calls in flight (<c>LEAST_REQUEST</c>, <c>LEAST_CONN</c>).</summary>
    LeastRequest,

    RoundRobin,
    Random,

    /// <summary>Envoy's ring hash (<c>consistentHash</c>).</summary>
    RingHash,

    /// <summary>Maglev (<c>consistentHash.maglev</c>).</summary>
    Maglev,

    /// <summary>Power of two choices over latency times calls in flight (<c>PEAK_EWMA</c> of <c>x-mesh</c>).</summary>
    PeakEwma,

    /// <summary>Prequal's rule over the load that servers report (<c>PREQUAL</c> of <c>x-mesh</c>).</summary>
    Prequal,
}
