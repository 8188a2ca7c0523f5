using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>The bound on the clusters of a service that declares no ports: there callers name the port, and some take it from what a user
/// typed.</summary>
internal sealed partial class ClusterManager
{
    /// <summary>Ports without calls in flight that are kept for a service, or for a subset of it.</summary>
    internal const int UndeclaredPortLimit = 64;

    /// <summary>Under the lock.</summary>
    /// <returns>What was given up for <paramref name="added"/>: the longest unused of its kind without calls in flight. It is not ended: a call
    /// that has just found it goes on with it, and is still given its first endpoints.</returns>
    private ClusterMembership? MakeRoomFor(ClusterMembership added)
    {
        var service = _services[added.Cluster.Model.Service.Name];
        if (!IsPortOfCaller(added) || service.Members.Length <= UndeclaredPortLimit)
        {
            return null;
        }

        var others = new List<ClusterMembership>(service.Members.Length);
        foreach (var member in service.Members)
        {
            if (member != added && IsPortOfCaller(member) && member.Cluster.Key.Subset == added.Cluster.Key.Subset)
            {
                others.Add(member);
            }
        }

        if (others.Count < UndeclaredPortLimit
            || others.OrderBy(member => member.Cluster.LastUsed).FirstOrDefault(member => !HasCalls(member.Cluster)) is not { } dropped)
        {
            return null;
        }

        service.Remove(dropped);
        _states.TryRemove(new StateKey(dropped.Cluster.Key, dropped.Cluster.Model.SubsetText), out _);
        return dropped;
    }

    /// <summary>Without the lock. Connections to endpoints that have a port of their own serve the other ports too.</summary>
    private void OnDropped(ClusterMembership dropped)
    {
        StopTimers(dropped.Cluster);
        foreach (var endpoint in dropped.Cluster.Endpoints.All)
        {
            if (endpoint.Endpoint is { Port: 0, UnixPath: null })
            {
                OnEndpointRemoved(endpoint);
            }
        }
    }

    private static bool IsPortOfCaller(ClusterMembership member) => member.Cluster.Model.Key.Port == 0;

    private static bool HasCalls(ClusterState cluster)
    {
        foreach (var endpoint in cluster.Endpoints.All)
        {
            if (endpoint.InFlight > 0)
            {
                return true;
            }
        }

        return cluster.AddressOfCaller.InFlight > 0;
    }
}
