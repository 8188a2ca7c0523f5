using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>The log messages of outlier detection and of health checks, numbered from 3000.</summary>
internal static partial class HealthLog
{
    public const string Category = "Mesh.Client.Health";

    [LoggerMessage(3000, LogLevel.Information, "{Endpoint} of {Cluster} gets no calls after {Reason}, until {Until:O} at the earliest.", EventName = "EndpointEjected")]
    public static partial void EndpointEjected(ILogger logger, string endpoint, string cluster, string reason, DateTimeOffset until);

    [LoggerMessage(3001, LogLevel.Information, "{Endpoint} of {Cluster} gets calls again.", EventName = "EndpointReturned")]
    public static partial void EndpointReturned(ILogger logger, string endpoint, string cluster);

    [LoggerMessage(3002, LogLevel.Information, "{Endpoint} of {Cluster} gets no calls after {Reason}, until it is returned by hand.", EventName = "EndpointEjectedByHand")]
    public static partial void EndpointEjectedForGood(ILogger logger, string endpoint, string cluster, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "Nobody of {Cluster} can be ejected: its maxEjectionPercent of {Percent} leaves no room among {Endpoints} endpoints. Raise it, or write alwaysEjectOneHost. This is told once.", EventName = "EjectionImpossible")]
    public static partial void EjectionImpossible(ILogger logger, string cluster, int percent, int endpoints);

    [LoggerMessage(3004, LogLevel.Information, "{Endpoint} of {Cluster} gets no calls until it passes its health check, which said: {Reason}.", EventName = "EndpointFailedHealthCheck")]
    public static partial void EndpointFailedCheck(ILogger logger, string endpoint, string cluster, string reason);

    [LoggerMessage(3005, LogLevel.Information, "{Endpoint} of {Cluster} passes its health check again.", EventName = "EndpointPassedHealthCheck")]
    public static partial void EndpointPassedCheck(ILogger logger, string endpoint, string cluster);
}
