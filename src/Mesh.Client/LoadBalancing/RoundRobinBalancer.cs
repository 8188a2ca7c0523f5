using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>One endpoint after the other, each as often as it weighs. The start is random, so that a fleet that starts together does not
/// call the same endpoint first; a changed set goes on from the same count.</summary>
internal sealed class RoundRobinBalancer(MeshRandom random) : Balancer(random)
{
    private long _position = (long)(random.NextUInt64() >> 32);

    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.RoundRobin;

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock) => DrawUsable(group, context.Tried, ref clock);

    protected override int Draw(EndpointGroup group)
    {
        // From a start below 2^32 the count stays positive for longer than any process lives.
        var position = (ulong)Interlocked.Increment(ref _position);
        return group.Weights is { } weights
            ? weights.Find((uint)(position % weights.Total * weights.Step % weights.Total))
            : (int)(position % (ulong)group.Endpoints.Length);
    }
}
