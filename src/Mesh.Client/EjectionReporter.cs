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
    }

    private void OnEjected(ClusterState cluster, EndpointState endpoint, Ejection ejection)
    {
        telemetry.CountEjection(cluster.Key.Service, cluster.Key.Subset);
        if (logger.IsEnabled(LogLevel.Information))
        {
            HealthLog.EndpointEjected(
                logger,
                EndpointAuthority.Describe(endpoint.Endpoint, cluster),
                cluster.Key.ToString(),
                ejection.Reason,
                timeProvider.GetUtcNow() + ejection.Duration);
        }
    }

    private void OnReturned(ClusterState cluster, EndpointState endpoint)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            HealthLog.EndpointReturned(logger, EndpointAuthority.Describe(endpoint.Endpoint, cluster), cluster.Key.ToString());
        }
    }
}
