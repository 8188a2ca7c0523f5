using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.AspNetCore.Propagation;

/// <summary>Takes from an incoming request how long its sender waits. What it says is the sender's: it can only make our own calls end earlier,
/// and what is no time is passed over.</summary>
internal sealed partial class IncomingDeadlineReader(IMeshConfigurationAccessor configuration, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>The shorter one, where both forms are there; null where neither is, or the rules do not ask.</summary>
    public IncomingDeadline? Read(IHeaderDictionary headers)
    {
        if (!configuration.Current.Extension.Deadlines)
        {
            return null;
        }

        var time = TimeSpan.MaxValue;
        var isThere = Take(headers, DeadlineHeaders.Expected, ref time) | Take(headers, DeadlineHeaders.Grpc, ref time);
        return isThere ? new IncomingDeadline(time, timeProvider) : null;
    }

    private bool Take(IHeaderDictionary headers, string name, ref TimeSpan shortest)
    {
        if (!headers.TryGetValue(name, out var values) || values.Count == 0)
        {
            return false;
        }

        if (values.Count == 1 && DeadlineHeaders.TryParse(name, values[0], out var time) && time <= DeadlineHeaders.Longest)
        {
            shortest = time < shortest ? time : shortest;
            return true;
        }

        configuration.CountIgnoredDeadline(name);
        Log.Ignored(logger, name);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.Incoming + 3, LogLevel.Debug,
            "Incoming header {Header} is not used as a deadline: it is no time, or one longer than a day.")]
        public static partial void Ignored(ILogger logger, string header);
    }
}
