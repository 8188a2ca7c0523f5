using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Resilience;

/// <summary>
/// The time limits of a call, joined with the caller's own token: of the whole call, from the route to the end of the response with every
/// attempt and wait inside, of its headers, of the attempt under way, and of silence. One token and one timer serve all, since the one that
/// comes first is all that counts. Pooled with its timer.
/// </summary>
internal sealed partial class CallDeadline : ILazyTimerOwner, IDisposable
{
    private const long Never = LazyTimer.Never;
    private const long Expired = LazyTimer.Due;
    private const int PoolLimit = 256;

    private const string Work = "The end of a call's time";

    private static readonly ConcurrentQueue<CallDeadline> Pool = new();
    private static int _pooled;

    private readonly CancellationTokenSource _source = new();
    private readonly TimeProvider _timeProvider;
    private readonly LazyTimer _timer;
    private CancellationTokenRegistration _registration;
    private ILogger? _logger;

    // Timestamps of the limits.
    private long _end = Never;
    private long _headersEnd = Never;
    private long _attemptEnd = Never;
    private long _attemptBegan;
    private bool _isInherited;

    // Timestamps: when the token is to be cancelled, and for which limit it was.
    private long _due = Never;
    private long _expired;

    private CallDeadline(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _timer = new LazyTimer(timeProvider, this, Work);
    }

    /// <summary>Not to be asked for after <see cref="Dispose"/>: it may serve another call by then. The same goes for everything below.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The caller's own token.</summary>
    public CancellationToken Parent { get; private set; }

    /// <summary>A time of the whole call ran out, and it was not the caller who gave up.</summary>
    public bool HasExpired => IsOver && !IsOfAttempt;

    /// <summary>The time of the attempt ran out, while the call has some left.</summary>
    public bool HasAttemptExpired => IsOver && IsOfAttempt;

    /// <summary>Which time of the call ran out.</summary>
    public DeadlineCause Cause
        => !HasExpired ? DeadlineCause.None
            : _expired == _end ? _isInherited ? DeadlineCause.Inherited : DeadlineCause.Timeout
            : _expired == _headersEnd ? DeadlineCause.Timeout
            : DeadlineCause.Silence;

    /// <summary>What the call has of its time for an answer; null where that has no end.</summary>
    public TimeSpan? Left => Until(Math.Min(_end, _headersEnd));

    /// <summary>What the attempt under way has for the whole answer, its body too; null where that has no end.</summary>
    public TimeSpan? AttemptLeft => Until(Math.Min(_end, _attemptEnd));

    /// <summary>The same for an attempt that has just begun: the clock, which costs as much as a header, is not read again.</summary>
    public TimeSpan? AttemptLeftAtStart
        => _attemptEnd == Never ? AttemptLeft : _timeProvider.GetElapsedTime(_attemptBegan, Math.Min(_end, _attemptEnd));

    private bool IsOver => Volatile.Read(ref _due) == Expired && !Parent.IsCancellationRequested;

    private bool IsOfAttempt => _attemptEnd != Never && _expired == _attemptEnd;

    /// <param name="time">For the whole call; null for no limit.</param>
    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="logger">Where failures of those are told who wait for the token.</param>
    /// <param name="parent">The caller's own token.</param>
    public static CallDeadline Start(TimeSpan? time, TimeProvider timeProvider, ILogger? logger, CancellationToken parent)
        => Start(time is { } limit ? DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), limit) : Never, timeProvider, logger, parent);

    /// <summary>The same with the time that is left of another call, for which this one is made.</summary>
    public static CallDeadline StartInherited(TimeSpan left, TimeProvider timeProvider, ILogger? logger, CancellationToken parent)
    {
        var deadline = Start(left, timeProvider, logger, parent);
        deadline._isInherited = true;
        return deadline;
    }

    /// <summary>A time for the whole call from here on, beside that of the call for which it is made.</summary>
    public void LimitCall(TimeSpan time)
    {
        var end = After(time);
        if (end < _end)
        {
            (_end, _isInherited) = (end, false);
            TryMoveTo(Earliest());
        }
    }

    /// <summary>A time for the response headers, over all attempts; <see cref="BeginBody"/> ends it.</summary>
    public void LimitHeaders(TimeSpan time)
    {
        var headers = After(time);
        if (headers < _end)
        {
            _headersEnd = headers;
            TryMoveTo(headers);
        }
    }

    /// <summary>Of the limits for the attempt and for the whole call the one that comes first counts from here on.</summary>
    public void BeginAttempt(TimeSpan time)
    {
        _attemptBegan = _timeProvider.GetTimestamp();
        var attempt = DetachedTimer.After(_timeProvider, _attemptBegan, time);
        if (attempt < Math.Min(_end, _headersEnd))
        {
            _attemptEnd = attempt;
            TryMoveTo(attempt);
        }
    }

    /// <summary>The attempt's own time is over, that of the call goes on. Returns what counts from here on: another one where the attempt's
    /// time had run out, for a token cannot be used again; then this one is at its end.</summary>
    public CallDeadline EndAttempt() => Drop(ref _attemptEnd);

    /// <summary>The headers are there. Returns what counts from here on, as <see cref="EndAttempt"/> does.</summary>
    public CallDeadline BeginBody() => Drop(ref _headersEnd);

    /// <summary>Once only.</summary>
    public void Dispose()
    {
        // A caller that is giving up at this moment still holds the source, and a timer that has fired does too. What watches for silence may be
        // told of bytes later: the request's body can outlive the response.
        var isUntouched = _registration.Unregister() || !Parent.CanBeCanceled;
        _registration = default;
        if (isUntouched && !WatchesSilence && _timeProvider == TimeProvider.System && TryMoveTo(Never) && _source.TryReset())
        {
            _end = _headersEnd = _attemptEnd = Never;
            _isInherited = false;
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

    private long After(TimeSpan time) => DetachedTimer.After(_timeProvider, _timeProvider.GetTimestamp(), time);

    private long Earliest() => Math.Min(Math.Min(_end, _headersEnd), _attemptEnd);

    private TimeSpan? Until(long timestamp) => timestamp == Never ? null : _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), timestamp);

    /// <summary>One of the limits holds no longer.</summary>
    private CallDeadline Drop(ref long limit)
    {
        var dropped = limit;
        limit = Never;
        var due = Earliest();
        if (dropped >= due || TryMoveTo(due) || _expired != dropped)
        {
            return this;
        }

        var next = Start(_end, _timeProvider, _logger, Parent);
        (next._headersEnd, next._attemptEnd, next._isInherited, next._silence) = (_headersEnd, _attemptEnd, _isInherited, _silence);
        next.TryMoveTo(due);
        Dispose();
        return next;
    }

    /// <summary>To one of the limits. False where the timer came first.</summary>
    private bool TryMoveTo(long limit)
    {
        Volatile.Write(ref _limit, limit);
        var due = WatchesSilence ? Math.Min(limit, After(_silence)) : limit;

        // Only the call itself and the end of a silence that was none move it on, and only the timer ends it.
        var current = Volatile.Read(ref _due);
        while (true)
        {
            if (current == Expired)
            {
                return false;
            }

            var seen = Interlocked.CompareExchange(ref _due, due, current);
            if (seen == current)
            {
                break;
            }

            current = seen;
        }

        _timer.FireBy(due);
        return true;
    }

    long ILazyTimerOwner.Look()
    {
        var due = Volatile.Read(ref _due);
        while (due is not (Never or Expired) && _timer.IsReached(due))
        {
            var next = AfterSilence(due);
            if (next == due)
            {
                Volatile.Write(ref _expired, due);
                next = Expired;
            }

            var seen = Interlocked.CompareExchange(ref _due, next, due);
            due = seen == due ? next : seen;
        }

        return due;
    }

    /// <summary>What waits for the token may be the application's.</summary>
    void ILazyTimerOwner.OnDue() => Background.Run(_source, static source => source.Cancel(), Work, _logger);
}
