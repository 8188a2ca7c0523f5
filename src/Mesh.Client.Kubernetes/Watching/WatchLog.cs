using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Watching;

/// <summary>The log messages of watches, numbered from 9000. A state is logged when it begins and when it ends; what repeats meanwhile is for debugging.</summary>
internal static partial class WatchLog
{
    public const string Category = "Mesh.Client.Kubernetes";

    [LoggerMessage(9000, LogLevel.Information, "Watching {Resource}: {Count} objects.", EventName = "ResourceKnown")]
    public static partial void Known(ILogger logger, string resource, int count);

    [LoggerMessage(9001, LogLevel.Warning, "{Resource}: going on with {Count} known objects, which may be out of date: {Problem}", EventName = "ResourceStale")]
    public static partial void Stale(ILogger logger, string resource, int count, string problem);

    [LoggerMessage(9002, LogLevel.Error, "{Resource}: nothing is known, and the API server is asked in vain: {Problem}", EventName = "ResourceFailed")]
    public static partial void Failed(ILogger logger, string resource, string problem);

    [LoggerMessage(9003, LogLevel.Information, "{Resource}: the API server has no such resource; it is looked for again about every 45 s.", EventName = "ResourceAbsent")]
    public static partial void Absent(ILogger logger, string resource);

    [LoggerMessage(9004, LogLevel.Debug, "{Resource}: an attempt failed, {Failures} in a row now: {Problem}", EventName = "ResourceAttemptFailed")]
    public static partial void AttemptFailed(ILogger logger, string resource, int failures, string problem);

    [LoggerMessage(9005, LogLevel.Warning, "{Resource}: {Object} cannot be read and its previous version, if any, stays: {Problem}", EventName = "ObjectRefused")]
    public static partial void Refused(ILogger logger, string resource, string @object, string problem);

    [LoggerMessage(9006, LogLevel.Debug, "{Resource}: everything is listed anew: {Problem}", EventName = "ResourceRelist")]
    public static partial void Relist(ILogger logger, string resource, string problem);

    [LoggerMessage(9007, LogLevel.Error, "{Resource}: the watch failed in a way that was not foreseen; it goes on.", EventName = "WatchFailed")]
    public static partial void Unforeseen(ILogger logger, string resource, Exception exception);
}
