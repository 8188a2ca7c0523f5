using Mesh.Client.Discovery;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>The services that are watched for their clusters.</summary>
internal sealed partial class ClusterManager
{
    /// <summary>Whether calls to the service began since this was asked for the last time, or are under way.</summary>
    public bool TakeUse(string service)
    {
        ClusterMembership[] members;
        lock (_gate)
        {
            members = _services.TryGetValue(service, out var watched) ? watched.Members.ToArray() : [];
        }

        var isUsed = false;
        foreach (var member in members)
        {
            isUsed |= member.Cluster.TakeUse() | HasCalls(member.Cluster);
        }

        return isUsed;
    }

    /// <summary>One service and the clusters made of it. Watched as long as it has any, or had some and is named by the rules.</summary>
    private sealed class WatchedService
    {
        private readonly ClusterManager _manager;
        private ClusterMembership[] _members = [];

        public WatchedService(ClusterManager manager, ServiceModel service)
        {
            _manager = manager;
            Watcher = new EndpointWatcher(
                service, manager._sources, manager._schedule, manager._timeProvider, manager._discoveryLogger, _ => OnChanged(), manager.Restore?.Invoke(service));
            Watcher.Failed += watcher => manager.DiscoveryFailed?.Invoke(watcher.Service.Name);
        }

        public EndpointWatcher Watcher { get; }

        public bool IsUnused => _members.Length == 0;

        /// <summary>Written under the manager's lock.</summary>
        public ReadOnlySpan<ClusterMembership> Members => Volatile.Read(ref _members);

        /// <summary>Under the manager's lock; readers see the old array or the new one.</summary>
        public void Add(ClusterMembership member) => Volatile.Write(ref _members, [.. _members, member]);

        /// <summary>Under the manager's lock.</summary>
        public void Remove(ClusterMembership member) => Volatile.Write(ref _members, [.. _members.Where(other => other != member)]);

        private void OnChanged()
        {
            UpdateMembers();
            _manager.EndpointsChanged?.Invoke();
        }

        private void UpdateMembers()
        {
            foreach (var member in Members)
            {
                _manager.Update(member);
            }
        }
    }
}
