using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>Tells operators what circuit breakers do.</summary>
internal sealed class LimitReporter(MeshTelemetry telemetry, ILogger logger)
{
    public void Connect(CircuitBreakers breakers) => breakers.Changed += OnChanged;

    private void OnChanged(ClusterState cluster, EndpointState? endpoint, MeshCircuitState state)
    {
        telemetry.Limits.CountTransition(cluster.Key, endpoint is not null, state);
        if (!logger.IsEnabled(LogLevel.Warning))
        {
            return;
        }

        var name = cluster.Key.ToString();
        var settings = cluster.Model.Policy.CircuitBreaker;
        if (endpoint is null)
        {
            Tell(name, state, (settings?.Cluster ?? new()).BreakDuration);
        }
        else
        {
            Tell(EndpointAuthority.Describe(endpoint.Endpoint, cluster), name, state, (settings?.Endpoint ?? new()).BreakDuration);
        }
    }

    private void Tell(string cluster, MeshCircuitState state, TimeSpan @break)
    {
        switch (state)
        {
            case MeshCircuitState.Open:
                LimitLog.ClusterOpened(logger, cluster, @break);
                break;
            case MeshCircuitState.HalfOpen:
                LimitLog.ClusterHalfOpened(logger, cluster);
                break;
            default:
                LimitLog.ClusterClosed(logger, cluster);
                break;
        }
    }

    private void Tell(string endpoint, string cluster, MeshCircuitState state, TimeSpan @break)
    {
        switch (state)
        {
            case MeshCircuitState.Open:
                LimitLog.EndpointOpened(logger, endpoint, cluster, @break);
                break;
            case MeshCircuitState.HalfOpen:
                LimitLog.EndpointHalfOpened(logger, endpoint, cluster);
                break;
            default:
                LimitLog.EndpointClosed(logger, endpoint, cluster);
                break;
        }
    }
}
