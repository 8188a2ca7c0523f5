namespace Mesh.Client.Configuration;

/// <summary><c>trafficPolicy.retryBudget</c>: how many retries may be under way at once, as in Envoy.</summary>
internal sealed record RetryBudgetConfiguration
{
    /// <summary>In percent of the calls that are under way or wait for a connection; 0 to 100.</summary>
    public double Percent { get; init; } = 20;

    /// <summary>So many may be under way whatever the percentage says.</summary>
    public int MinRetryConcurrency { get; init; } = 3;
}
