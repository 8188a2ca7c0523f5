using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Resilience;

/// <summary>
/// The time limits of a call, joined with the caller's own token: of the whole call, from the route to the end of the response with every
/// attempt and wait inside, and of the attempt under way. One token and one timer serve both, since the one that comes first is all that
/// counts. Pooled with its timer, which is left running where it fires early enough anyway: as calls follow each other the limit only moves
/// on, so that most of them never touch the timer.
/// </summary>
internal sealed class CallDeadline : IDisposable
{
    private const long Never = long.MaxValue;
    private const long Expired = long.MinValue;
    private const int PoolLimit = 256;

    /// <summary>Timers count whole milliseconds, and may come that much early.</summary>
    private static readonly TimeSpan TimerResolution = TimeSpan.FromMilliseconds(1);

    private const string Work = "The end of a call's time";

    private static readonly ConcurrentQueue<CallDeadline> Pool = new();
    private static int _pooled;

    private readonly CancellationTokenSource _source = new();
    private readonly Lock _arming = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private CancellationTokenRegistration _registration;
    private ILogger? _logger;
    private long _end = Never;
    private bool _isOfAttempt;

    // Timestamps: when the token is to be cancelled, and when the timer fires.
    private long _due = Never;
    private long _firesAt = Never;

    private CallDeadline(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _timer = DetachedTimer.Create(timeProvider, static deadline => deadline.OnTimer(), this, Work, logger: null);
    }

    /// <summary>Not to be asked for after <see cref="Dispose"/>: it may serve another call by then. The same goes for everything below.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The caller's own token.</summary>
    public CancellationToken Parent { get; private set; }

    /// <summary>The time of the whole call ran out, and it was not the caller who gave up.</summary>
    public bool HasExpired => !_isOfAttempt && IsOver;

    /// <summary>The time of the attempt ran out, while the call has some left.</summary>
    public bool HasAttemptExpired => _isOfAttempt && IsOver;

    private bool IsOver => Volatile.Read(ref _due) == Expired && !Parent.IsCancellationRequested;

    /// <param name="time">For the whole call; null for no limit.</param>
    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="logger">Where failures of those are told who wait for the token.</param>
    /// <param name="parent">The caller's own token.</param>
    public static CallDeadline Start(TimeSpan? time, TimeProvider timeProvider, ILogger? logger, CancellationToken parent)
        => Start(time is { } limit ? DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), limit) : Never, timeProvider, logger, parent);

    /// <summary>Of the limits for the attempt and for the whole call the one that comes first counts from here on.</summary>
    public void BeginAttempt(TimeSpan time)
    {
        var attempt = DetachedTimer.After(_timeProvider, _timeProvider.GetTimestamp(), time);
        _isOfAttempt = attempt < _end && TryMoveTo(attempt);
    }

    /// <summary>The attempt's own time is over, that of the call goes on. Returns what counts from here on: another one where the attempt's
    /// time had run out, for a token cannot be used again; then this one is at its end.</summary>
    public CallDeadline EndAttempt()
    {
        if (!_isOfAttempt || TryMoveTo(_end))
        {
            _isOfAttempt = false;
            return this;
        }

        var next = Start(_end, _timeProvider, _logger, Parent);
        Dispose();
        return next;
    }

    /// <summary>Once only.</summary>
    public void Dispose()
    {
        // A caller that is giving up at this moment still holds the source, and a timer that has fired does too.
        var isUntouched = _registration.Unregister() || !Parent.CanBeCanceled;
        _registration = default;
        if (isUntouched && _timeProvider == TimeProvider.System && TryMoveTo(Never) && _source.TryReset())
        {
            _end = Never;
            _isOfAttempt = false;
            Parent = default;
            _logger = null;
            if (Interlocked.Increment(ref _pooled) <= PoolLimit)
            {
                Pool.Enqueue(this);
                return;
            }

            Interlocked.Decrement(ref _pooled);
        }

        _timer.Dispose();
    }

    private static CallDeadline Start(long end, TimeProvider timeProvider, ILogger? logger, CancellationToken parent)
    {
        CallDeadline? deadline = null;
        if (timeProvider == TimeProvider.System && Pool.TryDequeue(out deadline))
        {
            Interlocked.Decrement(ref _pooled);
        }

        deadline ??= new CallDeadline(timeProvider);
        deadline.Parent = parent;
        deadline._logger = logger;
        deadline._end = end;
        deadline.TryMoveTo(end);
        if (parent.CanBeCanceled)
        {
            deadline._registration = parent.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline._source);
        }

        return deadline;
    }

    /// <summary>False where the timer came first.</summary>
    private bool TryMoveTo(long due)
    {
        // Only the call itself moves it on, and only the timer ends it.
        var current = Volatile.Read(ref _due);
        if (current == Expired || Interlocked.CompareExchange(ref _due, due, current) != current)
        {
            return false;
        }

        // What is written above is seen by a timer that fires too late to be seen here.
        if (due < Volatile.Read(ref _firesAt))
        {
            lock (_arming)
            {
                Arm(due);
            }
        }

        return true;
    }

    /// <summary>Under the lock.</summary>
    private void Arm(long due)
    {
        if (due < _firesAt)
        {
            _firesAt = due;
            var left = _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), due);
            _timer.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_arming)
        {
            Interlocked.Exchange(ref _firesAt, Never);
            var due = Volatile.Read(ref _due);
            while (due is not (Never or Expired) && _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), due) < TimerResolution)
            {
                var seen = Interlocked.CompareExchange(ref _due, Expired, due);
                if (seen == due)
                {
                    break;
                }

                due = seen;
            }

            if (Volatile.Read(ref _due) != Expired)
            {
                Arm(due);
                return;
            }
        }

        // What waits for the token may be the application's.
        Background.Run(_source, static source => source.Cancel(), Work, _logger);
    }
}
