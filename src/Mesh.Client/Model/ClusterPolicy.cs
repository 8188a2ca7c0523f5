using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The effective traffic policy of a cluster. Equality tells whether a reload changed anything.</summary>
internal sealed record ClusterPolicy
{
    public static ClusterPolicy Default { get; } = new();

    public LoadBalancerPolicy LoadBalancer { get; init; } = LoadBalancerPolicy.PeakEwma;

    public LoadBalancerExtension LoadBalancerExtension { get; init; } = LoadBalancerExtension.Default;

    /// <summary><c>PASSTHROUGH</c>: calls go to the address that the caller wrote, by the client's own handler.</summary>
    public bool IsPassThrough { get; init; }

    /// <summary>Set where <see cref="LoadBalancer"/> is a policy of consistent hashing.</summary>
    public ConsistentHashConfiguration? ConsistentHash { get; init; }

    /// <summary>Null: endpoints are alike wherever they stand.</summary>
    public LocalityPolicy? Locality { get; init; }

    /// <summary>No rule says how places count, so that what the source of endpoints says of them does.</summary>
    public bool HeedsSource { get; init; } = true;

    /// <summary>Null: endpoints that join get their full share at once.</summary>
    public WarmupConfiguration? Warmup { get; init; }

    /// <summary>Null: nothing is ejected.</summary>
    public OutlierDetectionConfiguration? OutlierDetection { get; init; }

    /// <summary>All of them must agree that an endpoint is healthy; empty where nobody asks.</summary>
    public ValueList<HealthCheckConfiguration> HealthChecks { get; init; } = ValueList<HealthCheckConfiguration>.Empty;

    public ConnectionPolicy Connections { get; init; } = ConnectionPolicy.Default;

    public PoolLimits Limits { get; init; } = PoolLimits.None;

    /// <summary>How many calls may be repeated; off where a rule has Istio's budget, which is one of <see cref="Limits"/>, and says no more.</summary>
    public RetryBudgetExtension RetryBudget { get; init; } = RetryBudgetExtension.Default;
    /// <summary>Null: no call is sent twice at a time.</summary>
    public HedgingConfiguration? Hedging { get; init; }

    /// <summary>Null: nothing is broken.</summary>
    public CircuitBreakerConfiguration? CircuitBreaker { get; init; }

    /// <summary>Null: latency limits nothing.</summary>
    public AdaptiveConcurrencyConfiguration? AdaptiveConcurrency { get; init; }

    /// <summary>Null: no call is refused because servers refuse others.</summary>
    public ClientThrottlingConfiguration? ClientThrottling { get; init; }

    /// <summary>Calls of HTTP/1.1 are sent as HTTP/2.</summary>
    public bool UpgradesToHttp2 { get; init; }

    /// <summary>The TLS that the mesh adds to calls; null adds none.</summary>
    public ClusterTls? Tls { get; init; }

    /// <summary>Set where a security setting cannot be honoured: every call is answered 503 with this text.</summary>
    public string? Refusal { get; init; }
}
