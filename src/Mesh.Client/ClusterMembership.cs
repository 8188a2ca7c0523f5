using System.Collections.Frozen;
using Mesh.Client.Discovery;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>Which of a service's endpoints belong to one cluster: keeps the state of each address while discovery and rules change.</summary>
internal sealed class ClusterMembership(ClusterState cluster, EndpointWatcher watcher, TimeProvider timeProvider)
{
    // One update at a time; never taken by a call, and nothing is called out under it.
    private readonly Lock _gate = new();
    private bool _isEnded;
    private bool _isFilled;

    public ClusterState Cluster { get; } = cluster;

    public EndpointWatcher Watcher { get; } = watcher;

    /// <summary>Who this process is, where the policy has it call some of the endpoints only.</summary>
    public SubsetCaller? Caller { get; init; }

    public bool IsReady => Volatile.Read(ref _isFilled) && Watcher.IsReady;

    /// <summary>Brings the cluster in line with what the watcher knows and the subset takes. Level-triggered: it reads both anew, so calls
    /// may overtake each other. One pass over the endpoints, so that one change among ten thousand costs about a millisecond.</summary>
    /// <returns>The endpoints that left.</returns>
    public IReadOnlyList<EndpointState> Update()
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return [];
            }

            var endpoints = Watcher.Endpoints;
            var subset = new Subset(Cluster.Model.SubsetLabels);
            var walk = new Walk(Cluster.Endpoints.All);
            var all = new List<EndpointState>(endpoints.Count);
            var chosen = ChooseSubset(endpoints, ref subset);
            var now = timeProvider.GetTimestamp();
            var isRegrouped = false;
            for (var index = 0; index < endpoints.Count; index++)
            {
                var endpoint = endpoints[index];
                if (!IsMember(endpoint, ref subset) || chosen?.Contains(endpoint.Address) == false || !walk.TryTake(endpoint, out var state))
                {
                    continue;
                }

                if (state is null)
                {
                    state = new EndpointState(endpoint, now);
                }
                else if (!ReferenceEquals(state.Endpoint, endpoint))
                {
                    isRegrouped |= state.Endpoint.Weight != endpoint.Weight || state.Endpoint.Locality != endpoint.Locality
                        || state.Endpoint.Priority != endpoint.Priority || state.Endpoint.IsForOthers != endpoint.IsForOthers || state.IsDraining != endpoint.IsDraining
                        || !ReferenceEquals(state.Endpoint.Labels, endpoint.Labels);
                    state.Endpoint = endpoint;
                }

                all.Add(state);
            }

            var removed = walk.Rest();
            if (isRegrouped || !IsSame(all, Cluster.Endpoints.All))
            {
                Publish([.. all]);
            }

            foreach (var state in removed)
            {
                OutlierDetector.Forget(Cluster, state);
            }

            Volatile.Write(ref _isFilled, true);
            return removed;
        }
    }

    /// <summary>No more updates: calls in flight keep what there is.</summary>
    /// <returns>All endpoints.</returns>
    public IReadOnlyList<EndpointState> End()
    {
        lock (_gate)
        {
            _isEnded = true;
            return Cluster.Endpoints.All;
        }
    }

    private bool IsMember(Endpoint endpoint, ref Subset subset)
        => subset.Takes(endpoint) && (endpoint.ServicePorts is not { Length: > 0 } ports || ports.Contains(Cluster.Key.Port));

    /// <summary>The endpoints that this process calls; null for all.</summary>
    private IReadOnlySet<string>? ChooseSubset(EndpointList endpoints, ref Subset subset)
    {
        if (Caller is null || Cluster.Model.Policy.LoadBalancerExtension.SubsetSize is not { } size || endpoints.Count <= size)
        {
            return null;
        }

        var members = new List<Endpoint>(endpoints.Count);
        var addresses = new HashSet<string>(endpoints.Count, StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            if (IsMember(endpoint, ref subset) && addresses.Add(endpoint.Address))
            {
                members.Add(endpoint);
            }
        }

        return members.Count <= size ? null : EndpointSubset.Choose(members, size, Caller);
    }

    private static bool IsSame(List<EndpointState> next, EndpointState[] current)
    {
        for (var index = 0; index < current.Length && index < next.Count; index++)
        {
            if (!ReferenceEquals(next[index], current[index]))
            {
                return false;
            }
        }

        return next.Count == current.Length;
    }

    private void Publish(EndpointState[] all)
    {
        // Health publishes too; whoever comes second starts from the other's set.
        EndpointSet current;
        do
        {
            current = Cluster.Endpoints;
        }
        while (!Cluster.TryPublish(current, AvailableEndpoints.Build(all, Cluster.Model.Policy)));
    }

    /// <summary>Which endpoints carry the labels of a subset. Most share their labels with the one before, as one object.</summary>
    private struct Subset(FrozenDictionary<string, string> labels)
    {
        private FrozenDictionary<string, string>? _last;
        private bool _takesLast;

        public bool Takes(Endpoint endpoint)
        {
            if (!ReferenceEquals(endpoint.Labels, _last))
            {
                _last = endpoint.Labels;
                _takesLast = Carries(endpoint.Labels);
            }

            return _takesLast;
        }

        private readonly bool Carries(FrozenDictionary<string, string> carried)
        {
            foreach (var label in labels)
            {
                if (!carried.TryGetValue(label.Key, out var value) || value != label.Value)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Finds states by address in the order in which they mostly are asked for: the same as before, but for one that left or joined.
    /// Only where there are more of those is anything hashed.</summary>
    private sealed class Walk(EndpointState[] states)
    {
        private const int MostSearches = 4;

        private readonly bool[] _isFound = new bool[states.Length];
        private Dictionary<string, int>? _places;
        private HashSet<string>? _joined;
        private int _searches;
        private int _next;
        private int _found;

        /// <summary>False for an address that was taken before: it may stand for several workloads, of which a cluster sees one endpoint.</summary>
        /// <param name="endpoint">The next of the service that the cluster takes.</param>
        /// <param name="state">Null for one that joins.</param>
        public bool TryTake(Endpoint endpoint, out EndpointState? state)
        {
            state = null;
            var place = IsAt(_next, endpoint) ? _next : Search(endpoint);
            if (place < 0)
            {
                return (_joined ??= new(StringComparer.Ordinal)).Add(endpoint.Address);
            }

            if (_isFound[place])
            {
                return false;
            }

            _next = place + 1;
            _found++;
            _isFound[place] = true;
            state = states[place];
            return true;
        }

        /// <summary>Those that nobody asked for.</summary>
        public IReadOnlyList<EndpointState> Rest() => _found == states.Length ? [] : [.. states.Where((_, place) => !_isFound[place])];

        private bool IsAt(int place, Endpoint endpoint) => place < states.Length
            && (ReferenceEquals(states[place].Endpoint, endpoint) || states[place].Endpoint.Address == endpoint.Address);

        private int Search(Endpoint endpoint)
        {
            // The next one left.
            if (IsAt(_next + 1, endpoint))
            {
                return _next + 1;
            }

            if (_places is null && _searches++ < MostSearches)
            {
                return Array.FindIndex(states, state => state.Endpoint.Address == endpoint.Address);
            }

            _places ??= MakePlaces();
            return _places.TryGetValue(endpoint.Address, out var place) ? place : -1;
        }

        private Dictionary<string, int> MakePlaces()
        {
            var places = new Dictionary<string, int>(states.Length, StringComparer.Ordinal);
            for (var place = 0; place < states.Length; place++)
            {
                places[states[place].Endpoint.Address] = place;
            }

            return places;
        }
    }
}
