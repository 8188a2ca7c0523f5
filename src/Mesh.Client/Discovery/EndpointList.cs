using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>Lists of endpoints in which each address stands once for the same labels and ports.</summary>
internal static class EndpointList
{
    /// <summary>Up to so many may join, or leave side by side, before hashing all of them is the faster way.</summary>
    private const int MostStrangers = 4;

    /// <summary>What is to be served in place of <paramref name="shown"/>: of <paramref name="endpoints"/> the first of those that are the same, at most
    /// as many as are used. The same object where that comes to the same.</summary>
    public static IReadOnlyList<Endpoint> Replace(IReadOnlyList<Endpoint> shown, IReadOnlyList<Endpoint> endpoints)
    {
        var next = Follow(endpoints, shown) ?? Distinct(endpoints);
        return IsSame(next, shown) ? shown : next;
    }

    /// <summary>The same addresses in the same order, described alike.</summary>
    public static bool IsSame(IReadOnlyList<Endpoint> left, IReadOnlyList<Endpoint> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var index = 0; index < left.Count; index++)
        {
            var (one, other) = (left[index], right[index]);
            if (!ReferenceEquals(one, other) && (one.Address != other.Address || !IsSame(one, other)))
            {
                return false;
            }
        }

        return true;
    }

    private static List<Endpoint> Distinct(IReadOnlyList<Endpoint> answer)
    {
        var endpoints = new List<Endpoint>(Math.Min(answer.Count, EndpointView.MaximumEndpoints));
        var seen = new HashSet<Endpoint>(endpoints.Capacity, EndpointComparer.Instance);
        foreach (var endpoint in answer)
        {
            if (endpoints.Count < EndpointView.MaximumEndpoints && seen.Add(endpoint))
            {
                endpoints.Add(endpoint);
            }
        }

        return endpoints;
    }

    /// <summary>The way of an ordinary change: the answer goes along what is known but for a few that left or joined. Nothing is hashed, and what
    /// did not change stays the same object. Null where the answer is too different, too long, or may name one address twice.</summary>
    private static List<Endpoint>? Follow(IReadOnlyList<Endpoint> answer, IReadOnlyList<Endpoint> known)
    {
        if (known.Count == 0 || answer.Count > EndpointView.MaximumEndpoints)
        {
            return null;
        }

        var endpoints = new List<Endpoint>(answer.Count);
        var joined = 0;
        var next = 0;
        foreach (var endpoint in answer)
        {
            var place = next;
            // Mostly it is the same object; of thousands none is to be looked into then.
            while (place < known.Count && place <= next + MostStrangers && !ReferenceEquals(known[place], endpoint) && known[place].Address != endpoint.Address)
            {
                place++;
            }

            if (place < known.Count && place <= next + MostStrangers)
            {
                endpoints.Add(IsSame(known[place], endpoint) ? known[place] : endpoint);
                next = place + 1;
                continue;
            }

            // What goes along is in the order of what is known, so it names nothing twice; one that joins is looked for everywhere.
            if (++joined > MostStrangers || Contains(known, endpoint.Address) || Contains(endpoints, endpoint.Address))
            {
                return null;
            }

            endpoints.Add(endpoint);
        }

        return endpoints;
    }

    private static bool Contains(IReadOnlyList<Endpoint> endpoints, string address)
    {
        for (var index = 0; index < endpoints.Count; index++)
        {
            if (endpoints[index].Address == address)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Of two descriptions of one address. Labels are compared by reference: equal ones of other rules cost one needless update, which
    /// changes nothing.</summary>
    private static bool IsSame(Endpoint left, Endpoint right) => ReferenceEquals(left, right)
        || (ReferenceEquals(left.Labels, right.Labels) && left.Weight == right.Weight && left.Locality == right.Locality
            && left.IsDraining == right.IsDraining && left.IsForOthers == right.IsForOthers && left.Priority == right.Priority && left.Target == right.Target
            && left.ServicePorts.AsSpan().SequenceEqual(right.ServicePorts));
}
