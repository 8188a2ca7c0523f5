using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>What budgets and limits remember of the calls to one cluster. It lives as long as the state of the cluster, so that new rules
/// forget nothing; made and updated by the one owner of states.</summary>
internal sealed class ClusterResilience
{
    private RecentLatency? _latency;

    public ClusterResilience(ClusterPolicy policy, TimeProvider timeProvider)
    {
        Budget = new RetryBudget(policy.RetryBudget, timeProvider);
        Hedge(policy.Hedging);
    }

    /// <summary>Everything that repeats a call draws from it: retries, hedges, probes.</summary>
    public RetryBudget Budget { get; }

    /// <summary>How long answers take of late; null as long as no rules hedge.</summary>
    public RecentLatency? Latency => Volatile.Read(ref _latency);

    public static ClusterResilience Of(ClusterState cluster) => (ClusterResilience)cluster.Resilience!;

    /// <summary>Newer rules.</summary>
    public void Update(ClusterPolicy policy)
    {
        Budget.Policy = policy.RetryBudget;
        Hedge(policy.Hedging);
    }

    /// <summary>A fixed delay needs the median alone.</summary>
    private void Hedge(HedgingConfiguration? hedging)
    {
        if (hedging is null)
        {
            return;
        }

        var percentile = hedging.Percentile ?? HedgingConfiguration.LeastPercentile;
        if (Latency is { } known)
        {
            known.Percentile = percentile;
        }
        else
        {
            Volatile.Write(ref _latency, new RecentLatency(percentile));
        }
    }
}
