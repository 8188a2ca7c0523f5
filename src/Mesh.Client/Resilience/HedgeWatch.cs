using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Resilience;

/// <summary>
/// What an attempt that may be hedged waits for: that one of its copies ends, or that it is time for the next. Holds the token of the first of
/// them as well. Pooled with its timer.
/// </summary>
/// <remarks>One waits, at most one at a time; everyone may wake him. He may be woken for nothing, and looks himself what has happened: a timer
/// or a task of the call before may come late.</remarks>
internal sealed class HedgeWatch : IValueTaskSource, ILazyTimerOwner, IDisposable
{
    private const long Never = LazyTimer.Never;
    private const long Due = LazyTimer.Due;

    private const int Quiet = 0;
    private const int Waiting = 1;
    private const int Woken = 2;

    private const int PoolLimit = 256;

    private const string Work = "The time for a hedge";

    private static readonly ConcurrentQueue<HedgeWatch> Pool = new();
    private static int _pooled;

    private readonly CancellationTokenSource _source = new();
    private readonly TimeProvider _timeProvider;
    private readonly LazyTimer _timer;
    private readonly Action _wake;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private int _state = Quiet;
    private CancellationTokenRegistration _registration;
    private CancellationToken _parent;
    private bool _isPooled;
    private long _due = Never;

    private HedgeWatch(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _wake = Wake;
        _timer = new LazyTimer(timeProvider, this, Work);
    }

    /// <summary>That of the first attempt, which ends with the call's.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The time that was asked for has come.</summary>
    public bool IsDue => Volatile.Read(ref _due) == Due;

    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="isPooled">What gets <see cref="Token"/> has no use for it once it has answered: it will be another's.</param>
    /// <param name="parent">The call's token.</param>
    public static HedgeWatch Start(TimeProvider timeProvider, bool isPooled, CancellationToken parent)
    {
        HedgeWatch? watch = null;
        if (isPooled && timeProvider == TimeProvider.System && Pool.TryDequeue(out watch))
        {
            Interlocked.Decrement(ref _pooled);
        }

        watch ??= new HedgeWatch(timeProvider);
        watch._parent = parent;
        watch._isPooled = isPooled && timeProvider == TimeProvider.System;
        if (parent.CanBeCanceled)
        {
            watch._registration = parent.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), watch._source);
        }

        return watch;
    }

    /// <summary>Ends the first attempt.</summary>
    /// <param name="logger">Where failures of those are told who wait for the token.</param>
    public void Cancel(ILogger? logger) => Background.Run(_source, static source => source.Cancel(), "The end of an attempt that is not needed any more", logger);

    /// <summary>Wakes when the task ends. Its exception stays its own.</summary>
    public void Watch(Task task) => task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_wake);

    /// <summary>Wakes after <paramref name="delay"/>, with <see cref="IsDue"/>.</summary>
    public void WakeAfter(TimeSpan delay)
    {
        var due = DetachedTimer.After(_timeProvider, _timeProvider.GetTimestamp(), delay);
        Interlocked.Exchange(ref _due, due);
        _timer.FireBy(due);
    }

    /// <summary>Completes at the next wake, or at once after one that nobody waited for.</summary>
    public ValueTask WaitAsync()
    {
        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Quiet) == Quiet)
        {
            return new ValueTask(this, _wait.Version);
        }

        // A full fence: who waits looks at his tasks next, and one that ends from here on is to find the state as it is now, and not as woken still.
        Interlocked.Exchange(ref _state, Quiet);
        return ValueTask.CompletedTask;
    }

    /// <summary>Once only, when all attempts have ended.</summary>
    public void Dispose()
    {
        var isUntouched = _registration.Unregister() || !_parent.CanBeCanceled;
        _registration = default;
        _parent = default;
        Interlocked.Exchange(ref _due, Never);
        if (_isPooled && isUntouched && _source.TryReset())
        {
            // Lets go of who waited: an answer that nobody disposed would otherwise not be found until the next one waits.
            _wait.Reset();
            if (Interlocked.Increment(ref _pooled) <= PoolLimit)
            {
                Pool.Enqueue(this);
                return;
            }

            Interlocked.Decrement(ref _pooled);
        }

        _timer.Dispose();
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _wait.OnCompleted(continuation, state, token, flags);

    private void Wake()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Woken)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state == Waiting ? Quiet : Woken, state) != state)
            {
                continue;
            }

            if (state == Waiting)
            {
                _wait.SetResult(true);
            }

            return;
        }
    }

    long ILazyTimerOwner.Look()
    {
        var due = Volatile.Read(ref _due);
        while (due is not (Never or Due) && _timer.IsReached(due))
        {
            var seen = Interlocked.CompareExchange(ref _due, Due, due);
            due = seen == due ? Due : seen;
        }

        return due;
    }

    void ILazyTimerOwner.OnDue() => Wake();
}
