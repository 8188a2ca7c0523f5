using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>What budgets and limits remember of the calls to one cluster. It lives as long as the state of the cluster, so that new rules
/// forget nothing; made and updated by the one owner of states.</summary>
internal sealed class ClusterResilience
{
    private readonly TimeProvider _timeProvider;
    private readonly MeshRandom _random;
    private readonly ActiveClock _activeClock;
    private RecentLatency? _latency;
    private ClusterLimits? _limits;
    private AdaptiveConcurrency? _concurrency;
    private BrokenEndpoints? _broken;

    public ClusterResilience(ClusterPolicy policy, TimeProvider timeProvider, MeshRandom random, ActiveClock activeClock)
    {
        (_timeProvider, _random, _activeClock) = (timeProvider, random, activeClock);
        Budget = new RetryBudget(policy.RetryBudget, timeProvider);
        Hedge(policy.Hedging);
        Limit(policy);
    }

    /// <summary>Everything that is sent beside the calls themselves draws from it: retries, hedges, and probes that ask servers for their load.</summary>
    public RetryBudget Budget { get; }

    /// <summary>How long answers take of late; null as long as no rules hedge.</summary>
    public RecentLatency? Latency => Volatile.Read(ref _latency);

    /// <summary>Null where the rules limit nothing beyond Istio's words, as mostly.</summary>
    public ClusterLimits? Limits => Volatile.Read(ref _limits);

    public static ClusterResilience Of(ClusterState cluster) => (ClusterResilience)cluster.Resilience!;

    /// <summary>Newer rules.</summary>
    public void Update(ClusterPolicy policy)
    {
        Budget.Policy = policy.RetryBudget;
        Hedge(policy.Hedging);
        Limit(policy);
    }

    /// <summary>A call gives back what <see cref="AdaptiveConcurrency.TryEnter"/> gave it, whatever the rules say by now.</summary>
    public void LeaveConcurrency() => Volatile.Read(ref _concurrency)!.Leave();

    /// <summary>The endpoints whose breakers are open; null where none has ever opened.</summary>
    public BrokenEndpoints? Broken => Volatile.Read(ref _broken);

    /// <summary>Sets <see cref="Broken"/> where nobody has yet.</summary>
    /// <returns>What is set now.</returns>
    public BrokenEndpoints SetBroken(BrokenEndpoints broken) => Interlocked.CompareExchange(ref _broken, broken, null) ?? broken;

    private void Limit(ClusterPolicy policy) => Volatile.Write(ref _limits, ClusterLimits.Create(_limits, policy, Concurrency, _timeProvider, _random));

    private AdaptiveConcurrency Concurrency(AdaptiveConcurrencyConfiguration settings)
    {
        var now = _activeClock.GetTimestamp();
        if (_concurrency is not { } known)
        {
            Volatile.Write(ref _concurrency, new AdaptiveConcurrency(settings, _timeProvider, _random, now));
        }
        else if (_limits?.Concurrency is null)
        {
            known.Restart(settings, now);
        }
        else
        {
            known.Settings = settings;
        }

        return _concurrency!;
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
