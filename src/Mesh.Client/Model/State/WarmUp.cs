using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The slow start of a group: how much of its share each endpoint gets by its age. The formula is Envoy's (load_balancer_impl.cc,
/// applySlowStartFactor), in milliseconds: <c>max(minimum, (max(1 ms, age) / window)^(1 / aggression))</c>.</summary>
internal sealed class WarmUp
{
    /// <summary>A minimum of 0 still leaves something to draw by.</summary>
    private const double SmallestFactor = 1e-12;

    private readonly WarmupConfiguration _settings;
    private readonly long _oldest;
    private readonly long _newest;

    private WarmUp(WarmupConfiguration settings, long oldest, long newest) => (_settings, _oldest, _newest) = (settings, oldest, newest);

    /// <summary>Null where nothing can be warming up.</summary>
    public static WarmUp? Create(ReadOnlySpan<EndpointState> endpoints, WarmupConfiguration? settings)
    {
        if (settings is null)
        {
            return null;
        }

        var oldest = long.MaxValue;
        var newest = EndpointState.JoinedLongAgo;
        foreach (var endpoint in endpoints)
        {
            var joined = endpoint.JoinedAt;
            oldest = Math.Min(oldest, joined);
            newest = Math.Max(newest, joined);
        }

        return newest == EndpointState.JoinedLongAgo ? null : new(settings, oldest, newest);
    }

    /// <summary>The youngest endpoint has been there for the whole window.</summary>
    public bool IsOver(TimeProvider timeProvider, long now) => timeProvider.GetElapsedTime(_newest, now) >= _settings.Duration;

    /// <summary>Above 0 to 1: what the endpoint gets of the share that it would have.</summary>
    public double FactorOf(EndpointState endpoint, TimeProvider timeProvider, long now) => FactorAt(endpoint.JoinedAt, timeProvider, now);

    /// <summary>The largest factor of the group, so that endpoints that warm up together are none the worse for it.</summary>
    public double HighestFactor(TimeProvider timeProvider, long now) => FactorAt(_oldest, timeProvider, now);

    /// <param name="settings">Window, minimum and aggression.</param>
    /// <param name="age">Since the endpoint joined.</param>
    public static double FactorOf(WarmupConfiguration settings, TimeSpan age)
    {
        if (age >= settings.Duration)
        {
            return 1;
        }

        var part = Math.Max(1, age.TotalMilliseconds) / settings.Duration.TotalMilliseconds;
        var grown = settings.Aggression == WarmupConfiguration.DefaultAggression ? part : Math.Pow(part, 1 / settings.Aggression);
        return Math.Clamp(grown, Math.Max(settings.MinimumPercent / 100, SmallestFactor), 1);
    }

    private double FactorAt(long joined, TimeProvider timeProvider, long now)
        => joined == EndpointState.JoinedLongAgo ? 1 : FactorOf(_settings, timeProvider.GetElapsedTime(joined, now));
}
