using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>Tells operators which endpoints go out of balance and come back, and what health checks find.</summary>
internal sealed class HealthReporter(TimeProvider timeProvider, MeshTelemetry telemetry, ILogger logger)
{
    public void Connect(OutlierDetector detector, HealthChecker checker)
    {
        detector.EndpointEjected += OnEjected;
        detector.EndpointReturned += OnReturned;
        detector.EjectionImpossible += OnImpossible;
        checker.Checked += OnChecked;
        checker.EndpointFailed += OnFailed;
        checker.EndpointRecovered += OnRecovered;
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

    private void OnChecked(ClusterState cluster, bool hasPassed) => telemetry.CountHealthCheck(cluster.Key.Service, cluster.Key.Subset, hasPassed);

    private void OnFailed(ClusterState cluster, EndpointState endpoint, string reason)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            HealthLog.EndpointFailedCheck(logger, EndpointAuthority.Describe(endpoint.Endpoint, cluster), cluster.Key.ToString(), reason);
        }
    }

    private void OnRecovered(ClusterState cluster, EndpointState endpoint)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            HealthLog.EndpointPassedCheck(logger, EndpointAuthority.Describe(endpoint.Endpoint, cluster), cluster.Key.ToString());
        }
    }
}
