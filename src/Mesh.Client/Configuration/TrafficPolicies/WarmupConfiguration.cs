namespace Mesh.Client.Configuration;

/// <summary><c>warmup</c>: endpoints that have just joined get their full share little by little.</summary>
internal sealed record WarmupConfiguration
{
    public const double DefaultMinimumPercent = 10;

    public const double DefaultAggression = 1;

    /// <summary>How long it takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>0 to 100: the part of its share that an endpoint begins with.</summary>
    public double MinimumPercent { get; init; } = DefaultMinimumPercent;

    /// <summary>Above 0: 1 grows evenly, more grows fast at first.</summary>
    public double Aggression { get; init; } = DefaultAggression;
}
