namespace Mesh.Client.Configuration;

/// <summary>One of <c>x-mesh.trafficPolicy.healthChecks</c>, in Envoy's words: asks each endpoint by itself whether it is well.</summary>
internal sealed record HealthCheckConfiguration
{
    /// <summary>A check without an answer by then has failed.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>From the end of a check to the next one.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Failures in a row that make an endpoint unhealthy; answers that say so need only one.</summary>
    public required int UnhealthyThreshold { get; init; }

    /// <summary>Passes in a row that make it healthy again.</summary>
    public required int HealthyThreshold { get; init; }

    /// <summary>Up to so much is added to each interval.</summary>
    public TimeSpan IntervalJitter { get; init; }

    /// <summary>The first check of an endpoint waits up to so long.</summary>
    public TimeSpan InitialJitter { get; init; }

    /// <summary>The interval while the cluster gets no calls.</summary>
    public TimeSpan NoTrafficInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The interval of unhealthy endpoints; null is <see cref="Interval"/>.</summary>
    public TimeSpan? UnhealthyInterval { get; init; }

    /// <summary>The interval after a failure that is not enough yet; null is <see cref="UnhealthyInterval"/>.</summary>
    public TimeSpan? UnhealthyEdgeInterval { get; init; }

    /// <summary>The interval after a pass that is not enough yet; null is <see cref="Interval"/>.</summary>
    public TimeSpan? HealthyEdgeInterval { get; init; }

    /// <summary>Only endpoints that calls or earlier checks found wanting are asked.</summary>
    public bool OnlySuspects { get; init; }

    /// <summary>A pass ends an ejection by outlier detection.</summary>
    public bool EndsEjections { get; init; } = true;

    /// <summary>How it is asked.</summary>
    public required HealthCheckProtocol Protocol { get; init; }
}
