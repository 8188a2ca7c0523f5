using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Resilience;

/// <summary>The breakers of clusters and of their endpoints: who may go, and what becomes of outcomes.</summary>
/// <param name="timeProvider">The mesh's clock.</param>
/// <param name="logger">Where failures of listeners and of timers are told.</param>
internal sealed class CircuitBreakers(TimeProvider timeProvider, ILogger? logger = null)
{
    /// <summary>A breaker has changed its state; the endpoint is null for that of the cluster. Raised on the thread of a call.</summary>
    public event Action<ClusterState, EndpointState?, MeshCircuitState>? Changed;

    /// <summary>That of the endpoint; null where it was never asked.</summary>
    public static CircuitBreaker? Of(EndpointState endpoint) => (CircuitBreaker?)endpoint.Breaker;

    public CircuitEntry TryEnter(ClusterState cluster, CircuitBreaker breaker, long now) => Told(cluster, null, breaker.TryEnter(now));

    /// <param name="cluster">The cluster.</param>
    /// <param name="endpoint">Its endpoint.</param>
    /// <param name="settings">Those for endpoints of the cluster.</param>
    /// <param name="now">A timestamp of the clock.</param>
    public CircuitEntry TryEnter(ClusterState cluster, EndpointState endpoint, BreakerConfiguration settings, long now)
        => Told(cluster, endpoint, BreakerOf(endpoint, settings).TryEnter(now));

    /// <summary>An attempt ended. Those of which nobody is to blame are not reported.</summary>
    public void Report(ClusterState cluster, EndpointState endpoint, ClusterLimits limits, bool isFailure, long now)
    {
        if (limits.Breaker?.Report(now, isFailure) is { } state)
        {
            Tell(cluster, null, state);
        }

        if (limits.EndpointBreaker is not { } settings)
        {
            return;
        }

        var breaker = BreakerOf(endpoint, settings);
        if (breaker.Report(now, isFailure) is { } ofEndpoint)
        {
            OnEndpointChanged(cluster, endpoint, breaker, ofEndpoint);
        }
    }

    /// <summary>An attempt on trial came to nothing.</summary>
    public void Abandon(ClusterState cluster, EndpointState? endpoint, CircuitBreaker breaker)
    {
        if (breaker.Abandon() is { } state)
        {
            Tell(cluster, endpoint, state);
        }
    }

    /// <summary>To be called after the cluster's rules changed.</summary>
    public static void OnPolicyChanged(ClusterState cluster)
    {
        var resilience = ClusterResilience.Of(cluster);
        if (resilience.Limits?.EndpointBreaker is not null)
        {
            return;
        }

        foreach (var endpoint in cluster.Endpoints.All)
        {
            endpoint.ForgetBreaker();
        }

        resilience.Broken?.Clear();
    }

    /// <summary>No rule names the cluster any more.</summary>
    public static void Stop(ClusterState cluster) => ClusterResilience.Of(cluster).Broken?.Stop();

    private void OnEndpointChanged(ClusterState cluster, EndpointState endpoint, CircuitBreaker breaker, MeshCircuitState state)
    {
        var resilience = ClusterResilience.Of(cluster);
        var broken = resilience.Broken ?? resilience.SetBroken(new BrokenEndpoints(cluster, timeProvider, logger));
        if (state == MeshCircuitState.Open)
        {
            broken.Add(endpoint, breaker.OpenUntil);
        }
        else
        {
            broken.Remove(endpoint);
        }

        Tell(cluster, endpoint, state);
    }

    private CircuitBreaker BreakerOf(EndpointState endpoint, BreakerConfiguration settings)
    {
        var breaker = Of(endpoint) ?? (CircuitBreaker)endpoint.SetBreaker(new CircuitBreaker(settings, timeProvider));
        if (!ReferenceEquals(breaker.Settings, settings))
        {
            breaker.Settings = settings;
        }

        return breaker;
    }

    private CircuitEntry Told(ClusterState cluster, EndpointState? endpoint, CircuitEntry entry)
    {
        if (entry == CircuitEntry.OnTrial)
        {
            Tell(cluster, endpoint, MeshCircuitState.HalfOpen);
        }

        return entry;
    }

    private void Tell(ClusterState cluster, EndpointState? endpoint, MeshCircuitState state)
    {
        if (Changed is { } listeners)
        {
            Background.Run(
                (listeners, cluster, endpoint, state), static told => told.listeners(told.cluster, told.endpoint, told.state), "A listener to circuit breakers", logger);
        }
    }
}
