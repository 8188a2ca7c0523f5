using System.Diagnostics.CodeAnalysis;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>One check of one cluster: plans when which endpoint is asked. One timer for all endpoints, and a bound on how many are asked at
/// once, so that a large service does not ask for thousands of connections at the same moment.</summary>
internal sealed class HealthCheckRun : IDisposable
{
    /// <summary>Checks under way at once; the others wait for their turn.</summary>
    internal const int MaximumConcurrency = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<EndpointState, EndpointCheck> _checks = new(ReferenceEqualityComparer.Instance);
    private readonly PriorityQueue<EndpointCheck, long> _queue = new();
    private readonly ClusterChecks _cluster;
    private readonly HealthChecker _owner;
    private readonly ITimer _timer;
    private EndpointState[] _endpoints = [];
    private int _running;
    private bool _isPumping;
    private bool _isStopped;

    public HealthCheckRun(ClusterChecks cluster, HealthCheckConfiguration configuration, HealthChecker owner)
    {
        _cluster = cluster;
        _owner = owner;
        Configuration = configuration;
        _timer = DetachedTimer.Create(owner.TimeProvider, static run => run.Pump(), this, "A health check", owner.Logger);
    }

    public HealthCheckConfiguration Configuration { get; }

    /// <summary>Brings the plan in line with the endpoints there are.</summary>
    /// <param name="endpoints">All of them.</param>
    /// <param name="previous">The check whose place this one takes: what it found holds until the first result.</param>
    public void Update(EndpointState[] endpoints, HealthCheckRun? previous)
    {
        var abandoned = new List<CancellationTokenSource>();
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            foreach (var gone in ListChange.Missing(_endpoints, endpoints))
            {
                Remove(_checks[gone], abandoned);
            }

            var now = _owner.TimeProvider.GetTimestamp();
            foreach (var endpoint in ListChange.Missing(endpoints, _endpoints))
            {
                var check = new EndpointCheck(endpoint, previous?.IsFailing(endpoint) ?? false);
                _checks.Add(endpoint, check);
                if (IsWanted(check))
                {
                    Plan(check, now, _owner.Draw(Configuration.InitialJitter));
                }
            }

            _endpoints = endpoints;
            Arm(now);
        }

        Cancel(abandoned);
    }

    /// <summary>Something speaks against the endpoint: it is asked at once where it is not asked already.</summary>
    public void Suspect(EndpointState endpoint)
    {
        lock (_gate)
        {
            if (Configuration.OnlySuspects && !_isStopped && _checks.TryGetValue(endpoint, out var check) && check is { Due: EndpointCheck.Never, Running: null })
            {
                var now = _owner.TimeProvider.GetTimestamp();
                Plan(check, now, _owner.Draw(Configuration.InitialJitter));
                Arm(now);
            }
        }
    }

    /// <summary>The endpoint said by itself that it is not well.</summary>
    /// <returns>False where the check knew.</returns>
    public bool Fail(EndpointState endpoint)
    {
        lock (_gate)
        {
            if (_isStopped || !_checks.TryGetValue(endpoint, out var check) || !check.Fail())
            {
                return false;
            }

            if (check.Running is null)
            {
                var now = _owner.TimeProvider.GetTimestamp();
                Plan(check, now, NextInterval(check, isHealthy: false, now));
                Arm(now);
            }

            return true;
        }
    }

    /// <summary>No more checks; what they found stays.</summary>
    public void Dispose()
    {
        var abandoned = new List<CancellationTokenSource>();
        lock (_gate)
        {
            _isStopped = true;
            _timer.Dispose();
            _queue.Clear();
            abandoned.AddRange(_checks.Values.Select(check => check.Running).OfType<CancellationTokenSource>());
        }

        Cancel(abandoned);
    }

    /// <summary>The endpoints from which it keeps calls away.</summary>
    public IReadOnlyList<EndpointState> GetFailing()
    {
        lock (_gate)
        {
            return [.. _checks.Values.Where(check => check.IsFailing).Select(check => check.Endpoint)];
        }
    }

    /// <summary>Without the lock, since what waits for the token goes on at once.</summary>
    private static void Cancel(List<CancellationTokenSource> abandoned)
    {
        foreach (var running in abandoned)
        {
            try
            {
                running.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The check has just ended.
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private void Remove(EndpointCheck check, List<CancellationTokenSource> abandoned)
    {
        check.IsRemoved = true;
        _checks.Remove(check.Endpoint);
        if (check.Running is { } running)
        {
            abandoned.Add(running);
        }
    }

    private bool IsFailing(EndpointState endpoint)
    {
        lock (_gate)
        {
            return _checks.TryGetValue(endpoint, out var check) && check.IsFailing;
        }
    }

    private bool IsWanted(EndpointCheck check)
        => !Configuration.OnlySuspects || check.IsFailing || check.IsPending || check.Endpoint.IsEjected
            || check.Endpoint.ConnectFailedUntil != EndpointState.NoConnectFailure;

    /// <summary>Under the lock.</summary>
    private void Plan(EndpointCheck check, long now, TimeSpan after)
    {
        check.Due = DetachedTimer.After(_owner.TimeProvider, now, after);
        _queue.Enqueue(check, check.Due);
    }

    /// <summary>Under the lock. Checks run in the timer's own context, never in that of a call that planned one.</summary>
    private void Arm(long now)
    {
        DropStale();
        if (!_isStopped && !_isPumping && _running < MaximumConcurrency && _queue.TryPeek(out _, out var due))
        {
            _timer.Change(due <= now ? TimeSpan.Zero : RoundUp(_owner.TimeProvider.GetElapsedTime(now, due)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Timers count in milliseconds: one that fires too early would be armed again for nothing.</summary>
    private static TimeSpan RoundUp(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));

    /// <summary>Under the lock: what was planned anew, or has left, stands in the queue still.</summary>
    private void DropStale()
    {
        while (_queue.TryPeek(out var check, out var due) && (check.IsRemoved || check.Due != due))
        {
            _queue.Dequeue();
        }
    }

    /// <summary>Starts what is due. One at a time: whoever comes meanwhile has left its news under the lock, where this looks again.</summary>
    private void Pump()
    {
        lock (_gate)
        {
            if (_isPumping)
            {
                return;
            }

            _isPumping = true;
        }

        while (TryTake(out var check, out var running))
        {
            _ = RunAsync(check, running);
        }
    }

    private bool TryTake([NotNullWhen(true)] out EndpointCheck? check, [NotNullWhen(true)] out CancellationTokenSource? running)
    {
        lock (_gate)
        {
            DropStale();
            var now = _owner.TimeProvider.GetTimestamp();
            if (_isStopped || _running >= MaximumConcurrency || !_queue.TryPeek(out check, out var due) || due > now)
            {
                (check, running) = (null, null);
                _isPumping = false;
                Arm(now);
                return false;
            }

            _queue.Dequeue();
            check.Due = EndpointCheck.Never;
            check.Running = running = new CancellationTokenSource(Configuration.Timeout, _owner.TimeProvider);
            _running++;
            return true;
        }
    }

    /// <summary>Never throws.</summary>
    private async Task RunAsync(EndpointCheck check, CancellationTokenSource running)
    {
        HealthCheckResult result;
        try
        {
            result = await _owner.Probe.CheckAsync(_cluster.Cluster, check.Endpoint, Configuration.Protocol, running.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever it is, there was no answer
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = HealthCheckResult.Failed(running.IsCancellationRequested ? "no answer in time" : exception.Message);
        }

        Background.Run((run: this, check, result), static done => done.run.Complete(done.check, done.result), "The result of a health check", _owner.Logger);
        lock (_gate)
        {
            check.Running = null;
            _running--;
            running.Dispose();
            if (!_isStopped && !check.IsRemoved && IsWanted(check))
            {
                var now = _owner.TimeProvider.GetTimestamp();
                Plan(check, now, NextInterval(check, result.IsHealthy, now));
            }
        }

        Pump();
    }

    private void Complete(EndpointCheck check, in HealthCheckResult result)
    {
        bool hasChanged;
        lock (_gate)
        {
            if (_isStopped || check.IsRemoved)
            {
                return;
            }

            hasChanged = check.Take(result, Configuration);
        }

        _owner.Complete(_cluster.Cluster, check.Endpoint, result, hasChanged, Configuration);
    }

    /// <summary>Under the lock. Envoy's choice of interval; a cluster counts as without traffic after a whole interval for such without a
    /// call.</summary>
    private TimeSpan NextInterval(EndpointCheck check, bool isHealthy, long now)
    {
        var unhealthy = Configuration.UnhealthyInterval ?? Configuration.Interval;
        var interval = _cluster.IsIdle(now, Configuration.NoTrafficInterval) ? Configuration.NoTrafficInterval
            : isHealthy ? check.IsPending ? Configuration.HealthyEdgeInterval ?? Configuration.Interval : Configuration.Interval
            : check.IsPending ? Configuration.UnhealthyEdgeInterval ?? unhealthy : unhealthy;
        return interval + _owner.Draw(Configuration.IntervalJitter);
    }
}
