using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>What a call to an endpoint would cost, as far as it can be said without another to compare with.</summary>
/// <param name="Latency">In microseconds, as it was last known; 0 where there was no answer yet.</param>
/// <param name="Least">In microseconds: what is left of <paramref name="Latency"/> by now, since an endpoint without calls may have recovered,
/// and what calls under way have shown by their age.</param>
/// <param name="Factor">What latency is multiplied with: calls in flight for the weight, and failures.</param>
/// <param name="IsSuspect">It is much worse than is typical: others are worth a look.</param>
internal readonly record struct EndpointCost(double Latency, double Least, double Factor, bool IsSuspect)
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

    /// <param name="group">With the endpoint.</param>
    /// <param name="index">Its place.</param>
    /// <param name="now">Microseconds of the <see cref="ActiveClock"/>.</param>
    /// <param name="limit">A latency above it is suspect.</param>
    /// <param name="part">What it gets of its share while it warms up: its calls in flight count as so many more. Idle it is as good as the
    /// others, since it is drawn the less often already.</param>
    public static EndpointCost Of(EndpointGroup group, int index, long now, double limit, double part)
    {
        var endpoint = group.Endpoints[index];
        var factor = 1.0 + (Math.Max(0, endpoint.InFlight) * CallsPerWeight(group, index) / part);
        if (EndpointLoad.Find(endpoint) is not { } load)
        {
            return new(0, 0, factor, IsSuspect: false);
        }

        var latency = load.Latency;
        var errors = load.Errors;
        var known = latency.Latency;
        var believed = errors.Calls <= FewCalls && known > limit ? limit / known : 1;
        var age = load.WaitingAge(now);
        var least = Math.Max(latency.Decayed(now) * believed, age);
        var penalty = errors.Penalty(now);
        return new(
            latency.IsKnown ? Math.Max(known * believed, age) : 0,
            least,
            factor * penalty,
            penalty > SuspectPenalty || least > limit);
    }

    /// <summary>The slower one may have recovered to what the other is, but not to more: what has not been called for a while is worth a
    /// try, not a rush. One without answers counts like the other for the same reason.</summary>
    public bool IsLessThan(in EndpointCost other)
    {
        var reference = Math.Max(ShortestLatency, Latency == 0 ? other.Latency : other.Latency == 0 ? Latency : Math.Min(Latency, other.Latency));
        return At(reference) * Factor < other.At(reference) * other.Factor;
    }

    /// <summary>As busy as the other, and as fast but for what may be chance: of such two the better one should not get every call.</summary>
    public bool IsCloseTo(in EndpointCost other)
        => Factor == other.Factor && (Latency == 0 || other.Latency == 0 || (Least <= CloseRatio * Math.Max(ShortestLatency, other.Latency) && other.Least <= CloseRatio * Math.Max(ShortestLatency, Latency)));

    private double At(double reference)
    {
        if (Least <= reference || Latency == reference)
        {
            return reference;
        }

        var excess = (Least / reference) - 1;
        return excess < ChanceRatio - 1 ? reference * (1 + (excess * excess / (ChanceRatio - 1))) : Least;
    }

    private static double CallsPerWeight(EndpointGroup group, int index)
        => group.Weights is { } weights ? weights.Total / (double)group.Endpoints.Length / weights[index] : 1;
}
