using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>
/// Which endpoints of a large service one caller calls, so that not every caller has connections to every endpoint. Callers decide alone, and the
/// same each time.
/// </summary>
/// <remarks>
/// Callers with numbers form groups of as many as it takes to share out all endpoints once; within a group the endpoints go, in an order
/// and to callers that hashes decide, to whoever has room. So each group calls each endpoint exactly once, whatever callers and endpoints there
/// are, and where one joins or leaves little changes (Google's Rocksteadier shares out lots for the same reason, but needs numbered endpoints).
/// Callers without numbers take the endpoints that rank highest for their name (rendezvous hashing, Thaler and Ravishankar 1998),
/// by weight: little changes too, but endpoints get up to twice as many callers as others.
/// </remarks>
internal static class EndpointSubset
{
    /// <summary>At least <paramref name="size"/> endpoints, all where there are no more. Numbered callers get what an even share comes to: up to a third
    /// more of many, up to twice as many of few.</summary>
    /// <param name="endpoints">Those there are, in any order.</param>
    /// <param name="size">1 or more.</param>
    /// <param name="caller">Who asks.</param>
    public static IReadOnlySet<string> Choose(IReadOnlyList<Endpoint> endpoints, int size, SubsetCaller caller)
    {
        if (endpoints.Count <= size)
        {
            return endpoints.Select(endpoint => endpoint.Address).ToHashSet(StringComparer.Ordinal);
        }

        return caller.Index is { } index ? ChooseInGroup(endpoints, GroupSize(endpoints.Count / size), index) : ChooseAlone(endpoints, size, caller.Name);
    }

    /// <summary>The largest number up to <paramref name="most"/> of at most three bits before zeros: a group that changed its size with each
    /// endpoint would share out everything anew.</summary>
    private static int GroupSize(int most)
    {
        var shift = Math.Max(0, 29 - int.LeadingZeroCount(most));
        return most >> shift << shift;
    }

    private static HashSet<string> ChooseInGroup(IReadOnlyList<Endpoint> endpoints, int groupSize, int index)
    {
        var group = (ulong)(index / groupSize);
        var self = index % groupSize;
        var order = new (ulong Rank, ulong Hash, int Place)[endpoints.Count];
        for (var place = 0; place < order.Length; place++)
        {
            var hash = Hash(endpoints[place].Address);
            order[place] = (Mix(hash ^ Mix(group)), hash, place);
        }

        Array.Sort(order);
        var room = new int[groupSize];
        var left = 0;
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (rank, _, place) in order)
        {
            if (left == 0)
            {
                // First everybody gets the same number, then what remains one by one.
                Array.Fill(room, chosen.Count == 0 ? endpoints.Count / groupSize : 1);
                left = room[0] * groupSize;
            }

            left--;
            var taker = HighestWithRoom(room, rank);
            room[taker]--;
            if (taker == self)
            {
                chosen.Add(endpoints[place].Address);
            }
        }

        return chosen;
    }

    private static int HighestWithRoom(ReadOnlySpan<int> room, ulong rank)
    {
        var highest = -1;
        var score = 0UL;
        for (var caller = 0; caller < room.Length; caller++)
        {
            if (room[caller] > 0 && Mix(rank + (ulong)caller) is var next && (highest < 0 || next > score))
            {
                (highest, score) = (caller, next);
            }
        }

        return highest;
    }

    private static HashSet<string> ChooseAlone(IReadOnlyList<Endpoint> endpoints, int size, string name)
    {
        var salt = Mix(Hash(name));
        var ranked = new (double Score, string Address)[endpoints.Count];
        for (var place = 0; place < ranked.Length; place++)
        {
            // -ln(u) / weight: the least of such is drawn as often as it weighs.
            var uniform = ((Mix(Hash(endpoints[place].Address) ^ salt) >> 11) + 0.5) / (1UL << 53);
            ranked[place] = (-Math.Log(uniform) / Math.Max(1, endpoints[place].Weight), endpoints[place].Address);
        }

        Array.Sort(ranked);
        return ranked[..size].Select(entry => entry.Address).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>FNV-1a: callers in other processes must come to the same.</summary>
    private static ulong Hash(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 0x100000001B3;
        }

        return Mix(hash);
    }

    /// <summary>The finaliser of MurmurHash3.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }
}
