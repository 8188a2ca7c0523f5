using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>What budgets and limits remember of the calls to one cluster. It lives as long as the state of the cluster, so that new rules
/// forget nothing; made and updated by the one owner of states.</summary>
internal sealed class ClusterResilience
{
    public ClusterResilience(ClusterPolicy policy, TimeProvider timeProvider) => Budget = new RetryBudget(policy.RetryBudget, timeProvider);

    /// <summary>Everything that repeats a call draws from it: retries, hedges, probes.</summary>
    public RetryBudget Budget { get; }

    public static ClusterResilience Of(ClusterState cluster) => (ClusterResilience)cluster.Resilience!;

    /// <summary>Newer rules.</summary>
    public void Update(ClusterPolicy policy) => Budget.Policy = policy.RetryBudget;
}
