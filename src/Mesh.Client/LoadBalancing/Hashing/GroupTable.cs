using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>What consistent hashing keeps with a group: its own table, or until that is built the one of the group before it.</summary>
/// <param name="owner">The balancer that put it there: another one does not read it.</param>
/// <param name="table">Null where there was none before.</param>
/// <param name="places">Where the endpoints of the table stand in the group now, -1 for those that are gone; null for the group's own table.</param>
/// <param name="bound">Null where calls in flight do not matter.</param>
internal sealed class GroupTable(HashBalancer owner, HashTable? table, int[]? places, LoadBound? bound)
{
    private const int Gone = -1;

    public HashTable? Table { get; } = table;

    public LoadBound? Bound { get; } = bound;

    public bool IsOwn => places is null;

    public bool IsOf(HashBalancer balancer) => ReferenceEquals(owner, balancer);

    /// <summary>The index into the group's endpoints, negative where the endpoint is gone.</summary>
    public int Find(ulong hash, int attempt)
    {
        if (Table is null)
        {
            return Gone;
        }

        var found = Table.Find(hash, attempt);
        return places is null ? found : places[found];
    }

    /// <summary>Where <paramref name="before"/> stand among <paramref name="now"/>. Mostly one endpoint left or joined, and the others keep their order.</summary>
    public static int[] Follow(EndpointState[] before, EndpointState[] now)
    {
        var places = new int[before.Length];
        var (next, found) = (0, 0);
        for (var index = 0; index < before.Length; index++)
        {
            // Behind one that joined.
            next += next + 1 < now.Length && ReferenceEquals(now[next + 1], before[index]) ? 1 : 0;
            var isNext = next < now.Length && ReferenceEquals(now[next], before[index]);
            places[index] = isNext ? next++ : Gone;
            found += isNext ? 1 : 0;
        }

        return found == Math.Min(before.Length, now.Length) ? places : Search(before, now, places);
    }

    private static int[] Search(EndpointState[] before, EndpointState[] now, int[] places)
    {
        var known = new Dictionary<EndpointState, int>(now.Length);
        for (var index = 0; index < now.Length; index++)
        {
            known[now[index]] = index;
        }

        for (var index = 0; index < before.Length; index++)
        {
            places[index] = known.TryGetValue(before[index], out var place) ? place : Gone;
        }

        return places;
    }
}
