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
    private ClusterMembers? _members;
    private bool _isEnded;
    private bool _isFilled;

    public ClusterState Cluster { get; } = cluster;

    public EndpointWatcher Watcher { get; } = watcher;

    /// <summary>Who this process is, where the policy has it call some of the endpoints only.</summary>
    public SubsetCaller? Caller { get; init; }

    public bool IsReady => Volatile.Read(ref _isFilled) && Watcher.IsReady;

    /// <summary>Brings the cluster in line with what the watcher knows and the subset takes. Level-triggered: it reads both anew, so calls
    /// may overtake each other. Where the source gives the same objects for what did not change, the others alone are looked at: one among ten
    /// thousand costs what it takes to copy their array.</summary>
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
            var size = Caller is null ? null : Cluster.Model.Policy.LoadBalancerExtension.SubsetSize;
            var removed = size is null ? Follow(endpoints) ?? Rebuild(endpoints, null) : Rebuild(endpoints, size);
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

    /// <summary>Null where everything is to be looked at.</summary>
    private IReadOnlyList<EndpointState>? Follow(EndpointList endpoints)
    {
        if (_members is not { } members || members.States != Cluster.Endpoints.All)
        {
            return null;
        }

        if (ReferenceEquals(members.Service, endpoints))
        {
            return [];
        }

        if (MembershipChange.Find(members, endpoints, new MemberFilter(Cluster), timeProvider.GetTimestamp()) is not { } change)
        {
            return null;
        }

        _members = change.Next;
        if (change.IsRegrouped || change.Next.States != members.States)
        {
            Publish(change.Next.States, change.Changes);
        }

        return change.Left;
    }

    private IReadOnlyList<EndpointState> Rebuild(EndpointList endpoints, int? subsetSize)
    {
        var filter = new MemberFilter(Cluster);
        var walk = new EndpointWalk(Cluster.Endpoints.All);
        var all = new List<EndpointState>(endpoints.Count);
        var taken = new bool[endpoints.Count];
        var chosen = subsetSize is { } size ? ChooseSubset(endpoints, ref filter, size) : null;
        var now = timeProvider.GetTimestamp();
        var isRegrouped = false;
        for (var index = 0; index < endpoints.Count; index++)
        {
            var endpoint = endpoints[index];
            if (!filter.Takes(endpoint) || chosen?.Contains(endpoint.Address) == false || !walk.TryTake(endpoint, out var state))
            {
                continue;
            }

            if (state is null)
            {
                state = new EndpointState(endpoint, now);
            }
            else
            {
                isRegrouped |= MembershipChange.Describe(state, endpoint);
            }

            taken[index] = true;
            all.Add(state);
        }

        var removed = walk.Rest();
        if (isRegrouped || !IsSame(all, Cluster.Endpoints.All))
        {
            Publish([.. all], null);
        }

        // Another choice among all would leave out others, and an address that stands for several workloads changes hands when one of them goes.
        _members = chosen is null && endpoints.IsEachAddressOnce
            ? new(endpoints, all.Count == endpoints.Count ? null : taken, Cluster.Endpoints.All)
            : null;
        return removed;
    }

    /// <summary>The endpoints that this process calls; null for all.</summary>
    private IReadOnlySet<string>? ChooseSubset(EndpointList endpoints, ref MemberFilter filter, int size)
    {
        if (endpoints.Count <= size)
        {
            return null;
        }

        var members = new List<Endpoint>(endpoints.Count);
        var addresses = new HashSet<string>(endpoints.Count, StringComparer.Ordinal);
        foreach (var endpoint in endpoints)
        {
            if (filter.Takes(endpoint) && addresses.Add(endpoint.Address))
            {
                members.Add(endpoint);
            }
        }

        return members.Count <= size ? null : EndpointSubset.Choose(members, size, Caller!);
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

    /// <param name="all">The endpoints.</param>
    /// <param name="changes">What made them of those that are published; null where that was not followed.</param>
    private void Publish(EndpointState[] all, List<ListChange>? changes)
    {
        // Health publishes too; whoever comes second starts from the other's set.
        EndpointSet current;
        EndpointSet next;
        do
        {
            current = Cluster.Endpoints;
            next = changes is null
                ? AvailableEndpoints.Build(all, Cluster.Model.Policy)
                : AvailableEndpoints.Build(current, changes, all, Cluster.Model.Policy);
        }
        while (!Cluster.TryPublish(current, next));
    }
}
