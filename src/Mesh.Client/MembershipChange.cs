using Mesh.Client.Discovery;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>What becomes of the endpoints of a cluster when some of its service are others: the others alone are looked at.</summary>
internal sealed class MembershipChange
{
    private readonly ClusterMembers _before;
    private readonly Dictionary<string, EndpointState> _leaving = new(StringComparer.Ordinal);
    private readonly List<EndpointState> _joining = [];

    private MembershipChange(ClusterMembers before, EndpointList service, List<ListChange> changes, MemberFilter filter, long now)
    {
        _before = before;
        Changes = new(changes.Count);
        var places = Leave(changes);
        var taken = Join(service, changes, places, filter, now);
        Next = new(service, taken, HasOthers() ? MakeStates() : before.States);
    }

    public ClusterMembers Next { get; }

    /// <summary>By the places of the states; of some of them the description alone is another.</summary>
    public List<ListChange> Changes { get; }

    /// <summary>Those that left the cluster.</summary>
    public IReadOnlyList<EndpointState> Left => [.. _leaving.Values];

    /// <summary>An endpoint that stays is described otherwise, in what decides where it belongs or who may be picked.</summary>
    public bool IsRegrouped { get; private set; }

    /// <summary>Null where everything is to be looked at.</summary>
    /// <param name="before">What the cluster has.</param>
    /// <param name="service">The endpoints of its service now.</param>
    /// <param name="filter">What the cluster takes.</param>
    /// <param name="now">When those that join do.</param>
    public static MembershipChange? Find(ClusterMembers before, EndpointList service, MemberFilter filter, long now)
        => service.IsEachAddressOnce && ListChange.Find(before.Service.Span, service.Span) is { } changes ? new(before, service, changes, filter, now) : null;

    /// <summary>From now on the state has the newest description of its address.</summary>
    /// <returns>Whether that decides anything.</returns>
    public static bool Describe(EndpointState state, Endpoint endpoint)
    {
        var known = state.Endpoint;
        if (ReferenceEquals(known, endpoint))
        {
            return false;
        }

        var isRegrouped = known.Weight != endpoint.Weight || known.Locality != endpoint.Locality || known.Priority != endpoint.Priority
            || known.IsForOthers != endpoint.IsForOthers || state.IsDraining != endpoint.IsDraining || !ReferenceEquals(known.Labels, endpoint.Labels);
        state.Endpoint = endpoint;
        return isRegrouped;
    }

    /// <summary>All of them before any joins: one that was moved does both.</summary>
    /// <returns>For each change the place of its first state, and how many there were.</returns>
    private (int Start, int Count)[] Leave(List<ListChange> changes)
    {
        var places = new (int Start, int Count)[changes.Count];
        var (from, place) = (0, 0);
        for (var change = 0; change < places.Length; change++)
        {
            place += _before.CountTaken(from, changes[change].Start);
            var start = place;
            from = changes[change].Start + changes[change].Removed;
            for (var index = changes[change].Start; index < from; index++)
            {
                if (_before.IsTaken(index))
                {
                    _leaving.Add(_before.Service[index].Address, _before.States[place++]);
                }
            }

            places[change] = (start, place - start);
        }

        return places;
    }

    /// <returns>Which endpoints of the service the cluster takes; null for all.</returns>
    private bool[]? Join(EndpointList service, List<ListChange> changes, (int Start, int Count)[] places, MemberFilter filter, long now)
    {
        var taken = _before.Taken is null ? null : new bool[service.Count];
        if (taken is not null)
        {
            ListChange.CopyUnchanged<bool>(changes, _before.Taken, taken);
        }

        var moved = 0;
        foreach (var (index, change) in changes.Index())
        {
            var joined = _joining.Count;
            for (var place = change.NextStart; place < change.NextStart + change.Added; place++)
            {
                var isTaken = filter.Takes(service[place]);
                if (!isTaken && taken is null)
                {
                    taken = new bool[service.Count];
                    Array.Fill(taken, true);
                }

                if (isTaken)
                {
                    _joining.Add(StateOf(service[place], now));
                }

                if (taken is not null)
                {
                    taken[place] = isTaken;
                }
            }

            joined = _joining.Count - joined;
            Changes.Add(new(places[index].Start, places[index].Count, places[index].Start + moved, joined));
            moved += joined - places[index].Count;
        }

        return taken;
    }

    private EndpointState StateOf(Endpoint endpoint, long now)
    {
        if (!_leaving.Remove(endpoint.Address, out var state))
        {
            return new EndpointState(endpoint, now);
        }

        IsRegrouped |= Describe(state, endpoint);
        return state;
    }

    private bool HasOthers()
    {
        var joined = 0;
        foreach (var change in Changes)
        {
            for (var place = 0; place < change.Added; place++, joined++)
            {
                if (change.Added != change.Removed || !ReferenceEquals(_before.States[change.Start + place], _joining[joined]))
                {
                    return true;
                }
            }

            if (change.Added != change.Removed)
            {
                return true;
            }
        }

        return false;
    }

    private EndpointState[] MakeStates()
    {
        var states = new EndpointState[_before.States.Length + _joining.Count - Changes.Sum(change => change.Removed)];
        ListChange.CopyUnchanged(Changes, _before.States, states);
        var taken = 0;
        foreach (var change in Changes)
        {
            _joining.CopyTo(taken, states, change.NextStart, change.Added);
            taken += change.Added;
        }

        return states;
    }
}
