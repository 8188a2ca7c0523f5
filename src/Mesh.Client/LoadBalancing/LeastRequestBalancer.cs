using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Power of two choices: of two endpoints drawn at random the one with fewer calls in flight for its weight, the first where they
/// are even. As in Envoy the same endpoint may be drawn twice.</summary>
internal sealed class LeastRequestBalancer(MeshRandom random) : Balancer(random)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.LeastRequest;

    protected override int Choose(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, ref PickClock clock)
    {
        var count = (uint)endpoints.Available.Length;
        if (endpoints.Weights is null && tried.IsEmpty)
        {
            // The first try of nearly every call: one draw has bits for both.
            var drawn = Random.NextUInt64();
            var one = (int)(((drawn >> 32) * count) >> 32);
            var other = (int)(((drawn & uint.MaxValue) * count) >> 32);
            if (!IsMarked(endpoints.Available[one], ref clock) && !IsMarked(endpoints.Available[other], ref clock))
            {
                return endpoints.Available[other].InFlight < endpoints.Available[one].InFlight ? other : one;
            }
        }

        var first = DrawUsable(endpoints, tried, ref clock);
        var second = DrawUsable(endpoints, tried, ref clock);
        return LoadOf(endpoints, second, first) < LoadOf(endpoints, first, second) ? second : first;
    }

    protected override int Draw(EndpointSet endpoints) => DrawRandom(endpoints);

    /// <summary>Calls in flight per weight, brought to the common denominator with <paramref name="other"/>.</summary>
    private static ulong LoadOf(EndpointSet endpoints, int index, int other)
    {
        var inFlight = (ulong)Math.Max(0, endpoints.Available[index].InFlight);
        return endpoints.Weights is { } weights ? inFlight * weights[other] : inFlight;
    }
}
