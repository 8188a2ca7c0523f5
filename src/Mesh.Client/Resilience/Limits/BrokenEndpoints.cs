using Mesh.Client.Health;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Resilience;

/// <summary>The endpoints of one cluster that are out of balance by their breakers. One timer brings them back as their breaks end; it exists while
/// there is one.</summary>
internal sealed class BrokenEndpoints(ClusterState cluster, TimeProvider timeProvider, ILogger? logger)
{
    private const long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _firesAt = Never;
    private bool _isStopped;

    /// <summary>The breaker of the endpoint has opened: no pick finds it until its break is over.</summary>
    /// <param name="endpoint">Of the cluster.</param>
    /// <param name="until">The end of the break.</param>
    public void Add(EndpointState endpoint, long until)
    {
        endpoint.IsBroken = true;
        AvailableEndpoints.Publish(cluster);
        lock (_gate)
        {
            Arm(until);
        }
    }

    /// <summary>The breaker has closed.</summary>
    public void Remove(EndpointState endpoint)
    {
        if (endpoint.IsBroken)
        {
            endpoint.IsBroken = false;
            AvailableEndpoints.Publish(cluster);
        }
    }

    /// <summary>Rules ask for no breakers any more.</summary>
    public void Clear()
    {
        foreach (var endpoint in cluster.Endpoints.All)
        {
            endpoint.IsBroken = false;
        }

        AvailableEndpoints.Publish(cluster);
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _timer?.Dispose();
            _timer = null;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Arm(long until)
    {
        if (until >= _firesAt || _isStopped)
        {
            return;
        }

        _timer ??= DetachedTimer.Create(timeProvider, static broken => broken.Return(), this, "The end of a circuit breaker's break", logger);
        _firesAt = until;
        var now = timeProvider.GetTimestamp();
        _timer.Change(until > now ? timeProvider.GetElapsedTime(now, until) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Return()
    {
        lock (_gate)
        {
            _firesAt = Never;
        }

        var now = timeProvider.GetTimestamp();
        var next = Never;
        var hasReturned = false;
        foreach (var endpoint in cluster.Endpoints.All)
        {
            if (!endpoint.IsBroken)
            {
                continue;
            }

            if (endpoint.Breaker is CircuitBreaker { State: MeshCircuitState.Open, OpenUntil: var until } && until > now)
            {
                next = Math.Min(next, until);
                continue;
            }

            endpoint.IsBroken = false;
            hasReturned = true;
        }

        if (hasReturned)
        {
            AvailableEndpoints.Publish(cluster);
        }

        lock (_gate)
        {
            if (next != Never)
            {
                Arm(next);
            }
            else if (_firesAt == Never)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }
}
