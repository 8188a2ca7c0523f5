namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.hedging</c>: a call that is not answered soon is sent once more, elsewhere.</summary>
internal sealed record HedgingConfiguration
{
    public const double LeastPercentile = 50;

    public const double MostPercentile = 99.9;

    public const int MostHedges = 3;

    public static readonly TimeSpan DefaultMinimumDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>From the sending of an attempt to its first copy, and from each copy to the next; null where <see cref="Percentile"/> says so.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Of the recent latencies to the headers: the delay is that of so many of 100 calls. Null where <see cref="Delay"/> is given.</summary>
    public double? Percentile { get; init; }

    /// <summary>The most copies of one attempt.</summary>
    public int MaxHedges { get; init; } = 1;

    /// <summary>What a percentile cannot go below.</summary>
    public TimeSpan MinimumDelay { get; init; } = DefaultMinimumDelay;
}
