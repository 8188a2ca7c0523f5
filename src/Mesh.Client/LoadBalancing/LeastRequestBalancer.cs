using System.Runtime.CompilerServices;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Power of two choices, or of some more: of the endpoints drawn at random the one with the fewest calls in flight for its weight,
/// the first where they are even. As in Envoy the same endpoint may be drawn twice.</summary>
internal sealed class LeastRequestBalancer(MeshRandom random, ActiveClock clock, int choiceCount) : Balancer(random, clock)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.LeastRequest;

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        if (choiceCount == 2 && context.Tried.IsEmpty)
        {
            // The first try of nearly every call. Nothing beats an idle endpoint that was drawn first.
            var (one, other) = group.WarmUp is null ? DrawTwo(group) : DrawTwoWarmingUp(group, ref clock);
            if (one >= 0 && !IsMarked(group.Endpoints[one], ref clock))
            {
                if (group.Endpoints[one].InFlight <= 0)
                {
                    return one;
                }

                if (other >= 0 && !IsMarked(group.Endpoints[other], ref clock))
                {
                    return IsLess(group, other, one, ref clock) ? other : one;
                }
            }
        }

        var best = DrawUsable(group, context.Tried, ref clock);
        for (var choice = 1; choice < choiceCount; choice++)
        {
            var next = DrawUsable(group, context.Tried, ref clock);
            best = IsLess(group, next, best, ref clock) ? next : best;
        }

        return best;
    }

    protected override int Draw(EndpointGroup group) => DrawRandom(group);

    private (int One, int Other) DrawTwo(EndpointGroup group)
    {
        var drawn = Random.NextUInt64();
        if (group.Weights is { } weights)
        {
            return (weights.Draw(drawn), weights.Draw(Random.NextUInt64()));
        }

        // One draw has bits for both.
        var count = (uint)group.Endpoints.Length;
        return ((int)(((drawn >> 32) * count) >> 32), (int)(((drawn & uint.MaxValue) * count) >> 32));
    }

    /// <summary>Negative for what was passed over too often. Its own frame, which costs other picks nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (int One, int Other) DrawTwoWarmingUp(EndpointGroup group, ref PickClock clock)
    {
        ref readonly var warmUp = ref clock.WarmUpOf(group);
        return warmUp.IsNone ? DrawTwo(group) : (DrawTaken(group, warmUp), DrawTaken(group, warmUp));
    }

    /// <summary>Fewer calls in flight for its weight, and for its part of it while it warms up.</summary>
    private static bool IsLess(EndpointGroup group, int one, int other, ref PickClock clock)
    {
        var (load, otherLoad) = (LoadOf(group, one, other), LoadOf(group, other, one));
        if (otherLoad == 0)
        {
            return false;
        }

        ref readonly var warmUp = ref clock.WarmUpOf(group);
        return warmUp.IsNone ? load < otherLoad : load * warmUp.FactorOf(other) < otherLoad * warmUp.FactorOf(one);
    }

    /// <summary>Calls in flight, brought to the common denominator with <paramref name="other"/>.</summary>
    private static ulong LoadOf(EndpointGroup group, int index, int other)
    {
        var inFlight = (ulong)Math.Max(0, group.Endpoints[index].InFlight);
        return group.Weights is { } weights ? inFlight * weights[other] : inFlight;
    }
}
