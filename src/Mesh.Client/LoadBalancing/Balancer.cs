using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Chooses an endpoint of a cluster. Safe for use by several threads without a lock; a pick allocates nothing.</summary>
/// <param name="random">The mesh's chance.</param>
/// <param name="clock">Whose beat tells of slow start; null where the policy knows none.</param>
internal abstract class Balancer(MeshRandom random, ActiveClock? clock = null)
{
    /// <summary>Draws before all endpoints are looked at. Where half of them cannot be used, one pick in 256 looks at all.</summary>
    private const int MaximumDraws = 8;

    /// <param name="policy">Which one.</param>
    /// <param name="random">The mesh's chance.</param>
    /// <param name="clock">By which policies learn from calls.</param>
    /// <param name="reports">Hears of the reports of servers, where the policy goes by them.</param>
    public static Balancer Create(ClusterPolicy policy, MeshRandom random, ActiveClock clock, ILoadReportListener? reports = null) => policy.LoadBalancer switch
    {
        LoadBalancerPolicy.RoundRobin => new RoundRobinBalancer(random, clock),
        LoadBalancerPolicy.Random => new RandomBalancer(random),
        LoadBalancerPolicy.LeastRequest => new LeastRequestBalancer(random, clock, policy.LoadBalancerExtension.ChoiceCount),
        LoadBalancerPolicy.RingHash => new RingHashBalancer(random, policy.ConsistentHash!.Size, policy.LoadBalancerExtension.HashBalanceFactor),
        LoadBalancerPolicy.Maglev => new MaglevBalancer(random, policy.ConsistentHash!.Size, policy.LoadBalancerExtension.HashBalanceFactor),
        LoadBalancerPolicy.Prequal => new PrequalBalancer(random, clock, policy.LoadBalancerExtension.ChoiceCount, reports),
        LoadBalancerPolicy.PeakEwma => new PeakEwmaBalancer(random, clock, policy.LoadBalancerExtension.ChoiceCount),
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy.LoadBalancer, "A load balancer policy without a balancer."),
    };

    /// <summary>Whether a balancer made for one policy does for the other, with all it has learnt.</summary>
    public static bool IsSame(ClusterPolicy one, ClusterPolicy other)
        => one.LoadBalancer == other.LoadBalancer
            && one.LoadBalancerExtension == other.LoadBalancerExtension
            && one.ConsistentHash?.Size == other.ConsistentHash?.Size;

    public abstract LoadBalancerPolicy Policy { get; }

    protected MeshRandom Random { get; } = random;

    /// <summary>Wants to hear of every attempt, by <see cref="Begin"/> and <see cref="End"/>.</summary>
    public virtual bool LearnsFromCalls => false;

    /// <summary>Goes by what servers report of their load with their answers, where they are asked to.</summary>
    public virtual bool AsksForReports => false;

    /// <summary>Calls alone bring too few reports: whoever sends one there gives <see cref="StartProbes"/> a way to ask for some.</summary>
    public virtual bool WantsProbes => false;

    /// <summary>Asks some servers for their reports in the background, where that is still wanted. Neither waits nor throws.</summary>
    public virtual void StartProbes(ILoadProbe probe)
    {
    }

    /// <summary>Another policy takes its place, or the cluster has ended: nothing goes on in the background. Picks may still be made.</summary>
    public virtual void Stop()
    {
    }

    /// <summary>An attempt is sent to the endpoint that was picked, at a timestamp of the <see cref="ActiveClock"/>.</summary>
    public virtual void Begin(EndpointState endpoint, long now)
    {
    }

    /// <summary>The end of what <see cref="Begin"/> began, exactly once: at the headers of the answer, or at a failure.</summary>
    public virtual void End(EndpointState endpoint, in CallSample sample)
    {
    }

    /// <summary>Before <paramref name="next"/> is published in place of <paramref name="current"/>: what picks from it need at once. Quick where
    /// there were endpoints before.</summary>
    /// <param name="current">What picks are made from so far.</param>
    /// <param name="next">What they will be made from.</param>
    /// <param name="port">That of endpoints without one of their own.</param>
    public virtual void Prepare(EndpointSet current, EndpointSet next, int port)
    {
        if (clock is not null)
        {
            foreach (var group in next.Groups)
            {
                group.WarmUp?.Divide(clock.TimeProvider.TimestampFrequency, group.Weights);
            }
        }
    }

    /// <summary>Whether <see cref="Complete"/> has nothing to do.</summary>
    public virtual bool IsComplete(EndpointSet endpoints) => true;

    /// <summary>In the background: what may take some time. One call at a time.</summary>
    public virtual void Complete(EndpointSet endpoints, int port)
    {
    }

    /// <summary>Null only where <paramref name="endpoints"/> has nothing available. Endpoints that were tried and endpoints whose
    /// last connection failed (until <see cref="EndpointState.ConnectFailedUntil"/> by the clock of the mesh) are avoided while
    /// there are others; where all are, they are used again rather than failing the call: untried before tried, then those whose
    /// connections work before the others.</summary>
    public EndpointState? Pick(EndpointSet endpoints, in PickContext context)
    {
        var groups = endpoints.Groups;
        if (groups.Length == 1)
        {
            return PickFrom(groups[0], context);
        }

        if (groups.Length == 0)
        {
            return null;
        }

        var point = context.Hash is { } hash ? EndpointSet.PointOf(hash) : Random.NextUInt64();
        var drawn = context.LeftBehind.IsEmpty ? endpoints.FindGroup(point) : endpoints.FindGroupElsewhere(point, context.LeftBehind);
        var picked = PickFrom(groups[drawn], context);
        return Contains(context.Tried, picked) ? PickUntried(groups, drawn, context) ?? picked : picked;
    }

    /// <summary>The policy's choice as an index into the endpoints of the group, of which there are at least two.</summary>
    protected abstract int Choose(EndpointGroup group, in PickContext context, ref PickClock clock);

    private EndpointState PickFrom(EndpointGroup group, in PickContext context)
    {
        if (group.Endpoints.Length == 1)
        {
            return group.Endpoints[0];
        }

        var pickClock = new PickClock(context.TimeProvider, clock);
        return group.Endpoints[Choose(group, context, ref pickClock)];
    }

    /// <summary>From the groups after the drawn one, and those before it: all of the drawn one were tried.</summary>
    private EndpointState? PickUntried(EndpointGroup[] groups, int drawn, in PickContext context)
    {
        for (var step = 1; step < groups.Length; step++)
        {
            var picked = PickFrom(groups[(drawn + step) % groups.Length], context);
            if (!Contains(context.Tried, picked))
            {
                return picked;
            }
        }

        return null;
    }

    /// <summary>The policy's next candidate as an index, whether it can be used or not.</summary>
    protected abstract int Draw(EndpointGroup group);

    /// <summary>Whether <see cref="Draw"/> is like <see cref="DrawRandom"/>, so that slow start may draw in its own way.</summary>
    protected virtual bool DrawsByChance => true;

    /// <summary>The first candidate of a group that warms up which is not passed over, whether it can be used or not; negative after some draws.</summary>
    protected int DrawTaken(EndpointGroup group, in WarmUpMoment warmUp)
    {
        var index = -1;
        for (var draw = 0; index < 0 && draw < MaximumDraws; draw++)
        {
            index = DrawWarmingUp(group, warmUp);
        }

        return index;
    }

    /// <summary>The same for one draw.</summary>
    private int DrawWarmingUp(EndpointGroup group, in WarmUpMoment warmUp)
    {
        if (warmUp.IsDivided && DrawsByChance)
        {
            return warmUp.Draw(Random);
        }

        var index = Draw(group);
        return Random.NextDouble() < warmUp.FactorOf(index) ? index : -1;
    }

    /// <summary>The first candidate that can be used; after some draws one among the best there are, by weight. One that warms up is passed over
    /// as often as makes it its part of its share.</summary>
    protected int DrawUsable(EndpointGroup group, ReadOnlySpan<EndpointState> tried, ref PickClock clock)
    {
        var available = group.Endpoints;
        ref readonly var warmUp = ref clock.WarmUpOf(group);
        for (var draw = 0; draw < MaximumDraws; draw++)
        {
            var index = warmUp.IsNone ? Draw(group) : DrawWarmingUp(group, warmUp);
            if (index >= 0 && RankOf(available[index], tried, ref clock) == 0)
            {
                return index;
            }
        }

        return DrawAmongBest(group, tried, warmUp, ref clock);
    }

    protected int DrawRandom(EndpointGroup group) => group.Weights is { } weights
        ? weights.Draw(Random.NextUInt64())
        : Random.Next(group.Endpoints.Length);

    /// <summary>Looks at every endpoint once to find how good the best are and what they weigh together, and again to find the one drawn.
    /// Ranks may change meanwhile under other calls; then the last one seen of the rank is as good as any.</summary>
    private int DrawAmongBest(EndpointGroup group, ReadOnlySpan<EndpointState> tried, in WarmUpMoment warmUp, ref PickClock clock)
    {
        var available = group.Endpoints;
        var best = int.MaxValue;
        var weight = 0UL;
        for (var index = 0; index < available.Length; index++)
        {
            var rank = RankOf(available[index], tried, ref clock);
            if (rank < best)
            {
                best = rank;
                weight = 0;
            }

            if (rank == best)
            {
                weight += WeightOf(group, index, warmUp);
            }
        }

        var point = Math.BigMul(Random.NextUInt64(), weight, out _);
        var last = -1;
        for (var index = 0; index < available.Length; index++)
        {
            if (RankOf(available[index], tried, ref clock) > best)
            {
                continue;
            }

            last = index;
            var length = WeightOf(group, index, warmUp);
            if (point < length)
            {
                break;
            }

            point -= length;
        }

        return last >= 0 ? last : Draw(group);
    }

    private static ulong WeightOf(EndpointGroup group, int index, in WarmUpMoment warmUp)
    {
        // Shares of 1 in 10,000 still count as whole numbers.
        const double Unit = 1 << 14;
        ulong weight = group.Weights is { } weights ? weights[index] : 1;
        return warmUp.IsNone ? weight : Math.Max(1, (ulong)(weight * Unit * warmUp.FactorOf(index)));
    }

    /// <summary>0 for those that can be used; the lower the better.</summary>
    protected static int RankOf(EndpointState endpoint, ReadOnlySpan<EndpointState> tried, ref PickClock clock) =>
        (Contains(tried, endpoint) ? 2 : 0) + (IsMarked(endpoint, ref clock) ? 1 : 0);

    protected static bool IsUsable(EndpointState endpoint, ReadOnlySpan<EndpointState> tried, ref PickClock clock)
        => RankOf(endpoint, tried, ref clock) == 0;

    protected static bool IsMarked(EndpointState endpoint, ref PickClock clock)
        => endpoint.ConnectFailedUntil is var until && until != EndpointState.NoConnectFailure && until > clock.Now;

    private static bool Contains(ReadOnlySpan<EndpointState> tried, EndpointState endpoint)
    {
        foreach (var candidate in tried)
        {
            if (ReferenceEquals(candidate, endpoint))
            {
                return true;
            }
        }

        return false;
    }
}
