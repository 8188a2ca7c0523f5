using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Chooses an endpoint of a cluster. Safe for use by several threads without a lock; a pick allocates nothing.</summary>
internal abstract class Balancer(MeshRandom random)
{
    /// <summary>Draws before all endpoints are looked at. Where half of them cannot be used, one pick in 256 looks at all.</summary>
    private const int MaximumDraws = 8;

    public static Balancer Create(LoadBalancerPolicy policy, MeshRandom random) => policy switch
    {
        LoadBalancerPolicy.RoundRobin => new RoundRobinBalancer(random),
        LoadBalancerPolicy.Random => new RandomBalancer(random),
        LoadBalancerPolicy.LeastRequest => new LeastRequestBalancer(random),
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "A load balancer policy without a balancer."),
    };

    public abstract LoadBalancerPolicy Policy { get; }

    protected MeshRandom Random { get; } = random;

    /// <summary>Null only where <paramref name="endpoints"/> has nothing available. Endpoints in <paramref name="tried"/> and endpoints whose
    /// last connection failed (until <see cref="EndpointState.ConnectFailedUntil"/> by the clock of the mesh) are avoided while
    /// there are others; where all are, they are used again rather than failing the call: untried before tried, then those whose
    /// connections work before the others.</summary>
    public EndpointState? Pick(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, TimeProvider timeProvider)
    {
        var available = endpoints.Available;
        if (available.Length <= 1)
        {
            return available.Length == 0 ? null : available[0];
        }

        var clock = new PickClock(timeProvider);
        return available[Choose(endpoints, tried, ref clock)];
    }

    /// <summary>The policy's choice as an index into the available endpoints, of which there are at least two.</summary>
    protected abstract int Choose(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, ref PickClock clock);

    /// <summary>The policy's next candidate as an index, whether it can be used or not.</summary>
    protected abstract int Draw(EndpointSet endpoints);

    /// <summary>The first candidate that can be used; after some draws one among the best there are, by weight.</summary>
    protected int DrawUsable(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, ref PickClock clock)
    {
        var available = endpoints.Available;
        for (var draw = 0; draw < MaximumDraws; draw++)
        {
            var index = Draw(endpoints);
            if (RankOf(available[index], tried, ref clock) == 0)
            {
                return index;
            }
        }

        return DrawAmongBest(endpoints, tried, ref clock);
    }

    protected int DrawRandom(EndpointSet endpoints) => endpoints.Weights is { } weights
        ? weights.Find(Below(weights.Total))
        : Random.Next(endpoints.Available.Length);

    /// <summary>Looks at every endpoint once to find how good the best are and what they weigh together, and again to find the one drawn.
    /// Ranks may change meanwhile under other calls; then the last one seen of the rank is as good as any.</summary>
    private int DrawAmongBest(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, ref PickClock clock)
    {
        var available = endpoints.Available;
        var best = int.MaxValue;
        var weight = 0u;
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
                weight += WeightOf(endpoints, index);
            }
        }

        var point = Below(weight);
        var last = -1;
        for (var index = 0; index < available.Length; index++)
        {
            if (RankOf(available[index], tried, ref clock) > best)
            {
                continue;
            }

            last = index;
            var length = WeightOf(endpoints, index);
            if (point < length)
            {
                break;
            }

            point -= length;
        }

        return last >= 0 ? last : Draw(endpoints);
    }

    private uint Below(uint exclusiveMaximum) => (uint)(((Random.NextUInt64() >> 32) * exclusiveMaximum) >> 32);

    private static uint WeightOf(EndpointSet endpoints, int index) => endpoints.Weights is { } weights ? weights[index] : 1;

    private static int RankOf(EndpointState endpoint, ReadOnlySpan<EndpointState> tried, ref PickClock clock) =>
        (Contains(tried, endpoint) ? 2 : 0) + (IsMarked(endpoint, ref clock) ? 1 : 0);

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
