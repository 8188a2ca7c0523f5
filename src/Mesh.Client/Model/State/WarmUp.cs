using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The slow start of a group: how much of its share each endpoint gets by its age. The formula is Envoy's (load_balancer_impl.cc,
/// applySlowStartFactor), in milliseconds: <c>max(minimum, (max(1 ms, age) / window)^(1 / aggression))</c>.</summary>
internal sealed class WarmUp
{
    /// <summary>A minimum of 0 still leaves something to draw by.</summary>
    private const double SmallestFactor = 1e-12;

    // Those of the group's endpoints, by place: whoever draws until one is taken reads one word for each, and not all there is to know of it.
    private readonly long[] _joined;
    private readonly long _oldest;
    private readonly long _newest;
    private readonly double _duration;
    private readonly double _minimum;
    private readonly double _exponent;

    private Division? _division;

    private WarmUp(WarmupConfiguration settings, long[] joined)
    {
        (_joined, _oldest, _newest) = (joined, joined.Min(), joined.Max());
        _duration = settings.Duration.TotalMilliseconds;
        _minimum = Math.Max(settings.MinimumPercent / 100, SmallestFactor);
        _exponent = settings.Aggression == WarmupConfiguration.DefaultAggression ? 1 : 1 / settings.Aggression;
    }

    /// <summary>Null where nothing can be warming up.</summary>
    public static WarmUp? Create(ReadOnlySpan<EndpointState> endpoints, WarmupConfiguration? settings)
    {
        if (settings is null)
        {
            return null;
        }

        var joined = new long[endpoints.Length];
        var newest = EndpointState.JoinedLongAgo;
        for (var index = 0; index < joined.Length; index++)
        {
            joined[index] = endpoints[index].JoinedAt;
            newest = Math.Max(newest, joined[index]);
        }

        return newest == EndpointState.JoinedLongAgo ? null : new(settings, joined);
    }

    /// <summary>Tells those that had warmed up before the youngest joined from the others, so that draws need not pass over those that warm up: without
    /// it picks are the same and take longer. Looks at every endpoint.</summary>
    /// <param name="frequency">Timestamps per second of the mesh's TimeProvider.</param>
    /// <param name="weights">Those of the group.</param>
    public void Divide(long frequency, EndpointWeights? weights)
    {
        var window = _duration / 1e3 * frequency;

        // JoinedLongAgo and windows of years are off the scale of timestamps.
        var limit = window < _newest - (double)long.MinValue ? _newest - (long)window : long.MinValue;
        if (_oldest <= limit)
        {
            Volatile.Write(ref _division, DivideAt(limit, weights, 1e3 / frequency));
        }
    }

    /// <summary>The factors at a timestamp of the mesh's TimeProvider; none where the youngest endpoint has been there for the whole window.</summary>
    public WarmUpMoment At(TimeProvider timeProvider, long now)
    {
        var division = Volatile.Read(ref _division);
        var milliseconds = division?.Milliseconds ?? 1e3 / timeProvider.TimestampFrequency;
        if ((now - _newest) * milliseconds >= _duration)
        {
            return default;
        }

        return division is null
            ? new(this, null, now, milliseconds, FactorAt(_oldest, now, milliseconds), 1)
            : new(this, division, now, milliseconds, 1, FactorAt(division.OldestYoung, now, milliseconds));
    }

    /// <summary>Above 0 to 1: what the endpoint gets of the share that it would have.</summary>
    public double FactorOf(EndpointState endpoint, TimeProvider timeProvider, long now)
        => FactorAt(endpoint.JoinedAt, now, 1e3 / timeProvider.TimestampFrequency);

    /// <param name="settings">Window, minimum and aggression.</param>
    /// <param name="age">Since the endpoint joined.</param>
    public static double FactorOf(WarmupConfiguration settings, TimeSpan age) => new WarmUp(settings, [0]).FactorOf(age.TotalMilliseconds);

    /// <summary>The same by the place of the endpoint in the group.</summary>
    /// <param name="place">From 0.</param>
    /// <param name="now">A timestamp of the mesh's TimeProvider.</param>
    /// <param name="milliseconds">In one of its units.</param>
    internal double FactorAt(int place, long now, double milliseconds) => FactorAt(_joined[place], now, milliseconds);

    private double FactorAt(long joined, long now, double milliseconds)
        => joined == EndpointState.JoinedLongAgo ? 1 : FactorOf((now - joined) * milliseconds);

    private double FactorOf(double age)
    {
        if (age >= _duration)
        {
            return 1;
        }

        var part = Math.Max(1, age) / _duration;
        return Math.Clamp(_exponent == 1 ? part : Math.Pow(part, _exponent), _minimum, 1);
    }

    private Division DivideAt(long limit, EndpointWeights? weights, double milliseconds)
    {
        var (grown, young, oldestYoung) = (new List<int>(), new List<int>(), long.MaxValue);
        for (var place = 0; place < _joined.Length; place++)
        {
            if (_joined[place] <= limit)
            {
                grown.Add(place);
                continue;
            }

            young.Add(place);
            oldestYoung = Math.Min(oldestYoung, _joined[place]);
        }

        return new(new([.. grown], weights), new([.. young], weights), oldestYoung, oldestYoung == _newest, milliseconds);
    }

    /// <summary>Whom a draw chooses between first; neither is empty.</summary>
    /// <param name="Grown">Endpoints that have all of their share.</param>
    /// <param name="Young">All others.</param>
    /// <param name="OldestYoung">When the oldest of those joined.</param>
    /// <param name="IsEven">All of those joined together.</param>
    /// <param name="Milliseconds">In one of the units of the mesh's TimeProvider.</param>
    internal sealed record Division(WarmUpCohort Grown, WarmUpCohort Young, long OldestYoung, bool IsEven, double Milliseconds);
}
