using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>Tells operators which endpoints go out of balance and come back.</summary>
internal sealed class EjectionReporter(TimeProvider timeProvider, MeshTelemetry telemetry, ILogger logger)
{
    public void Connect(OutlierDetector detector)
    {
        detector.EndpointEjected += OnEjected;
        detector.EndpointReturned += OnReturned;
        detector.EjectionImpossible += OnImpossible;
    }

    private void OnEjected(ClusterState cluster, EndpointState endpoint, Ejection ejection)
    {
        telemetry.CountEjection(cluster.Key.Service, cluster.Key.Subset);
        if (logger.IsEnabled(LogLevel.Information))
        {
            var address = EndpointAuthority.Describe(endpoint.Endpoint, cluster);
            if (ejection.Duration is { } duration)
            {
                HealthLog.EndpointEjected(logger, address, cluster.Key.ToString(), ejection.Reason, timeProvider.GetUtcNow() + duration);
            }
            else
            {
                HealthLog.EndpointEjectedForGood(logger, address, cluster.Key.ToString(), ejection.Reason);
            }
        }
    }

    private void OnReturned(ClusterState cluster, EndpointState endpoint)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            HealthLog.EndpointReturned(logger, EndpointAuthority.Describe(endpoint.Endpoint, cluster), cluster.Key.ToString());
        }
    }

    private void OnImpossible(ClusterState cluster)
    {
        if (logger.IsEnabled(LogLevel.Warning) && cluster.Model.Policy.OutlierDetection is { } policy)
        {
            HealthLog.EjectionImpossible(logger, cluster.Key.ToString(), policy.MaxEjectionPercent, cluster.Endpoints.All.Length);
        }
    }
}
