using System.IO.Hashing;
using System.Runtime.InteropServices;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// The endpoint to which the hash of a request belongs; the next one of the table where that was tried, cannot be connected to or has too many
/// calls. A request without a hash goes to a random endpoint. Tables are built before endpoints are published or in the background, never by
/// a pick: until the table of a changed group is there, that of the group before it serves, without the endpoints that left.
/// </summary>
internal abstract class HashBalancer(MeshRandom random, int balanceFactor) : Balancer(random)
{
    /// <summary>Entries of a table that are looked at before all endpoints are.</summary>
    private const int MaximumSteps = 32;

    public sealed override void Prepare(EndpointSet current, EndpointSet next, int port)
    {
        if (current.Groups.Length == 0)
        {
            Complete(next, port);
            return;
        }

        for (var index = 0; index < next.Groups.Length; index++)
        {
            var before = OwnOf(current.Groups[Math.Min(index, current.Groups.Length - 1)])?.Table;
            var group = next.Groups[index];
            group.Memory = new GroupTable(this, before, before is null ? [] : GroupTable.Follow(before.Endpoints, group.Endpoints), NewBound());
        }
    }

    public sealed override bool IsComplete(EndpointSet endpoints)
    {
        foreach (var group in endpoints.Groups)
        {
            if (OwnOf(group) is not { IsOwn: true })
            {
                return false;
            }
        }

        return true;
    }

    public sealed override void Complete(EndpointSet endpoints, int port)
    {
        foreach (var group in endpoints.Groups)
        {
            if (OwnOf(group) is not { IsOwn: true } before)
            {
                group.Memory = new GroupTable(this, Build(group, port), null, OwnOf(group)?.Bound ?? NewBound());
            }
        }
    }

    protected abstract HashTable Build(EndpointGroup group, int port);

    protected sealed override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock)
    {
        var hash = context.Hash ?? Random.NextUInt64();
        var table = OwnOf(group);
        for (var attempt = 0; table is not null && attempt < MaximumSteps; attempt++)
        {
            var index = table.Find(hash, attempt);
            if (index >= 0 && RankOf(group.Endpoints[index], context.Tried, ref clock) == 0 && table.Bound?.IsExceeded(group, index) != true)
            {
                return index;
            }
        }

        return ChooseAmongBest(group, table?.Bound, hash, context.Tried, ref clock);
    }

    protected sealed override int Draw(EndpointGroup group) => DrawRandom(group);

    /// <summary>Where the table leads to nobody who can be used: of the best there are the one that draws the most for this hash, so that calls with
    /// one hash still meet. Looks at every endpoint.</summary>
    /// <remarks>Weighted rendezvous hashing: Thaler, Ravishankar 1998; the logarithm is Schindelhauer's and Schomaker's, 2005.</remarks>
    private static int ChooseAmongBest(
        EndpointGroup group, LoadBound? bound, ulong hash, ReadOnlySpan<EndpointState> tried, ref PickClock clock)
    {
        var chosen = 0;
        var best = int.MaxValue;
        var most = double.NegativeInfinity;
        for (var index = 0; index < group.Endpoints.Length; index++)
        {
            var endpoint = group.Endpoints[index];
            var rank = (2 * RankOf(endpoint, tried, ref clock)) + (bound?.IsExceeded(group, index) == true ? 1 : 0);
            if (rank > best)
            {
                continue;
            }

            var drawn = Draw(endpoint, hash) * (group.Shares?[index] ?? (group.Weights is { } weights ? weights[index] : 1));
            if (rank < best || drawn > most)
            {
                (chosen, best, most) = (index, rank, drawn);
            }
        }

        return chosen;
    }

    /// <summary>Exponentially distributed over all hashes, and its inverse taken: the larger the sooner.</summary>
    private static double Draw(EndpointState endpoint, ulong hash)
    {
        var bits = XxHash64.HashToUInt64(MemoryMarshal.AsBytes(endpoint.Endpoint.Address.AsSpan()), unchecked((long)hash));
        return -1 / Math.Log(((bits >> 11) + 0.5) * (1.0 / (1UL << 53)));
    }

    private GroupTable? OwnOf(EndpointGroup group) => group.Memory is GroupTable table && table.IsOf(this) ? table : null;

    private LoadBound? NewBound() => balanceFactor == 0 ? null : new LoadBound(balanceFactor);
}
