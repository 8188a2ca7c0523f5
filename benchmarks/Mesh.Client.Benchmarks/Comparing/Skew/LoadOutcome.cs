namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <summary>What became of the calls of one turn. Calls that failed count with the time that it took.</summary>
internal sealed class LoadOutcome
{
    private readonly double[] _milliseconds;

    public LoadOutcome(CallTime[] calls, TimeSpan duration)
    {
        _milliseconds = [.. calls.Select(call => call.Time.TotalMilliseconds).Order()];
        var failed = calls.Count(call => call.IsFailed);
        FailedPercent = 100.0 * failed / calls.Length;
        PerSecond = (calls.Length - failed) / duration.TotalSeconds;
    }

    public double FailedPercent { get; }

    /// <summary>Calls that were answered well.</summary>
    public double PerSecond { get; }

    /// <summary>In milliseconds.</summary>
    public double Percentile(double share) => _milliseconds[Math.Min(_milliseconds.Length - 1, (int)(share * _milliseconds.Length))];
}
