namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <summary>What became of the calls of one turn. Calls that failed count with the time that it took.</summary>
internal sealed class LoadOutcome
{
    private readonly CallTime[] _calls;
    private readonly double[] _milliseconds;

    public LoadOutcome(CallTime[] calls, TimeSpan duration)
    {
        _calls = calls;
        _milliseconds = [.. calls.Select(call => call.Time.TotalMilliseconds).Order()];
        Calls = calls.Length;
        var failed = calls.Count(call => call.IsFailed);
        FailedPercent = 100.0 * failed / calls.Length;
        PerSecond = (calls.Length - failed) / duration.TotalSeconds;
    }

    public int Calls { get; }

    public double FailedPercent { get; }

    /// <summary>Calls that were answered well.</summary>
    public double PerSecond { get; }

    /// <summary>Calls that were answered well, by the second in which they were due.</summary>
    public int[] AnsweredBySecond(int seconds)
    {
        var answered = new int[seconds];
        foreach (var call in _calls.Where(call => !call.IsFailed))
        {
            answered[(int)call.Due.TotalSeconds]++;
        }

        return answered;
    }

    /// <summary>In milliseconds.</summary>
    public double Percentile(double share) => _milliseconds[Math.Min(_milliseconds.Length - 1, (int)(share * _milliseconds.Length))];
}
