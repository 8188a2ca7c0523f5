using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Transport;

namespace Mesh.Client;

/// <summary>How the state of a cluster comes to be: with its first call.</summary>
internal sealed partial class ClusterManager
{
    private ClusterState Create(ClusterKey key, ClusterModel model)
    {
        ClusterMembership membership;
        ClusterMembership? dropped;
        bool isWatched;
        lock (_gate)
        {
            if (_states.TryGetValue(new StateKey(key, model.SubsetText), out var found))
            {
                return found;
            }

            ObjectDisposedException.ThrowIf(_isDisposed, this);

            // A call that began under older rules may come here first; the state is for those who follow.
            var newest = _newest?.FindCluster(key);
            var isNamed = newest?.SubsetText == model.SubsetText;
            membership = Add(key, isNamed ? newest! : model, out isWatched);
            dropped = MakeRoomFor(membership);
            if (!isNamed)
            {
                EndStragglersLater();
            }
        }

        if (dropped is not null)
        {
            OnDropped(dropped);
        }

        if (!isWatched)
        {
            membership.Watcher.Start();
        }

        Update(membership);
        return membership.Cluster;
    }

    /// <summary>Under the lock. A service that was not watched before is to be started without it.</summary>
    private ClusterMembership Add(ClusterKey key, ClusterModel model, out bool isWatched)
    {
        isWatched = _services.TryGetValue(model.Service.Name, out var service);
        if (service is null)
        {
            service = new WatchedService(this, model.Service);
            _services.Add(model.Service.Name, service);
        }

        var state = new ClusterState(key, model)
        {
            Resilience = new ClusterResilience(model.Policy, _timeProvider, _random, _activeClock),
            LastUsed = _timeProvider.GetTimestamp(),
        };
        state.Balancer = CreateBalancer(state, model.Policy);
        state.Listener = new EndpointSetWatch(state, new BalancerUpdates(state, _timeProvider, _backgroundLogger), OnEndpointLeaving);
        var membership = new ClusterMembership(state, service.Watcher, _timeProvider) { Caller = _caller };
        state.Membership = membership;
        Limit(state);
        service.Add(membership);
        _states[new StateKey(key, model.SubsetText)] = state;
        return membership;
    }

    /// <summary>Once a cluster has had limits it goes on counting, so that calls under way are known when it gets new ones.</summary>
    private static void Limit(ClusterState cluster)
    {
        var limits = cluster.Model.Policy.Limits;
        if (cluster.Limits is ConnectionLimits known)
        {
            known.Change(limits);
        }
        else if (limits != PoolLimits.None)
        {
            cluster.Limits = new ConnectionLimits(limits);
        }
    }
}
