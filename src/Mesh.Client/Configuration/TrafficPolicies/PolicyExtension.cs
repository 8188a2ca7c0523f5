namespace Mesh.Client.Configuration;

/// <summary>What <c>x-mesh</c> adds to the traffic policy of a rule or of a subset; a subset's block replaces the rule's, never field by field.</summary>
internal sealed record PolicyExtension
{
    public LoadBalancerExtension? LoadBalancer { get; init; }

    public OutlierDetectionExtension? OutlierDetection { get; init; }

    public RetryBudgetExtension? RetryBudget { get; init; }

    /// <summary>Null: nothing is said of them.</summary>
    public ValueList<HealthCheckConfiguration>? HealthChecks { get; init; }

    public HedgingConfiguration? Hedging { get; init; }

    public CircuitBreakerConfiguration? CircuitBreaker { get; init; }

    public AdaptiveConcurrencyConfiguration? AdaptiveConcurrency { get; init; }

    public ClientThrottlingConfiguration? ClientThrottling { get; init; }
}
