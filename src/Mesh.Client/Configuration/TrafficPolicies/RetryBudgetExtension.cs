namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.retryBudget</c>: how many calls this process may repeat to one cluster. Holds by default.</summary>
internal sealed record RetryBudgetExtension
{
    /// <summary>What a call grants is gone after so long.</summary>
    public const int WindowSeconds = 10;

    public static RetryBudgetExtension Default { get; } = new();

    public static RetryBudgetExtension Off { get; } = new() { IsEnabled = false };

    /// <summary>Repeated calls in percent of the calls of the last <see cref="WindowSeconds"/>; 0 to 100.</summary>
    public double Percent { get; init; } = 10;

    /// <summary>So many more for each second of the window, so that few calls can be repeated too.</summary>
    public double MinRetriesPerSecond { get; init; } = 1;

    /// <summary>False: nothing but their attempts bounds them.</summary>
    public bool IsEnabled { get; init; } = true;
}
