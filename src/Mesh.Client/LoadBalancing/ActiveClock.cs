namespace Mesh.Client.LoadBalancing;

/// <summary>
/// The time during which this process was able to do something: the mesh's clock without the pauses of the collector and of a starved
/// thread pool, which would otherwise be told of endpoints as their latency. A timer that comes late shows a pause; what it is late
/// beyond a tolerance is left out, and while it is overdue the time stands still. Safe for use by several threads, without a lock; a
/// look at it allocates nothing.
/// </summary>
/// <remarks>A pause is seen from the beat that it delays: up to one <see cref="Period"/> and <see cref="Tolerance"/> of it count as time. The
/// timer runs while somebody looks at the clock, and <see cref="Patience"/> longer: a call that takes longer than that while no other
/// is made is not protected.</remarks>
internal sealed class ActiveClock : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    /// <summary>Timers are late by the resolution of the system's clock and by ordinary load.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(10);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _timeProvider;
    private readonly long _origin;
    private readonly double _microsecondsPerTimestamp;
    private readonly long _period;
    private readonly long _tolerance;
    private ITimer? _timer;
    private Beat _beat = new(0, long.MaxValue, 0, 0);
    private bool _isLookedAt;
    private int _idleBeats;
    private volatile bool _isDisposed;

    public ActiveClock(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _origin = timeProvider.GetTimestamp();
        _microsecondsPerTimestamp = 1e6 / timeProvider.TimestampFrequency;
        _period = DetachedTimer.After(timeProvider, 0, Period);
        _tolerance = DetachedTimer.After(timeProvider, 0, Tolerance);
    }

    /// <summary>The mesh's clock, for what waits.</summary>
    public TimeProvider TimeProvider => _timeProvider;

    /// <summary>The timer runs.</summary>
    public bool IsBeating => Volatile.Read(ref _beat).Limit != long.MaxValue;

    /// <summary>A timestamp in the units of the mesh's clock, comparable with others of this clock only.</summary>
    public long GetTimestamp() => ToActive(_timeProvider.GetTimestamp());

    /// <summary>What this clock shows when the mesh's clock, just now, shows <paramref name="timestamp"/>.</summary>
    public long ToActive(long timestamp)
    {
        var beat = Volatile.Read(ref _beat);
        if (!_isLookedAt)
        {
            _isLookedAt = true;
            if (beat.Limit == long.MaxValue)
            {
                Start(beat, timestamp);
            }
        }

        return Math.Min(timestamp, beat.Limit) - beat.Paused;
    }

    /// <summary>What the clock showed at its last beat: up to a <see cref="Period"/> ago, and for nothing, where a look at the mesh's clock costs as
    /// much as a pick. False while it does not beat; whoever then looks at the time starts it.</summary>
    /// <param name="microseconds">As <see cref="ToMicroseconds"/> gives them.</param>
    public bool TryGetBeat(out long microseconds)
    {
        var beat = LookAtBeat();
        microseconds = beat.Microseconds;
        return beat.Limit != long.MaxValue;
    }

    /// <summary>The same as a timestamp of the mesh's clock, pauses included.</summary>
    public bool TryGetBeatTimestamp(out long timestamp)
    {
        var beat = LookAtBeat();
        timestamp = beat.Timestamp;
        return beat.Limit != long.MaxValue;
    }

    /// <summary>A timestamp of this clock as microseconds since it was made.</summary>
    public long ToMicroseconds(long timestamp) => (long)((timestamp - _origin) * _microsecondsPerTimestamp);

    /// <summary>From now on it shows all time that passes.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Volatile.Read(ref _timer)?.Dispose();
        Publish(new Beat(Volatile.Read(ref _beat).Paused, long.MaxValue, 0, 0));
    }

    private Beat LookAtBeat()
    {
        var beat = Volatile.Read(ref _beat);

        // Read first: the line is shared by all picks.
        if (!_isLookedAt && beat.Limit != long.MaxValue)
        {
            _isLookedAt = true;
        }

        return beat;
    }

    private void Start(Beat stopped, long now)
    {
        if (_isDisposed || Interlocked.CompareExchange(ref _beat, After(stopped.Paused, now), stopped) != stopped)
        {
            return;
        }

        // Whoever exchanged the beat is alone here, but for Dispose.
        var timer = _timer ?? DetachedTimer.Create(
            _timeProvider, static clock => clock.OnBeat(), this, "The watch for pauses of the process", logger: null);
        Volatile.Write(ref _timer, timer);
        timer.Change(Period, Timeout.InfiniteTimeSpan);
        if (_isDisposed)
        {
            Dispose();
        }
    }

    private void OnBeat()
    {
        if (_isDisposed)
        {
            return;
        }

        var now = _timeProvider.GetTimestamp();
        var beat = Volatile.Read(ref _beat);
        var paused = beat.Paused + Math.Max(0, now - beat.Limit);
        _idleBeats = _isLookedAt ? 0 : _idleBeats + 1;
        _isLookedAt = false;
        if (_idleBeats * Period >= Patience)
        {
            _idleBeats = 0;
            Publish(new Beat(paused, long.MaxValue, 0, 0));
            return;
        }

        Publish(After(paused, now));
        _timer!.Change(Period, Timeout.InfiniteTimeSpan);
    }

    private Beat After(long paused, long now) => new(paused, now + _period + _tolerance, ToMicroseconds(now - paused), now);

    private void Publish(Beat beat) => Volatile.Write(ref _beat, beat);

    /// <summary>One object, so that both are read together.</summary>
    /// <param name="Paused">All pauses so far.</param>
    /// <param name="Limit">Where time stands still until the next beat comes; the maximum where none will.</param>
    /// <param name="Microseconds">What the clock showed when it came.</param>
    /// <param name="Timestamp">What the mesh's clock showed then.</param>
    private sealed record Beat(long Paused, long Limit, long Microseconds, long Timestamp);
}
