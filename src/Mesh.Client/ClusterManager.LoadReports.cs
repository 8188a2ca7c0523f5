using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>The policies of clusters, and what those that go by the reports of servers tell.</summary>
internal sealed partial class ClusterManager
{
    /// <summary>A report on a server's load that could not be used: of which endpoint, why, and what was sent. Raised without a lock, on the thread of
    /// a call too.</summary>
    public event Action<ClusterState, EndpointState, LoadReportState, string>? LoadReportRefused;

    /// <summary>A server was asked for its load beside the calls. Raised without a lock, on any thread.</summary>
    public event Action<ClusterState, LoadProbeOutcome>? LoadProbed;

    private Balancer CreateBalancer(ClusterState cluster, ClusterPolicy policy) => Balancer.Create(
        policy, _random, _activeClock, policy.LoadBalancer == LoadBalancerPolicy.Prequal ? new LoadReportListener(this, cluster) : null);

    private sealed class LoadReportListener(ClusterManager manager, ClusterState cluster) : ILoadReportListener
    {
        public void OnRefused(EndpointState endpoint, LoadReportState state, string text) => Background.Run(
            (manager, cluster, endpoint, state, text),
            static told => told.manager.LoadReportRefused?.Invoke(told.cluster, told.endpoint, told.state, told.text),
            "A listener to the reports of servers",
            manager._backgroundLogger);

        public void OnProbed(LoadProbeOutcome outcome) => Background.Run(
            (manager, cluster, outcome),
            static told => told.manager.LoadProbed?.Invoke(told.cluster, told.outcome),
            "A listener to the probes of servers",
            manager._backgroundLogger);
    }
}
