using System.Text.Json;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>
/// One watch for each kind that the server serves, in each namespace that is read. Kinds that are not installed cost one request now and then,
/// whatever the number of namespaces, and are watched from when they are there.
/// </summary>
internal sealed class RuleWatches : IDisposable
{
    /// <summary>How long the lists that came first wait for the last one. A VirtualService that goes live before the DestinationRule of its subsets has calls
    /// refused.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KubernetesCluster _cluster;
    private readonly Action _wake;
    private readonly ServedKinds _served;
    private readonly WatchSchedule _schedule;
    private readonly ResourceScope[] _scopes;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _forbidden = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hopeless = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _troubled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _recovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RuleWatch[] _all = [];
    private string? _problem;
    private int _isStarted;
    private int _isAssembled;

    /// <param name="cluster">Whose rules are read.</param>
    /// <param name="wake">Called after each change, on the thread of a watch.</param>
    public RuleWatches(KubernetesCluster cluster, Action wake)
    {
        _cluster = cluster;
        _wake = wake;
        _served = new ServedKinds(cluster.Server, cluster.TimeProvider);
        _schedule = new WatchSchedule(cluster.Random);
        _scopes = [.. ScopesOf(cluster.Options)];
    }

    /// <summary>In the order of the kinds. Once started, one is never taken away.</summary>
    public IReadOnlyList<RuleWatch> All => Volatile.Read(ref _all);

    /// <summary>Ends once the first list of every kind is there that may be read; or most of them, and no more of them come.</summary>
    public Task Known => _known.Task;

    /// <summary>Why nothing is known yet; null where nothing went wrong.</summary>
    public string? Problem => Volatile.Read(ref _problem) ?? All.Select(watch => watch.Status.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>Ends when nothing is known and nothing is to be expected soon: there is no API server to ask.</summary>
    public Task Hopeless => _hopeless.Task;

    /// <summary>Ends when the server lets none of the kinds be read. Rights that are given later have them read all the same.</summary>
    public Task Forbidden => _forbidden.Task;

    /// <summary>Ends when the server was asked for the first time in vain.</summary>
    public Task Troubled => _troubled.Task;

    /// <summary>Once; further calls do nothing.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 1)
        {
            return;
        }

        _cluster.Server.Recovered += OnRecovered;
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

    public void Dispose()
    {
        _cluster.Server.Recovered -= OnRecovered;
        Background.Run(_stop, static stop => stop.Cancel(), "The end of the Kubernetes rules", _cluster.Logger);
        foreach (var watch in All)
        {
            watch.Dispose();
        }
    }

    private static IEnumerable<ResourceScope> ScopesOf(MeshKubernetesOptions options)
        => options.Namespaces.Count == 0
            ? [ResourceScope.Everywhere]
            : options.Namespaces.Append(options.RootNamespace).Where(space => !string.IsNullOrEmpty(space)).Distinct().Select(space => new ResourceScope(space));

    private void OnRecovered() => Volatile.Read(ref _recovered).TrySetResult();

    /// <summary>Ends when every kind is watched: from then on each watch sees by itself where its kind goes and comes again.</summary>
    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var missing = RuleKind.All.ToList();
        var failures = 0;
        var startedAt = _cluster.TimeProvider.GetTimestamp();
        var looks = 0;
        try
        {
            while (missing.Count > 0)
            {
                // Before it is asked, so that a recovery just after it failed is not missed.
                var recovered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Volatile.Write(ref _recovered, recovered);
                var wait = TimeSpan.Zero;
                try
                {
                    var served = await FindAsync(missing, failures).ConfigureAwait(false);
                    missing.RemoveAll(kind => served.Any(found => found.Kind == kind));
                    StartWatches(served);
                    failures = 0;
                    Volatile.Write(ref _problem, null);
                    recovered = null;
                    // Servers that start do not know custom resources for a moment.
                    wait = _cluster.TimeProvider.GetElapsedTime(startedAt) < WatchSchedule.AbsenceBelieved
                        ? _schedule.AfterFailures(++looks, retryAfter: null)
                        : _schedule.WhileAbsent();
                }
                catch (Exception exception) when (!_stop.IsCancellationRequested)
                {
                    failures++;
                    Tell(exception, failures);
                    wait = _schedule.AfterFailures(failures, (exception as WatchException)?.RetryAfter);
                }

                if (missing.Count > 0)
                {
                    await PauseAsync(recovered?.Task, wait).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task<IReadOnlyList<(RuleKind Kind, IReadOnlyList<string> Versions)>> FindAsync(List<RuleKind> missing, int failures)
    {
        try
        {
            return await _served.FindAsync(missing, _stop.Token).ConfigureAwait(false);
        }
        catch (WatchException exception) when (exception.IsForbidden && failures >= WatchSchedule.FailuresTold)
        {
            // Not at once: servers that start forbid everything for a moment.
            RuleLog.KindsHidden(_cluster.Logger, exception.Message);
            return [.. missing.Select(kind => (kind, kind.Versions))];
        }
    }

    private void StartWatches(IReadOnlyList<(RuleKind Kind, IReadOnlyList<string> Versions)> served)
    {
        var started = served.SelectMany(found => _scopes.Select(scope
            => new RuleWatch(found.Kind, _cluster.Watch(RuleObjectReader.TypeOf(found.Kind, found.Versions), scope), _wake))).ToList();
        var order = RuleKind.All.Select((kind, index) => (kind, index)).ToDictionary(pair => pair.kind, pair => pair.index);
        RuleWatch[] all = [.. _all.Concat(started).OrderBy(watch => order[watch.Kind])];
        Volatile.Write(ref _all, all);
        foreach (var watch in started)
        {
            watch.Start();
        }

        if (_stop.IsCancellationRequested)
        {
            // The end may have passed by before these were known.
            started.ForEach(watch => watch.Dispose());
            return;
        }

        if (!_known.Task.IsCompleted)
        {
            _ = AssembleAsync(all);
        }
    }

    private async Task AssembleAsync(RuleWatch[] watches)
    {
        var isWhole = false;
        try
        {
            if (watches.Length > 0)
            {
                await FirstAnswerAsync(watches).ConfigureAwait(false);
            }

            var answered = watches.Select(watch => SettleAsync(watch, WatchSchedule.RefusalBelieved));
            var answers = await Task.WhenAll(answered).WaitAsync(Patience, _cluster.TimeProvider, _stop.Token).ConfigureAwait(false);
            isWhole = answers.All(isAnswered => isAnswered);
        }
        catch (TimeoutException)
        {
            // What is there is better than nothing; the watch that misses tells why.
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // While it waited more kinds may have been looked for, and their lists waited for too.
        if (Interlocked.Exchange(ref _isAssembled, 1) == 1)
        {
            return;
        }

        if (isWhole)
        {
            RuleLog.Known(_cluster.Logger, watches.Sum(watch => watch.Count), watches.Select(watch => watch.Kind).Distinct().Count());
        }

        _known.TrySetResult();
        Background.Run(_wake, static wake => wake(), "The first rules of Kubernetes", _cluster.Logger);
    }

    private async Task FirstAnswerAsync(RuleWatch[] watches)
    {
        var first = Task.WhenAny(watches.Select(watch => watch.FirstAnswer));
        await Task.WhenAny(first, Task.WhenAll(watches.Select(watch => SettleAsync(watch, WatchSchedule.TotalRefusalBelieved)))).ConfigureAwait(false);
        if (!watches.Any(watch => watch.FirstAnswer.IsCompleted))
        {
            _forbidden.TrySetResult();
            await first.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    /// <param name="watch">The watch.</param>
    /// <param name="start">From now on the server may be starting for so long, and what it refuses is not believed.</param>
    /// <returns>Whether it was answered, and not refused.</returns>
    private async Task<bool> SettleAsync(RuleWatch watch, TimeSpan start)
    {
        var since = _cluster.TimeProvider.GetTimestamp();
        do
        {
            await Task.WhenAny(watch.FirstAnswer, watch.NextRefusal).WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        while (!watch.FirstAnswer.IsCompleted && _cluster.TimeProvider.GetElapsedTime(since) < start);

        return watch.FirstAnswer.IsCompleted;
    }

    private async Task PauseAsync(Task? recovered, TimeSpan wait)
    {
        if (recovered is null)
        {
            await Task.Delay(wait, _cluster.TimeProvider, _stop.Token).ConfigureAwait(false);
            return;
        }

        try
        {
            await recovered.WaitAsync(wait, _cluster.TimeProvider, _stop.Token).ConfigureAwait(false);
            await Task.Delay(_schedule.AfterRecovery(), _cluster.TimeProvider, _stop.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nobody has heard of the server meanwhile: it is asked.
        }
    }

    private void Tell(Exception exception, int failures)
    {
        var problem = exception switch
        {
            WatchException or KubernetesAccessException or HttpRequestException => exception.Message,
            JsonException => $"The server's answer cannot be read: {exception.Message}",
            _ => $"{exception.GetType().Name}: {exception.Message}",
        };
        Volatile.Write(ref _problem, problem);
        _troubled.TrySetResult();
        RuleLog.KindsAttemptFailed(_cluster.Logger, failures, problem);
        if (failures == WatchSchedule.FailuresTold)
        {
            RuleLog.KindsUnknown(_cluster.Logger, problem);
        }

        if (exception is KubernetesAccessException)
        {
            _hopeless.TrySetResult();
        }
    }
}
