using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Discovery;

/// <summary>
/// Keeps the endpoints of one service up to date, for the whole process: asks ahead of the end of their validity, goes on with what is
/// known while the source fails, and lets nobody wait but the first calls.
/// </summary>
internal sealed class EndpointWatcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<DiscoveryKind, IEndpointSource> _sources;
    private readonly RefreshSchedule _schedule;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Action<EndpointWatcher> _changed;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _startedAt;
    private EndpointView _view;
    private WatcherRun? _run;
    private bool _isDisposed;

    /// <param name="service">The service as it is now.</param>
    /// <param name="sources">The source for a kind of discovery.</param>
    /// <param name="schedule">When to ask again.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where state changes are told.</param>
    /// <param name="changed">Called without a lock after the endpoints changed, from any thread. It reads <see cref="Endpoints"/>, so that
    /// calls that overtake each other do no harm.</param>
    public EndpointWatcher(
        ServiceModel service,
        Func<DiscoveryKind, IEndpointSource> sources,
        RefreshSchedule schedule,
        TimeProvider timeProvider,
        ILogger logger,
        Action<EndpointWatcher> changed)
    {
        Service = service;
        _sources = sources;
        _schedule = schedule;
        _timeProvider = timeProvider;
        _logger = logger;
        _changed = changed;
        _startedAt = timeProvider.GetTimestamp();
        _view = new EndpointView([], DiscoveryState.Pending, _startedAt);
    }

    /// <summary>The source failed to answer. Raised without a lock, from any thread.</summary>
    public event Action<EndpointWatcher>? Failed;

    public ServiceModel Service { get; private set; }

    public IReadOnlyList<Endpoint> Endpoints => Volatile.Read(ref _view).Endpoints;

    public DiscoveryStatus Status
    {
        get
        {
            var view = Volatile.Read(ref _view);
            return new DiscoveryStatus(view.State, view.Endpoints.Count, _timeProvider.GetElapsedTime(view.ConfirmedAt), view.Problem);
        }
    }

    /// <summary>The source has answered, cannot answer, or has had the time to.</summary>
    public bool IsReady => _ready.Task.IsCompleted || _timeProvider.GetElapsedTime(_startedAt) >= RefreshSchedule.FirstAnswerLimit;

    /// <summary>Completes when <see cref="IsReady"/>, never later than the first-answer limit.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var left = RefreshSchedule.FirstAnswerLimit - _timeProvider.GetElapsedTime(_startedAt);
        if (_ready.Task.IsCompleted || left <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await _ready.Task.WaitAsync(left, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Ready, with what there is.
        }
    }

    /// <summary>The same for synchronous callers, who wait on the system's clock: the answer arrives on another thread.</summary>
    public void WaitUntilReady(CancellationToken cancellationToken)
    {
        var left = RefreshSchedule.FirstAnswerLimit - _timeProvider.GetElapsedTime(_startedAt);
        if (!_ready.Task.IsCompleted && left > TimeSpan.Zero)
        {
            _ready.Task.Wait(left, cancellationToken);
        }
    }

    /// <summary>Begins to watch. A source that knows its answer is asked on this thread.</summary>
    public void Start() => Update(Service);

    /// <summary>Watches <paramref name="service"/> from now on, which is the same service under new rules. The endpoints known so far stay
    /// until its source has answered.</summary>
    public void Update(ServiceModel service)
    {
        WatcherRun next;
        WatcherRun? previous;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            previous = _run;
            next = new WatcherRun(service, _sources(service.Discovery), _schedule, _timeProvider, Accept, Fail);
            _run = next;
            Service = service;
        }

        previous?.Dispose();
        next.Start();
    }

    /// <summary>Asks the source again soon, whatever its answers are still worth.</summary>
    public void Refresh() => Volatile.Read(ref _run)?.Wake();

    public void Dispose()
    {
        WatcherRun? run;
        lock (_gate)
        {
            _isDisposed = true;
            run = _run;
            _run = null;
        }

        run?.Dispose();
        _ready.TrySetResult();
    }

    private EndpointView? Accept(WatcherRun run, EndpointAnswer answer)
    {
        EndpointView previous;
        EndpointView next;
        lock (_gate)
        {
            if (_run != run)
            {
                return null;
            }

            previous = _view;
            next = previous.After(answer, run.Service, _timeProvider.GetTimestamp());
            Volatile.Write(ref _view, next);
        }

        Tell(previous, next, answer);
        if (!ReferenceEquals(previous.Endpoints, next.Endpoints))
        {
            Notify(_changed);
        }

        // After the endpoints went out: who waits for this wants to find them.
        _ready.TrySetResult();
        return next;
    }

    private void Fail(WatcherRun run, Exception exception, int failures)
    {
        EndpointView previous;
        EndpointView next;
        lock (_gate)
        {
            if (_run != run)
            {
                return;
            }

            previous = _view;
            next = previous.After(exception.Message);
            Volatile.Write(ref _view, next);
        }

        if (previous.State == next.State)
        {
            DiscoveryLog.DiscoveryFailedAgain(_logger, Service.Name, failures, exception.Message);
        }
        else if (next.State == DiscoveryState.Stale)
        {
            DiscoveryLog.EndpointsStale(_logger, Service.Name, next.Endpoints.Count, exception.Message);
        }
        else
        {
            DiscoveryLog.DiscoveryFailed(_logger, Service.Name, exception.Message);
        }

        Notify(Failed);
        if (exception is DiscoveryException { IsPermanent: true })
        {
            _ready.TrySetResult();
        }
    }

    private void Tell(EndpointView previous, EndpointView next, EndpointAnswer answer)
    {
        if (answer.Endpoints.Count > EndpointView.MaximumEndpoints && previous.Endpoints.Count < EndpointView.MaximumEndpoints)
        {
            DiscoveryLog.EndpointsCut(_logger, Service.Name, answer.Endpoints.Count, EndpointView.MaximumEndpoints);
        }

        if (previous.State != next.State)
        {
            switch (next.State)
            {
                case DiscoveryState.Known:
                    DiscoveryLog.EndpointsKnown(_logger, Service.Name, next.Endpoints.Count);
                    break;
                case DiscoveryState.Stale:
                    DiscoveryLog.EndpointsStale(_logger, Service.Name, next.Endpoints.Count, next.Problem ?? "");
                    break;
                default:
                    DiscoveryLog.EndpointsEmpty(_logger, Service.Name, next.Problem ?? "");
                    break;
            }
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
