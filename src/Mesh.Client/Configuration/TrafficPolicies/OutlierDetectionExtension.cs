namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.outlierDetection</c>: what Envoy has and Istio's block leaves out.</summary>
internal sealed record OutlierDetectionExtension
{
    public static OutlierDetectionExtension Default { get; } = new();

    /// <summary>Null: endpoints are not compared with each other.</summary>
    public SuccessRateConfiguration? SuccessRate { get; init; }

    /// <summary>Null: the share of failures ejects nobody.</summary>
    public FailurePercentageConfiguration? FailurePercentage { get; init; }

    /// <summary>The longest ejection; a longer <c>baseEjectionTime</c> takes its place.</summary>
    public TimeSpan MaxEjectionTime { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Up to so much is added to each ejection, drawn at random.</summary>
    public TimeSpan MaxEjectionTimeJitter { get; init; }

    /// <summary>One endpoint may be ejected whatever <c>maxEjectionPercent</c> says.</summary>
    public bool AlwaysEjectOneHost { get; init; }

    /// <summary>Of 100 rows of errors that would eject, so many do.</summary>
    public int EnforcingConsecutive5xxErrors { get; init; } = 100;

    /// <summary>As <see cref="EnforcingConsecutive5xxErrors"/>, for rows of gateway errors.</summary>
    public int EnforcingConsecutiveGatewayErrors { get; init; } = 100;

    /// <summary>As <see cref="EnforcingConsecutive5xxErrors"/>, for rows of failures of the transport.</summary>
    public int EnforcingConsecutiveLocalOriginFailures { get; init; } = 100;

    /// <summary>Calls of an interval are counted, for the sweep at its end.</summary>
    public bool CountsCalls => SuccessRate is not null || FailurePercentage is not null;
}
