using Microsoft.Extensions.Logging;

namespace Mesh.Client.Persistence;

/// <summary>The log messages of saved state, numbered from 10000.</summary>
internal static partial class PersistenceLog
{
    public const string Category = "Mesh.Client.State";

    [LoggerMessage(10000, LogLevel.Information, "The last good state is read from {Directory}: the endpoints of {Services} services and the rules of {Sources} sources. It is used where a source does not answer.", EventName = "StateRead")]
    public static partial void Read(ILogger logger, string directory, int services, int sources);

    [LoggerMessage(10001, LogLevel.Warning, "The saved state in {File} cannot be used and is done without: {Problem}", EventName = "StateNotReadable")]
    public static partial void NotReadable(ILogger logger, string file, string problem);

    [LoggerMessage(10002, LogLevel.Warning, "The state cannot be saved to {File}; a start without the sources would not find what is known now: {Problem}", EventName = "StateNotWritable")]
    public static partial void NotWritable(ILogger logger, string file, string problem);

    [LoggerMessage(10003, LogLevel.Warning, "What was saved of {What} cannot be used and is done without; the rest of the file is: {Problem}", EventName = "StatePartNotUsable")]
    public static partial void PartNotUsable(ILogger logger, string what, string problem);
}
