using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>What the rules of one cluster limit beyond Istio's words. Immutable; its parts count, and go on from one set of rules to the next as
/// long as both ask for them.</summary>
internal sealed class ClusterLimits
{
    private ClusterLimits()
    {
    }

    /// <summary>That of the whole cluster; null: there is none.</summary>
    public CircuitBreaker? Breaker { get; private init; }

    /// <summary>How the breakers of its endpoints are set; null: they have none.</summary>
    public BreakerConfiguration? EndpointBreaker { get; private init; }

    public AdaptiveConcurrency? Concurrency { get; private init; }

    public ClientThrottle? Throttle { get; private init; }

    /// <summary>Null where the policy limits nothing.</summary>
    /// <param name="known">What there was so far.</param>
    /// <param name="policy">The newest.</param>
    /// <param name="concurrency">Counts the calls under way, which later rules need not begin with; made where the policy asks for the first one.</param>
    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="random">The mesh's chance.</param>
    public static ClusterLimits? Create(
        ClusterLimits? known, ClusterPolicy policy, Func<AdaptiveConcurrencyConfiguration, AdaptiveConcurrency> concurrency, TimeProvider timeProvider, MeshRandom random)
    {
        if (policy is { CircuitBreaker: null, AdaptiveConcurrency: null, ClientThrottling: null })
        {
            return null;
        }

        return new()
        {
            Breaker = BreakerOf(known?.Breaker, policy.CircuitBreaker?.Cluster, timeProvider),
            EndpointBreaker = policy.IsPassThrough ? null : policy.CircuitBreaker?.Endpoint,
            Concurrency = policy.AdaptiveConcurrency is { } settings ? concurrency(settings) : null,
            Throttle = ThrottleOf(known?.Throttle, policy.ClientThrottling, timeProvider, random),
        };
    }

    private static CircuitBreaker? BreakerOf(CircuitBreaker? known, BreakerConfiguration? settings, TimeProvider timeProvider)
    {
        if (settings is null)
        {
            return null;
        }

        known ??= new CircuitBreaker(settings, timeProvider);
        known.Settings = settings;
        return known;
    }

    private static ClientThrottle? ThrottleOf(ClientThrottle? known, ClientThrottlingConfiguration? settings, TimeProvider timeProvider, MeshRandom random)
    {
        if (settings is null)
        {
            return null;
        }

        known ??= new ClientThrottle(settings, timeProvider, random);
        known.Settings = settings;
        return known;
    }
}
