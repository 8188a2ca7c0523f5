using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// Power of two choices, or of some more, over latency times calls in flight for the weight (Finagle's and Linkerd's peak EWMA), with two
/// additions: the age of calls that wait for their headers counts as latency as soon as it is longer, so that a stall is seen before
/// any answer tells of it, and failures multiply the cost.
/// </summary>
internal sealed class PeakEwmaBalancer(MeshRandom random, ActiveClock clock, int choiceCount) : LoadAwareBalancer(random, clock)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.PeakEwma;

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        var now = NowOf(ref clock);
        var endpoints = group.Endpoints;
        if (choiceCount == 2 && group.Weights is null && context.Tried.IsEmpty)
        {
            // The first try of nearly every call: one draw has bits for both, the second among those that the first left.
            var drawn = Random.NextUInt64();
            var one = (int)(((drawn >> 32) * (uint)endpoints.Length) >> 32);
            var other = (int)(((drawn & uint.MaxValue) * (uint)(endpoints.Length - 1)) >> 32);
            other += other >= one ? 1 : 0;
            if (!IsMarked(endpoints[one], ref clock) && !IsMarked(endpoints[other], ref clock))
            {
                return Cost.Of(group, other, now).IsLessThan(Cost.Of(group, one, now)) ? other : one;
            }
        }

        var best = DrawUsable(group, context.Tried, ref clock);
        var cost = Cost.Of(group, best, now);
        for (var choice = 1; choice < choiceCount; choice++)
        {
            // By weight an endpoint may be drawn twice, as often as its share demands, unless something is wrong with it.
            var next = group.Weights is null || cost.IsSuspect
                ? DrawOther(group, best, context, ref clock)
                : DrawUsable(group, context.Tried, ref clock);
            if (next != best && Cost.Of(group, next, now) is var nextCost && nextCost.IsLessThan(cost))
            {
                best = next;
                cost = nextCost;
            }
        }

        return best;
    }

    /// <summary>What a call to an endpoint would cost, as far as it can be said without another to compare with.</summary>
    /// <param name="Latency">In microseconds, as it was last known; 0 where there was no answer yet.</param>
    /// <param name="Least">In microseconds: what is left of <paramref name="Latency"/> by now, since an endpoint without calls may have recovered,
    /// and what calls under way have shown by their age.</param>
    /// <param name="Factor">What latency is multiplied with: calls in flight for the weight, and failures.</param>
    /// <param name="IsSuspect">Failures, or calls that wait for longer than an answer took, speak against it.</param>
    internal readonly record struct Cost(double Latency, double Least, double Factor, bool IsSuspect)
    {
        private const double SuspectPenalty = 1.5;

        private const double SuspectDelay = 3;

        public static Cost Of(EndpointGroup group, int index, long now)
        {
            var endpoint = group.Endpoints[index];
            var factor = 1.0 + (Math.Max(0, endpoint.InFlight) * PerWeight(group, index));
            if (EndpointLoad.Find(endpoint) is not { } load)
            {
                return new(0, 0, factor, IsSuspect: false);
            }

            var latency = load.Latency;
            var age = load.WaitingAge(now);
            var penalty = load.Errors.Penalty(now);
            return new(
                latency.IsKnown ? Math.Max(latency.Latency, age) : 0,
                Math.Max(latency.Decayed(now), age),
                factor * penalty,
                penalty > SuspectPenalty || (latency.IsKnown && age > SuspectDelay * latency.Latency));
        }

        /// <summary>The slower one may have recovered to what the other is, but not to more: what has not been called for a while is worth a
        /// try, not a rush. One without answers counts like the other for the same reason.</summary>
        public bool IsLessThan(in Cost other)
        {
            var isKnown = Latency > 0;
            var isOtherKnown = other.Latency > 0;
            var reference = !isKnown ? other.Latency : !isOtherKnown ? Latency : Math.Min(Latency, other.Latency);
            reference = Math.Max(reference, 1);
            var mine = isKnown && Latency == reference ? Latency : Math.Max(reference, Least);
            var others = isOtherKnown && other.Latency == reference ? other.Latency : Math.Max(reference, other.Least);
            return mine * Factor < others * other.Factor;
        }

        private static double PerWeight(EndpointGroup group, int index) => group.Weights is { } weights
            ? weights.Total / (double)group.Endpoints.Length / weights[index]
            : 1;
    }
}
