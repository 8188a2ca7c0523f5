using System.Collections.Concurrent;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>One endpoint after the other, each as often as it weighs. The start is random, so that a fleet that starts together does not
/// call the same endpoint first; each group has its own turn, and a changed set goes on from the same count.</summary>
internal sealed class RoundRobinBalancer(MeshRandom random, ActiveClock clock) : Balancer(random, clock)
{
    private readonly ConcurrentDictionary<(int Priority, string? Locality), Turn> _turns = new();

    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.RoundRobin;

    protected override bool DrawsByChance => false;

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock) => DrawUsable(group, context.Tried, ref clock);

    protected override int Draw(EndpointGroup group)
    {
        var position = (group.Memory as Turn ?? Find(group)).Next();
        return group.Weights is { } weights
            ? weights.Find((uint)(position % weights.Total * weights.Step % weights.Total))
            : (int)(position % (ulong)group.Endpoints.Length);
    }

    private Turn Find(EndpointGroup group)
    {
        var turn = _turns.GetOrAdd((group.Priority, group.Locality), static (_, random) => new Turn(random), Random);
        group.Memory = turn;
        return turn;
    }

    private sealed class Turn(MeshRandom random)
    {
        private long _position = (long)(random.NextUInt64() >> 32);

        /// <summary>From a start below 2^32 the count stays positive for longer than any process lives.</summary>
        public ulong Next() => (ulong)Interlocked.Increment(ref _position);
    }
}
