using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>What follows from a cluster's endpoint sets: its policy works out what it needs to know, and endpoints that are set aside lose their
/// connections.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="balancer">Who hears of the sets for the policy.</param>
/// <param name="leaving">Called under a lock for an endpoint that was set aside, after it is marked; does not throw.</param>
internal sealed class EndpointSetWatch(ClusterState cluster, BalancerUpdates balancer, Action<EndpointState> leaving) : IEndpointSetListener
{
    private readonly Lock _gate = new();
    private EndpointState[] _all = [];
    private EndpointState[] _setAside = [];

    public BalancerUpdates Balancer { get; } = balancer;

    public void OnPublishing(EndpointSet current, EndpointSet next) => Balancer.OnPublishing(current, next);

    public void OnPublished()
    {
        Balancer.OnPublished();
        Compare();
    }

    /// <summary>Reads what is published now, so that those who publish may overtake each other. Under the lock from the first look: another may be about to mark
    /// what was set aside until now.</summary>
    private void Compare()
    {
        lock (_gate)
        {
            var endpoints = cluster.Endpoints;
            if (_setAside.Length == 0 && endpoints.SetAside.Length == 0)
            {
                return;
            }

            var back = ListChange.Missing(_setAside, endpoints.SetAside);
            if (back.Count > 0)
            {
                // What discovery dropped meanwhile stays marked by whoever ended it.
                var dropped = ListChange.Missing(_all, endpoints.All).ToHashSet();
                foreach (var endpoint in back)
                {
                    endpoint.IsLeaving = dropped.Contains(endpoint);
                }
            }

            var added = ListChange.Missing(endpoints.SetAside, _setAside);
            (_all, _setAside) = (endpoints.SetAside.Length == 0 ? [] : endpoints.All, endpoints.SetAside);
            foreach (var endpoint in added)
            {
                endpoint.IsLeaving = true;
                leaving(endpoint);
            }
        }
    }
}
