using Microsoft.Extensions.Logging;

namespace Mesh.Client.Health;

/// <summary>The log messages of outlier detection, numbered from 3000.</summary>
internal static partial class HealthLog
{
    public const string Category = "Mesh.Client.Health";

    [LoggerMessage(3000, LogLevel.Information, "{Endpoint} of {Cluster} gets no calls after {Reason}, until {Until:O} at the earliest.", EventName = "EndpointEjected")]
    public static partial void EndpointEjected(ILogger logger, string endpoint, string cluster, string reason, DateTimeOffset until);

    [LoggerMessage(3001, LogLevel.Information, "{Endpoint} of {Cluster} gets calls again.", EventName = "EndpointReturned")]
    public static partial void EndpointReturned(ILogger logger, string endpoint, string cluster);
}
