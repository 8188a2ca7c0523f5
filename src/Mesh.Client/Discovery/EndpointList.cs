using System.Collections;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>The endpoints of a service, each address once for the same labels and ports. Immutable: another answer makes another list, out of this one
/// where they have most in common.</summary>
internal sealed class EndpointList : IReadOnlyList<Endpoint>
{
    /// <summary>Of a source that makes its objects anew: up to so many may join, or leave side by side, before hashing all of them is the faster
    /// way.</summary>
    private const int MostStrangers = 4;

    private readonly Endpoint[] _endpoints;

    // Those of the addresses, by place: whether one is known is asked without a look at any of the others.
    private readonly int[] _hashes;

    private EndpointList(Endpoint[] endpoints, int[] hashes, bool isEachAddressOnce)
        => (_endpoints, _hashes, IsEachAddressOnce) = (endpoints, hashes, isEachAddressOnce);

    public static EndpointList Empty { get; } = new([], [], isEachAddressOnce: true);

    /// <summary>No address stands for several workloads. True nearly always; false where that is not known.</summary>
    public bool IsEachAddressOnce { get; }

    public ReadOnlySpan<Endpoint> Span => _endpoints;

    public int Count => _endpoints.Length;

    public Endpoint this[int index] => _endpoints[index];

    /// <summary>The endpoints of <paramref name="answer"/>, or as many as are used: the first of those that are the same, and those of this list where they
    /// are described alike. This list where that comes to the same.</summary>
    public EndpointList Replace(IReadOnlyList<Endpoint> answer)
    {
        var given = ArrayOf(answer);
        var next = Follow(given) ?? Distinct(given);
        return IsSame(next.Span, Span) ? this : next;
    }

    /// <summary>The same addresses in the same order, described alike.</summary>
    public static bool IsSame(IReadOnlyList<Endpoint> left, IReadOnlyList<Endpoint> right) => IsSame(ArrayOf(left).AsSpan(), ArrayOf(right));

    public IEnumerator<Endpoint> GetEnumerator() => ((IEnumerable<Endpoint>)_endpoints).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _endpoints.GetEnumerator();

    private static Endpoint[] ArrayOf(IReadOnlyList<Endpoint> endpoints) => endpoints as Endpoint[] ?? [.. endpoints];

    private static bool IsSame(ReadOnlySpan<Endpoint> left, ReadOnlySpan<Endpoint> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var index = 0; index < left.Length; index++)
        {
            if (!ReferenceEquals(left[index], right[index]) && (left[index].Address != right[index].Address || !IsSame(left[index], right[index])))
            {
                return false;
            }
        }

        return true;
    }

    private static EndpointList Distinct(Endpoint[] answer)
    {
        var endpoints = new List<Endpoint>(Math.Min(answer.Length, EndpointView.MaximumEndpoints));
        var hashes = new List<int>(endpoints.Capacity);
        var seen = new HashSet<string>(endpoints.Capacity, StringComparer.Ordinal);

        // Mostly an address that was seen is an endpoint that was; only then it is to be told from others there.
        HashSet<Endpoint>? known = null;
        var isEachAddressOnce = true;
        foreach (var endpoint in answer)
        {
            if (endpoints.Count == EndpointView.MaximumEndpoints)
            {
                break;
            }

            if (!seen.Add(endpoint.Address))
            {
                known ??= new(endpoints, EndpointComparer.Instance);
                if (!known.Add(endpoint))
                {
                    continue;
                }

                isEachAddressOnce = false;
            }
            else
            {
                known?.Add(endpoint);
            }

            endpoints.Add(endpoint);
            hashes.Add(HashOf(endpoint));
        }

        return new([.. endpoints], [.. hashes], isEachAddressOnce);
    }

    /// <summary>The way of an ordinary change. Null where the answer is too different, too long, or may name one address twice.</summary>
    private EndpointList? Follow(Endpoint[] answer)
        => Count == 0 || answer.Length > EndpointView.MaximumEndpoints || !IsEachAddressOnce ? null
            : ListChange.Find<Endpoint>(_endpoints, answer) is { } changes ? FollowChanges(answer, changes)
            : FollowAddresses(answer);

    /// <summary>Where the source gives the same object again for what did not change, only the others are looked at.</summary>
    private EndpointList? FollowChanges(Endpoint[] answer, List<ListChange> changes)
    {
        var leaving = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            foreach (var endpoint in _endpoints.AsSpan(change.Start, change.Removed))
            {
                leaving.Add(endpoint.Address, endpoint);
            }
        }

        var joining = new HashSet<string>(StringComparer.Ordinal);
        var endpoints = answer;
        var hashes = new int[answer.Length];
        ListChange.CopyUnchanged(changes, _hashes, hashes);
        foreach (var change in changes)
        {
            for (var place = change.NextStart; place < change.NextStart + change.Added; place++)
            {
                var endpoint = answer[place];
                hashes[place] = HashOf(endpoint);
                if (!joining.Add(endpoint.Address))
                {
                    return null;
                }

                if (!leaving.TryGetValue(endpoint.Address, out var known))
                {
                    if (Contains(endpoint.Address, hashes[place]))
                    {
                        return null;
                    }
                }
                else if (IsSame(known, endpoint))
                {
                    endpoints = ReferenceEquals(endpoints, answer) ? [.. answer] : endpoints;
                    endpoints[place] = known;
                }
            }
        }

        return new(endpoints, hashes, isEachAddressOnce: true);
    }

    /// <summary>Where it makes its objects anew the answer goes along what is known but for a few that left or joined. Nothing is hashed, and what did
    /// not change stays the same object.</summary>
    private EndpointList? FollowAddresses(Endpoint[] answer)
    {
        var (endpoints, hashes) = (new Endpoint[answer.Length], new int[answer.Length]);
        var joined = new List<string>(MostStrangers);
        var next = 0;
        for (var index = 0; index < answer.Length; index++)
        {
            var endpoint = answer[index];
            var place = next;
            while (place < Count && place <= next + MostStrangers && !ReferenceEquals(_endpoints[place], endpoint) && _endpoints[place].Address != endpoint.Address)
            {
                place++;
            }

            if (place < Count && place <= next + MostStrangers)
            {
                endpoints[index] = IsSame(_endpoints[place], endpoint) ? _endpoints[place] : endpoint;
                hashes[index] = _hashes[place];
                next = place + 1;
                continue;
            }

            // What goes along is in the order of what is known, so it names nothing twice; one that joins is looked for everywhere.
            hashes[index] = HashOf(endpoint);
            if (joined.Count == MostStrangers || joined.Contains(endpoint.Address) || Contains(endpoint.Address, hashes[index]))
            {
                return null;
            }

            joined.Add(endpoint.Address);
            endpoints[index] = endpoint;
        }

        return new(endpoints, hashes, isEachAddressOnce: true);
    }

    private bool Contains(string address, int hash)
    {
        for (var start = 0; _hashes.AsSpan(start).IndexOf(hash) is >= 0 and var found; start += found + 1)
        {
            if (_endpoints[start + found].Address == address)
            {
                return true;
            }
        }

        return false;
    }

    private static int HashOf(Endpoint endpoint) => endpoint.Address.GetHashCode(StringComparison.Ordinal);

    /// <summary>Of two descriptions of one address. Labels are compared by reference: equal ones of other rules cost one needless update, which
    /// changes nothing.</summary>
    private static bool IsSame(Endpoint left, Endpoint right) => ReferenceEquals(left, right)
        || (ReferenceEquals(left.Labels, right.Labels) && left.Weight == right.Weight && left.Locality == right.Locality
            && left.IsDraining == right.IsDraining && left.IsForOthers == right.IsForOthers && left.Priority == right.Priority && left.Target == right.Target
            && left.ServicePorts.AsSpan().SequenceEqual(right.ServicePorts));
}
