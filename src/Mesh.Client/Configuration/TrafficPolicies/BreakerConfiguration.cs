namespace Mesh.Client.Configuration;

/// <summary>One circuit breaker of <c>x-mesh.trafficPolicy.circuitBreaker</c>, with the names, defaults and bounds of Polly's
/// <c>CircuitBreakerStrategyOptions</c>.</summary>
internal sealed record BreakerConfiguration
{
    public const int LeastThroughput = 2;

    public static readonly TimeSpan ShortestDuration = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    /// <summary>0 to 1: it opens where so many of the attempts fail, or more.</summary>
    public double FailureRatio { get; init; } = 0.1;

    /// <summary>With fewer attempts during <see cref="SamplingDuration"/> it stays closed.</summary>
    public int MinimumThroughput { get; init; } = 100;

    /// <summary>Attempts of so long are looked at.</summary>
    public TimeSpan SamplingDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it stays open before one attempt is let through.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(5);
}
