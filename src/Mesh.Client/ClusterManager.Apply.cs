using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

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
            var models = Index(snapshot);
            var kept = new List<(ClusterMembership Membership, ClusterModel Model)>();
            var made = new List<ClusterMembership>();
            var ended = new List<ClusterMembership>();
            var released = new List<WatchedService>();
            lock (_gate)
            {
                if (_isDisposed)
                {
                    return;
                }

                _models = models;
                foreach (var (key, state) in _states.ToArray())
                {
                    var model = FindModel(models, key.Cluster);
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

                    Remove(key, state, ended, released);
                }
            }

            var isDnsChanged = _configureDns(snapshot.Configuration.Dns);
            Take(kept);
            foreach (var membership in made)
            {
                RaiseRemoved(membership.Update());
            }

            if (isDnsChanged)
            {
                RefreshDns(kept);
            }

            End(ended, released);
        }
    }

    private static Dictionary<ClusterKey, ClusterModel> Index(MeshSnapshot snapshot)
    {
        var models = new Dictionary<ClusterKey, ClusterModel>(snapshot.Clusters.Count);
        foreach (var cluster in snapshot.Clusters)
        {
            models.TryAdd(cluster.Key, cluster);
        }

        return models;
    }

    private static ClusterModel? FindModel(Dictionary<ClusterKey, ClusterModel>? models, ClusterKey key) =>
        models is not null && (models.TryGetValue(key, out var model) || models.TryGetValue(key with { Port = 0 }, out model)) ? model : null;

    private static bool IsSameQuestion(ServiceModel current, ServiceModel next) =>
        current.Discovery == next.Discovery
        && current.DiscoveryName == next.DiscoveryName
        && (ReferenceEquals(current.Endpoints, next.Endpoints) || current.Endpoints.SequenceEqual(next.Endpoints));

    /// <summary>Under the lock.</summary>
    private void Remove(StateKey key, ClusterState state, List<ClusterMembership> ended, List<WatchedService> released)
    {
        ended.Add(MembershipOf(state));
        _states.TryRemove(key, out _);
        var name = state.Model.Service.Name;
        if (!_services.TryGetValue(name, out var service))
        {
            return;
        }

        service.Remove(MembershipOf(state));
        if (service.IsUnused)
        {
            _services.Remove(name);
            released.Add(service);
        }
    }

    /// <summary>Without the lock: the rest of <see cref="Remove"/>.</summary>
    private void End(List<ClusterMembership> ended, List<WatchedService> released)
    {
        foreach (var service in released)
        {
            service.Watcher.Dispose();
        }

        foreach (var membership in ended)
        {
            OutlierDetector.Stop(membership.Cluster);
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
                cluster.Balancer = Balancer.Create(model.Policy, _random);
            }

            if (previous.Policy.Limits != model.Policy.Limits)
            {
                Limit(cluster);
            }

            if (previous.Policy.OutlierDetection != model.Policy.OutlierDetection)
            {
                OutlierDetector.OnPolicyChanged(cluster);
            }
        }

        foreach (var (membership, model) in kept.DistinctBy(entry => entry.Membership.Watcher))
        {
            if (!IsSameQuestion(membership.Watcher.Service, model.Service))
            {
                membership.Watcher.Update(model.Service);
            }
        }
    }

    private static void RefreshDns(List<(ClusterMembership Membership, ClusterModel Model)> kept)
    {
        foreach (var (membership, _) in kept.DistinctBy(entry => entry.Membership.Watcher))
        {
            if (membership.Watcher.Service.Discovery == DiscoveryKind.Dns)
            {
                membership.Watcher.Refresh();
            }
        }
    }
}
