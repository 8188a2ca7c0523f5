namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.trafficPolicy.adaptiveConcurrency</c>, in the words and with the defaults of Envoy's gradient controller; the two
/// intervals, which Envoy asks to be written, are those of its documentation's example.</summary>
internal sealed record AdaptiveConcurrencyConfiguration
{
    /// <summary>1 to 100: the percentile of the latencies of a window that stands for it.</summary>
    public double SampleAggregatePercentile { get; init; } = 50;

    /// <summary>How long a window is; the limit changes at its end.</summary>
    public TimeSpan ConcurrencyUpdateInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The limit never goes beyond it.</summary>
    public int MaxConcurrencyLimit { get; init; } = 1000;

    /// <summary>How often the latency without load is measured.</summary>
    public TimeSpan MinRttInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From so many answers.</summary>
    public int MinRttRequestCount { get; init; } = 50;

    /// <summary>0 to 100: up to such a part of the interval is added to it, drawn at random, so that not all clients measure at once.</summary>
    public double MinRttJitter { get; init; } = 15;

    /// <summary>The limit while it is measured, below which it never falls.</summary>
    public int MinConcurrency { get; init; } = 3;

    /// <summary>0 to 100 and more: so much above the latency without load, in percent, counts as none.</summary>
    public double MinRttBuffer { get; init; } = 25;
}
