using Microsoft.Extensions.Logging;

namespace Mesh.Client.Resilience;

/// <summary>The log messages of circuit breakers, numbered from 4020.</summary>
internal static partial class LimitLog
{
    public const string Category = "Mesh.Client.Resilience";

    [LoggerMessage(4020, LogLevel.Warning, "The circuit breaker of {Cluster} is open: its calls are answered 503 for {Break}, after which one is let through on trial.", EventName = "ClusterCircuitOpened")]
    public static partial void ClusterOpened(ILogger logger, string cluster, TimeSpan @break);

    [LoggerMessage(4021, LogLevel.Information, "The circuit breaker of {Cluster} is half open: one call is on trial.", EventName = "ClusterCircuitHalfOpened")]
    public static partial void ClusterHalfOpened(ILogger logger, string cluster);

    [LoggerMessage(4022, LogLevel.Information, "The circuit breaker of {Cluster} is closed again.", EventName = "ClusterCircuitClosed")]
    public static partial void ClusterClosed(ILogger logger, string cluster);

    [LoggerMessage(4023, LogLevel.Information, "The circuit breaker of {Endpoint} of {Cluster} is open: it gets no calls for {Break}, after which one is let through on trial.", EventName = "EndpointCircuitOpened")]
    public static partial void EndpointOpened(ILogger logger, string endpoint, string cluster, TimeSpan @break);

    [LoggerMessage(4024, LogLevel.Information, "The circuit breaker of {Endpoint} of {Cluster} is half open: one call is on trial.", EventName = "EndpointCircuitHalfOpened")]
    public static partial void EndpointHalfOpened(ILogger logger, string endpoint, string cluster);

    [LoggerMessage(4025, LogLevel.Information, "The circuit breaker of {Endpoint} of {Cluster} is closed again.", EventName = "EndpointCircuitClosed")]
    public static partial void EndpointClosed(ILogger logger, string endpoint, string cluster);
}
