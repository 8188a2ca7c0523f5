namespace Mesh.Client.Resilience;

/// <summary>
/// A timer for a time that moves on with every call and rarely comes. It is left running where it fires early enough anyway, and its owner then
/// says when to look again: so most calls read one field and touch no timer. No lock but where it is armed.
/// </summary>
internal sealed class LazyTimer : IDisposable
{
    public const long Never = long.MaxValue;
    public const long Due = long.MinValue;

    /// <summary>Timers count whole milliseconds, and may come that much early.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private readonly Lock _arming = new();
    private readonly TimeProvider _timeProvider;
    private readonly ILazyTimerOwner _owner;
    private readonly ITimer _timer;
    private long _firesAt = Never;

    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="owner">Who knows the time.</param>
    /// <param name="name">What it is for, where the owner throws.</param>
    public LazyTimer(TimeProvider timeProvider, ILazyTimerOwner owner, string name)
    {
        _timeProvider = timeProvider;
        _owner = owner;
        _timer = DetachedTimer.Create(timeProvider, static timer => timer.OnTimer(), this, name, logger: null);
    }

    /// <summary>From now on it fires at <paramref name="due"/> at the latest. The owner has written before what <see cref="ILazyTimerOwner.Look"/> reads, with
    /// a full fence: a timer that fires too late to be seen here sees that.</summary>
    public void FireBy(long due)
    {
        if (due < Volatile.Read(ref _firesAt))
        {
            lock (_arming)
            {
                Arm(due);
            }
        }
    }

    /// <summary>Whether a timer may fire for <paramref name="timestamp"/> now.</summary>
    public bool IsReached(long timestamp) => Until(timestamp) < Resolution;

    public void Dispose() => _timer.Dispose();

    private TimeSpan Until(long timestamp) => _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), timestamp);

    /// <summary>Under the lock.</summary>
    private void Arm(long due)
    {
        if (due < _firesAt)
        {
            _firesAt = due;
            _timer.Change(Until(due) is { Ticks: > 0 } left ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_arming)
        {
            Interlocked.Exchange(ref _firesAt, Never);
            var next = _owner.Look();
            if (next != Due)
            {
                Arm(next);
                return;
            }
        }

        _owner.OnDue();
    }
}
