namespace Mesh.Client.TestKit;

/// <summary>Time that moves only when a test moves it, and that knows every timer made on it.</summary>
/// <remarks>Its timestamps run eight times as fast as TimeSpan's ticks: code that confuses the two is wrong at once, while every tick
/// still converts exactly both ways.</remarks>
internal sealed class TestClock : TimeProvider
{
    private const int TimestampsPerTick = 8;

    // Neither the clock's start nor its first timestamp is zero, so that code that takes 0 for "never" or "unset" shows.
    private static readonly DateTimeOffset Epoch = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private const long FirstTicks = 123_456_789;

    private readonly Lock _gate = new();
    private readonly List<TestTimer> _timers = [];
    private long _elapsed;
    private long _sequence;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond * TimestampsPerTick;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How far the clock was moved since it was made.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _elapsed));

    /// <summary>Timers that will fire if time goes on.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count(timer => timer.IsArmed);
            }
        }
    }

    /// <summary>Timers that were made and not disposed, armed or not: 0 after everything was disposed, or something leaks.</summary>
    public int LiveTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>How long until the next timer fires; null where none is armed.</summary>
    public TimeSpan? NextDueIn
    {
        get
        {
            lock (_gate)
            {
                var next = NextDue_NeedsLock(long.MaxValue);
                return next is null ? null : TimeSpan.FromTicks(Math.Max(0, next.Due - _elapsed));
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => Epoch + Elapsed;

    public override long GetTimestamp() => (FirstTicks + Volatile.Read(ref _elapsed)) * TimestampsPerTick;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TestTimer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time on, firing due timers one after another, each at its own moment, on the calling thread.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target;
        lock (_gate)
        {
            target = _elapsed + by.Ticks;
        }

        while (true)
        {
            TestTimer? due;
            lock (_gate)
            {
                due = NextDue_NeedsLock(target);
                Volatile.Write(ref _elapsed, Math.Max(_elapsed, due?.Due ?? target));
                due?.Rearm_NeedsLock();
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    /// <summary>Waits (in real time) until code on other threads has armed at least so many timers; then time may be moved on.</summary>
    public Task UntilArmedAsync(int timers = 1)
        => Eventually.TrueAsync(() => ArmedTimers >= timers, $"{timers} timer(s) armed on the test clock");

    private TestTimer? NextDue_NeedsLock(long target)
    {
        TestTimer? next = null;
        foreach (var timer in _timers)
        {
            if (timer.IsArmed && timer.Due <= target && (next is null || (timer.Due, timer.Sequence).CompareTo((next.Due, next.Sequence)) < 0))
            {
                next = timer;
            }
        }

        return next;
    }

    private sealed class TestTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = -1;

        // As with the framework's own timers, the callback runs in the context of whoever made the timer.
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private long _period = Never;
        private bool _isDisposed;

        public long Due { get; private set; } = Never;

        public long Sequence { get; private set; }

        public bool IsArmed => Due != Never;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                if (_isDisposed)
                {
                    return false;
                }

                Due = dueTime == Timeout.InfiniteTimeSpan ? Never : clock._elapsed + dueTime.Ticks;
                _period = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero ? Never : period.Ticks;
                Sequence = clock._sequence++;
                return true;
            }
        }

        public void Rearm_NeedsLock()
        {
            Due = _period == Never ? Never : Due + _period;
            Sequence = clock._sequence++;
        }

        public void Fire()
        {
            if (_context is null)
            {
                callback(state);
            }
            else
            {
                ExecutionContext.Run(_context, static fired => ((TestTimer)fired!).Call(), this);
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _isDisposed = true;
                Due = Never;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);
    }
}
