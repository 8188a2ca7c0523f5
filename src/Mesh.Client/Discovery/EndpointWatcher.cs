using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Discovery;

/// <summary>
/// Keeps the endpoints of one service up to date, for the whole process: asks ahead of the end of their validity, goes on with what is
/// known while the source fails, and lets nobody wait but the first calls. Each question (mostly one; one a name, where rules give endpoints
/// by name) is asked at its own pace and outlives the rules that asked it first, as long as the newest ask it too.
/// </summary>
internal sealed partial class EndpointWatcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<DiscoveryChoice, IEndpointSource> _sources;
    private readonly RefreshSchedule _schedule;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Action<EndpointWatcher> _changed;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EndpointMemory _memory = new();
    private readonly ChangeSignal _signal = new();
    private readonly long _startedAt;
    private EndpointView _view;

    // Replaced as a whole, so that it can be read without the lock.
    private Dictionary<EndpointQuestion, WatcherRun> _runs = [];
    private int _updates;
    private bool _isStarted;
    private bool _isDisposed;

    /// <param name="service">The service as it is now.</param>
    /// <param name="sources">The source for a kind of discovery; asked for each question, which may have one of its own.</param>
    /// <param name="schedule">When to ask again.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where state changes are told.</param>
    /// <param name="changed">Called without a lock after the endpoints changed, from any thread. It reads <see cref="Endpoints"/>, so that
    /// calls that overtake each other do no harm.</param>
    /// <param name="restored">What was known of the service in an earlier run.</param>
    public EndpointWatcher(
        ServiceModel service,
        Func<DiscoveryChoice, IEndpointSource> sources,
        RefreshSchedule schedule,
        TimeProvider timeProvider,
        ILogger logger,
        Action<EndpointWatcher> changed,
        RestoredEndpoints? restored = null)
    {
        Service = service;
        _sources = sources;
        _schedule = schedule;
        _timeProvider = timeProvider;
        _logger = logger;
        _changed = changed;
        _startedAt = timeProvider.GetTimestamp();
        _view = new EndpointView(EndpointList.Empty, DiscoveryState.Pending, _startedAt);
        if (restored is not null)
        {
            _memory.Restore(restored);
            _view = _view with { ConfirmedAt = DetachedTimer.After(timeProvider, _startedAt, -restored.Age) };
            DiscoveryLog.EndpointsRestored(logger, service.Name, restored.Endpoints.Count, restored.Age);
        }
    }

    /// <summary>The source failed to answer. Raised without a lock, from any thread.</summary>
    public event Action<EndpointWatcher>? Failed;

    public ServiceModel Service { get; private set; }

    public EndpointList Endpoints => Volatile.Read(ref _view).Endpoints;

    /// <summary>What is served, and how much that is to be believed.</summary>
    public EndpointView View => Volatile.Read(ref _view);

    /// <summary>Fires when the endpoints change, or nobody watches them any more.</summary>
    public IChangeToken ChangeToken => _signal.Token;

    public DiscoveryStatus Status
    {
        get
        {
            var view = Volatile.Read(ref _view);
            return new DiscoveryStatus(view.State, view.Endpoints.Count, _timeProvider.GetElapsedTime(view.ConfirmedAt), view.Problem);
        }
    }

    /// <summary>Begins to watch. A source that knows its answer is asked on this thread.</summary>
    public void Start() => Watch(null);

    /// <summary>Watches <paramref name="service"/> from now on, which is the same service under new rules. Names that are still asked for keep
    /// what is known of them, described as the new rules do; other endpoints stay until the new names have answered.</summary>
    public void Update(ServiceModel service) => Watch(service);

    /// <summary>Asks the sources again soon, whatever their answers are still worth.</summary>
    public void Refresh()
    {
        foreach (var run in Volatile.Read(ref _runs).Values)
        {
            run.Wake();
        }
    }

    public void Dispose()
    {
        Dictionary<EndpointQuestion, WatcherRun> runs;
        lock (_gate)
        {
            _isDisposed = true;
            runs = _runs;
            Volatile.Write(ref _runs, []);
        }

        foreach (var run in runs.Values)
        {
            run.Dispose();
        }

        _ready.TrySetResult();
        _signal.Fire();
    }

    /// <param name="service">Null: as it is, unless newer rules came before the start.</param>
    private void Watch(ServiceModel? service)
    {
        var plan = service is null ? null : new EndpointPlan(service);
        Dictionary<EndpointQuestion, WatcherRun> previous;
        Dictionary<EndpointQuestion, WatcherRun> next;
        List<WatcherRun> doubtful;
        lock (_gate)
        {
            if (_isDisposed || (plan is null && _isStarted))
            {
                return;
            }

            plan ??= new EndpointPlan(Service);
            Service = service ?? Service;
            _isStarted = true;
            _memory.Take(plan, _timeProvider.GetTimestamp());
            previous = _runs;
            next = plan.Questions.ToDictionary(question => question, question => previous.GetValueOrDefault(question) ?? Begin(question));
            doubtful = [.. next.Values.Where(run => previous.ContainsKey(run.Question) && _memory[run.Question].Problem is not null)];
            Volatile.Write(ref _runs, next);
            _updates++;
        }

        foreach (var run in previous.Values.Where(run => !next.ContainsKey(run.Question)))
        {
            run.Dispose();
        }

        foreach (var run in next.Values.Where(run => !previous.ContainsKey(run.Question)))
        {
            run.Start();
        }

        // Whoever changes the rules may have mended what was wrong, and is not to wait for the end of a back-off.
        doubtful.ForEach(run => run.Wake());
        lock (_gate)
        {
            _updates--;
        }

        Publish();
        if (plan.IsCut)
        {
            DiscoveryLog.NamesCut(_logger, Service.Name, EndpointPlan.MaximumNames);
        }
    }

    private WatcherRun Begin(EndpointQuestion question) => new(question, _sources(question.Discovery), _schedule, _timeProvider, Accept, Fail);

    private QuestionView? Accept(WatcherRun run, EndpointAnswer answer)
    {
        QuestionView next;
        lock (_gate)
        {
            if (!IsAsked_NeedsLock(run))
            {
                return null;
            }

            next = _memory[run.Question].After(answer, _timeProvider.GetTimestamp());
            _memory[run.Question] = next;
        }

        Publish();
        return next;
    }

    private void Fail(WatcherRun run, Exception exception, int failures)
    {
        lock (_gate)
        {
            if (!IsAsked_NeedsLock(run))
            {
                return;
            }

            _memory[run.Question] = _memory[run.Question].After(exception);
        }

        DiscoveryLog.LookupFailed(_logger, Service.Name, failures, exception.Message);
        Publish();
        Notify(Failed);
    }

    private bool IsAsked_NeedsLock(WatcherRun run) => _runs.TryGetValue(run.Question, out var asked) && asked == run;

    /// <summary>Shows what is known now, unless an update is under way: its own questions may have been answered already, and all of that
    /// becomes visible as one change.</summary>
    private void Publish()
    {
        EndpointView previous;
        EndpointView next;
        lock (_gate)
        {
            if (_updates > 0 || _isDisposed)
            {
                return;
            }

            previous = _view;
            next = _memory.Show(previous);
            Volatile.Write(ref _view, next);
        }

        Tell(previous, next);
        if (!ReferenceEquals(previous.Endpoints, next.Endpoints))
        {
            Notify(_changed);
            _signal.Fire();
        }

        // After the endpoints went out: who waits for this wants to find them.
        if (next.IsSettled)
        {
            _ready.TrySetResult();
        }
    }

    private void Tell(EndpointView previous, EndpointView next)
    {
        if (next.IsCut && !previous.IsCut)
        {
            DiscoveryLog.EndpointsCut(_logger, Service.Name, EndpointView.MaximumEndpoints);
        }

        if (previous.State != next.State)
        {
            DiscoveryLog.StateChanged(_logger, Service.Name, next);
        }
        else if (!ReferenceEquals(previous.Endpoints, next.Endpoints))
        {
            DiscoveryLog.EndpointsChanged(_logger, Service.Name, next.Endpoints.Count);
        }
    }

    private void Notify(Action<EndpointWatcher>? listener)
    {
        try
        {
            listener?.Invoke(this);
        }
#pragma warning disable CA1031 // a listener's fault must not end discovery
        catch (Exception exception)
#pragma warning restore CA1031
        {
            DiscoveryLog.ListenerFailed(_logger, Service.Name, exception);
        }
    }
}
