using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;

namespace Mesh.Client;

internal sealed partial class ClusterManager
{
    /// <summary>Takes over new rules: existing states get their new model, states whose key no rule names any more end, and those of subsets
    /// whose labels changed are followed by new ones. To be called before calls see the snapshot, so that they find the endpoints and
    /// policies that go with it; those on older rules keep the endpoints that go with theirs.</summary>
    public void Apply(MeshSnapshot snapshot)
    {
        lock (_applying)
        {
            var kept = new List<(ClusterMembership Membership, ClusterModel Model)>();
            var made = new List<ClusterMembership>();
            var ended = new List<ClusterMembership>();
            List<WatchedService> released;
            List<(EndpointWatcher Watcher, ServiceModel Service)> idle;
            lock (_gate)
            {
                if (_isDisposed)
                {
                    return;
                }

                _newest = snapshot;
                foreach (var (key, state) in _states.ToArray())
                {
                    var model = snapshot.FindCluster(key.Cluster);
                    if (model?.SubsetText == key.Labels)
                    {
                        kept.Add((MembershipOf(state), model));
                        continue;
                    }

                    // The new one first: discovery of the service goes on, and what it knows is there for the first call.
                    if (model is not null && !_states.ContainsKey(key with { Labels = model.SubsetText }))
                    {
                        var successor = Add(key.Cluster, model, out _);
                        made.Add(successor);
                        kept.Add((successor, model));
                    }

                    Remove(key, state, ended);
                }

                released = Release(out idle);
            }

            var isDnsChanged = _configureDns(snapshot.Configuration.Dns);
            Take(kept);
            List<(EndpointWatcher Watcher, ServiceModel Service)> watched =
                [.. kept.Select(entry => (entry.Membership.Watcher, entry.Model.Service)).DistinctBy(entry => entry.Watcher), .. idle];
            Watch(watched);
            foreach (var membership in made)
            {
                Update(membership);
            }

            if (isDnsChanged)
            {
                RefreshDns(watched);
            }

            End(ended, released);
        }
    }

    private static bool IsSameQuestion(ServiceModel current, ServiceModel next) =>
        current.Discovery == next.Discovery
        && current.DiscoveryName == next.DiscoveryName
        && (current.Discovery.Kind != DiscoveryKind.Source || (current.Namespace == next.Namespace && current.Ports.AsSpan().SequenceEqual(next.Ports)))
        && (next.Discovery != DiscoveryKind.DnsSrv || current.Ports.AsSpan().SequenceEqual(next.Ports))
        && (ReferenceEquals(current.Endpoints, next.Endpoints) || current.Endpoints.SequenceEqual(next.Endpoints));

    /// <summary>Under the lock.</summary>
    private void Remove(StateKey key, ClusterState state, List<ClusterMembership> ended)
    {
        ended.Add(MembershipOf(state));
        _states.TryRemove(key, out _);
        if (_services.TryGetValue(state.Model.Service.Name, out var service))
        {
            service.Remove(MembershipOf(state));
        }
    }

    /// <summary>Under the lock: lets go of services without clusters, unless the rules name them still, such as with another port: the first call
    /// there is to find what discovery knows, and must not fail because a look-up does just then.</summary>
    /// <param name="idle">Those that are named still.</param>
    private List<WatchedService> Release(out List<(EndpointWatcher Watcher, ServiceModel Service)> idle)
    {
        idle = [];
        var unused = _services.Where(entry => entry.Value.IsUnused).ToList();
        if (unused.Count == 0)
        {
            return [];
        }

        var named = new Dictionary<string, ServiceModel>(StringComparer.Ordinal);
        foreach (var model in _newest?.Clusters ?? [])
        {
            named.TryAdd(model.Service.Name, model.Service);
        }

        var released = new List<WatchedService>();
        foreach (var (name, service) in unused)
        {
            if (named.TryGetValue(name, out var model))
            {
                idle.Add((service.Watcher, model));
                continue;
            }

            _services.Remove(name);
            released.Add(service);
        }

        return released;
    }

    /// <summary>Without the lock: the rest of <see cref="Remove"/> and <see cref="Release"/>.</summary>
    private void End(List<ClusterMembership> ended, List<WatchedService> released)
    {
        foreach (var service in released)
        {
            service.Watcher.Dispose();
        }

        foreach (var membership in ended)
        {
            StopTimers(membership.Cluster);
            RaiseRemoved(membership.End());
        }
    }

    private void Take(List<(ClusterMembership Membership, ClusterModel Model)> kept)
    {
        foreach (var (membership, model) in kept)
        {
            var cluster = membership.Cluster;
            var previous = cluster.Model;
            cluster.Model = model;
            if (model.Key.Port != 0)
            {
                model.State = cluster;
            }

            if (!Balancer.IsSame(previous.Policy, model.Policy))
            {
                UpdatesOf(cluster).Replace(CreateBalancer(cluster, model.Policy));
            }

            ClusterResilience.Of(cluster).Update(model.Policy);
            if (previous.Policy.CircuitBreaker != model.Policy.CircuitBreaker)
            {
                CircuitBreakers.OnPolicyChanged(cluster);
            }

            if (previous.Policy.Limits != model.Policy.Limits)
            {
                Limit(cluster);
            }

            if (previous.Policy.LoadBalancerExtension.SubsetSize != model.Policy.LoadBalancerExtension.SubsetSize)
            {
                RaiseRemoved(membership.Update());
            }

            if (previous.Policy.OutlierDetection != model.Policy.OutlierDetection)
            {
                OutlierDetector.OnPolicyChanged(cluster);
            }
            else if (!Equals(previous.Policy.Locality, model.Policy.Locality)
                || previous.Policy.HeedsSource != model.Policy.HeedsSource
                || previous.Policy.ConsistentHash is null != model.Policy.ConsistentHash is null
                || previous.Policy.Warmup != model.Policy.Warmup)
            {
                AvailableEndpoints.Publish(cluster);
            }

            HealthChecker.Update(cluster);
        }
    }

    private static void Watch(List<(EndpointWatcher Watcher, ServiceModel Service)> watched)
    {
        foreach (var (watcher, service) in watched)
        {
            if (!IsSameQuestion(watcher.Service, service))
            {
                watcher.Update(service);
            }
        }
    }

    private static void RefreshDns(List<(EndpointWatcher Watcher, ServiceModel Service)> watched)
    {
        foreach (var (watcher, service) in watched)
        {
            if (service.Discovery.Kind is DiscoveryKind.Dns or DiscoveryKind.DnsSrv)
            {
                watcher.Refresh();
            }
        }
    }
}
