namespace Mesh.Client.Simulation;

/// <summary>What a run came to. Times in milliseconds.</summary>
/// <param name="P50">Median latency.</param>
/// <param name="P99">99 % are below.</param>
/// <param name="P999">99.9 % are below.</param>
/// <param name="MaxToMean">Calls of the server that got the most, by those of the mean one.</param>
/// <param name="FailedPercent">Calls that ended in a failure.</param>
/// <param name="WatchedPercent">Calls that went to the server the scenario watches.</param>
internal readonly record struct SimulationResult(
    double P50, double P99, double P999, double MaxToMean, double FailedPercent, double WatchedPercent);
