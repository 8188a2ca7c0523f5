using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Discovery;

/// <summary>
/// The loop of a watcher for one of its questions: ask, hand over, wait. The wait ends with the validity, with a change signal,
/// or with the back-off, whichever is first; a signal that comes while the source is being asked makes the next wait end at once, so none
/// is lost and any number of them cost one question. (That is also why the back-off is not a retry pipeline: a signal has to cut the wait
/// short and must not cut off the question.)
/// </summary>
internal sealed class WatcherRun(
    EndpointQuestion question,
    IEndpointSource source,
    RefreshSchedule schedule,
    TimeProvider timeProvider,
    Func<WatcherRun, EndpointAnswer, QuestionView?> accept,
    Action<WatcherRun, Exception, int> fail) : IDisposable
{
    /// <summary>For sources whose change tokens have to be looked at.</summary>
    private static readonly TimeSpan PassiveTokenInterval = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private IDisposable? _registration;

    public EndpointQuestion Question { get; } = question;

    public void Start()
    {
        // A call starts it, but it outlives the call.
        if (ExecutionContext.IsFlowSuppressed())
        {
            _ = RunAsync();
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            _ = RunAsync();
        }
    }

    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    public void Dispose()
    {
        // What a source has hung on its token runs here and may fail; the loop ends all the same.
        Background.Run(_stop, static stop => stop.Cancel(), "The end of a discovery", logger: null);
        Wake();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        IDisposable? news = null;
        try
        {
            // Before the first question: a change between the two would otherwise go unseen.
            news = source.Subscribe(Wake);
            while (!_stop.IsCancellationRequested)
            {
                var askedAt = timeProvider.GetTimestamp();
                // With a fence: the look at the end must not come before the new signal is seen.
                Interlocked.Exchange(ref _wake, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

                // Looked at again: an end between the two has woken the signal that was just replaced.
                _stop.Token.ThrowIfCancellationRequested();
                TimeSpan wait;
                try
                {
                    var answer = await AskAsync().ConfigureAwait(false);
                    failures = answer.LeavesOpen is not null ? failures + 1 : answer.IsOnProbation ? failures : 0;
                    Observe(answer.ChangeToken);
                    wait = accept(this, answer) is { } view ? WaitAfter(answer, view, failures) : Timeout.InfiniteTimeSpan;
                }
                catch (OperationCanceledException) when (_stop.IsCancellationRequested)
                {
                    return;
                }
#pragma warning disable CA1031 // whatever a source throws, discovery goes on; the watcher logs it
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    failures++;
                    Background.Run(
                        (fail, Run: this, exception, failures),
                        static failed => failed.fail(failed.Run, failed.exception, failed.failures),
                        "The report of a failed discovery",
                        logger: null);
                    wait = exception is DiscoveryException { IsPermanent: true } ? Timeout.InfiniteTimeSpan : schedule.AfterFailures(failures);
                }

                await WaitAsync(wait, askedAt).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
        finally
        {
            news?.Dispose();
            _registration?.Dispose();
            _timer?.Dispose();
            _stop.Dispose();
        }
    }

    private async ValueTask<EndpointAnswer> AskAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var pending = source.ResolveAsync(Question, limit.Token);
        if (pending.IsCompleted)
        {
            return await pending.ConfigureAwait(false);
        }

        var asked = pending.AsTask();
        try
        {
            return await asked.WaitAsync(RefreshSchedule.AnswerLimit, timeProvider, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException exception) when (!asked.IsCompleted)
        {
            // Left behind where it does not listen: a hanging source must not stop the refreshes for good.
            await limit.CancelAsync().ConfigureAwait(false);
            throw new DiscoveryException($"The source did not answer within {RefreshSchedule.AnswerLimit.TotalSeconds} s.", exception);
        }
    }

    private void Observe(IChangeToken? token)
    {
        // The new one first: a change between the two would otherwise go unseen.
        var previous = _registration;
        _registration = token?.RegisterChangeCallback(static run => ((WatcherRun)run!).Wake(), this);
        previous?.Dispose();
    }

    private TimeSpan WaitAfter(EndpointAnswer answer, QuestionView view, int failures)
    {
        var wait = view.State switch
        {
            DiscoveryState.Known => schedule.AfterAnswer(answer.ValidFor),
            DiscoveryState.Stale => RefreshSchedule.AfterDoubtfulEmptiness(answer.ValidFor),
            _ => RefreshSchedule.AfterEmptiness(answer.ValidFor),
        };
        if (answer.ChangeToken is { ActiveChangeCallbacks: false })
        {
            wait = Shorter(wait, PassiveTokenInterval);
        }

        // The part that failed is not to wait until the other part is due.
        return failures > 0 ? Shorter(wait, schedule.AfterFailures(failures)) : wait;
    }

    private static TimeSpan Shorter(TimeSpan wait, TimeSpan other) => wait == Timeout.InfiniteTimeSpan || wait > other ? other : wait;

    private async Task WaitAsync(TimeSpan wait, long askedAt)
    {
        if (wait != Timeout.InfiniteTimeSpan)
        {
            _timer ??= DetachedTimer.Create(timeProvider, static run => run.Wake(), this, "The refresh of discovery", logger: null);
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }

        await _wake.Task.ConfigureAwait(false);
        var early = RefreshSchedule.ShortestBetweenSignals - timeProvider.GetElapsedTime(askedAt);
        if (early > TimeSpan.Zero)
        {
            await Task.Delay(early, timeProvider, _stop.Token).ConfigureAwait(false);
        }
    }
}
