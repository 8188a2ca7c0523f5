using System.Runtime.CompilerServices;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>What a call to an endpoint would cost, as far as it can be said without another to compare with. What compares is made part of its callers, so
/// that two costs that a pick compares never come into memory.</summary>
internal readonly struct EndpointCost
{
    private const double SuspectPenalty = 1.5;

    /// <summary>Latencies of equal endpoints differ by chance so much. Up to here a difference counts less than it is, the less the smaller, so
    /// that calls in flight decide, which do not err.</summary>
    private const double ChanceRatio = 3;

    /// <summary>In microseconds: below, differences say more of this process than of the endpoint.</summary>
    private const double ShortestLatency = 1000;

    /// <summary>Up to here two are close.</summary>
    private const double CloseRatio = 1.5;

    /// <summary>First answers are slow for reasons that pass (a connection to make, code to compile): of so few calls no more is believed than that
    /// the endpoint is nearly so slow as to be suspect.</summary>
    private const double FewCalls = 1.5;

    // Those in microseconds: what was known of the latency when it changed last, how long ago that is, and what calls under way show by their age.
    private readonly double _known;
    private readonly double _silence;
    private readonly double _age;

    /// <summary>In microseconds, as it was last known; 0 where there was no answer yet.</summary>
    private readonly double _latency;

    /// <summary>What latency is multiplied with: calls in flight for the weight, and failures.</summary>
    private readonly double _factor;

    /// <param name="endpoint">Which.</param>
    /// <param name="busy">Its calls in flight, each counted as its weight says, and as more while it warms up. Idle it is as good as the others, since it is
    /// drawn the less often already.</param>
    /// <param name="now">Microseconds of the <see cref="ActiveClock"/>.</param>
    /// <param name="limit">A latency above it is suspect.</param>
    public EndpointCost(EndpointState endpoint, double busy, long now, double limit)
    {
        _factor = 1 + busy;
        var load = EndpointLoad.Of(endpoint);
        var latency = load.Latency;
        var errors = load.Errors;
        _known = latency.Latency;
        if (_known > limit && errors.Calls <= FewCalls)
        {
            _known = limit;
        }

        _silence = latency.Silence(now);
        _age = load.WaitingAge(now);
        _latency = latency.IsKnown ? Math.Max(_known, _age) : 0;
        IsSuspect = IsLongerThan(limit);
        if (errors.HasFailures)
        {
            var penalty = errors.Penalty(now);
            _factor *= penalty;
            IsSuspect |= penalty > SuspectPenalty;
        }
    }

    /// <summary>It is much worse than is typical: others are worth a look.</summary>
    public bool IsSuspect { get; }

    /// <summary>In microseconds: what is left of the latency by now, since an endpoint without calls may have recovered, and what calls under way
    /// have shown by their age.</summary>
    private double Least => Math.Max(LatencyEstimate.Decay(_known, _silence), _age);

    /// <summary>The slower one may have recovered to what the other is, but not to more: what has not been called for a while is worth a
    /// try, not a rush. One without answers counts like the other for the same reason.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLessThan(in EndpointCost other)
    {
        // Which of the two is the slower one is chance, so that nothing branches on it.
        var shorter = Math.Min(_latency, other._latency);
        var reference = Math.Max(ShortestLatency, shorter == 0 ? Math.Max(_latency, other._latency) : shorter);
        return At(reference) * _factor < other.At(reference) * other._factor;
    }

    /// <summary>As busy as the other, and as fast but for what may be chance: of such two the better one should not get every call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsCloseTo(in EndpointCost other)
        => _factor == other._factor && (_latency == 0 || other._latency == 0
            || !(IsLongerThan(CloseRatio * Math.Max(ShortestLatency, other._latency)) || other.IsLongerThan(CloseRatio * Math.Max(ShortestLatency, _latency))));

    private double At(double reference)
    {
        // Mostly there is no need to know how far the latency has decayed.
        if (_age <= reference && !LatencyEstimate.MayBeLongerThan(reference, _known, _silence))
        {
            return reference;
        }

        var least = Least;
        var excess = (least / reference) - 1;
        return excess <= 0 ? reference
            : excess < ChanceRatio - 1 ? reference * (1 + (excess * excess / (ChanceRatio - 1)))
            : least;
    }

    /// <summary><see cref="Least"/> is above <paramref name="time"/>.</summary>
    private bool IsLongerThan(double time) => _age > time || LatencyEstimate.IsLongerThan(time, _known, _silence);
}
