using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>Timers and work of the mesh itself. They are often started by some call, whose ambient values (activity, culture, user) must
/// neither leak into them nor be kept alive by them.</summary>
internal static class DetachedTimer
{
    /// <summary>A timer that is not running yet and fires once for each <see cref="ITimer.Change"/>. What the callback throws is logged and
    /// goes no further.</summary>
    public static ITimer Create<T>(TimeProvider timeProvider, Action<T> callback, T state, string name, ILogger? logger)
        where T : class
    {
        var work = new Work<T>(callback, state, name, logger);
        if (ExecutionContext.IsFlowSuppressed())
        {
            return timeProvider.CreateTimer(Work<T>.Fire, work, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return timeProvider.CreateTimer(Work<T>.Fire, work, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The timestamp <paramref name="duration"/> after <paramref name="timestamp"/>, exact for any frequency.</summary>
    public static long After(TimeProvider timeProvider, long timestamp, TimeSpan duration)
    {
        // Calls ask for this, and the clocks of systems count in whole parts of a tick: 128 bits are divided only where they do not.
        var (perTick, rest) = long.DivRem(timeProvider.TimestampFrequency, TimeSpan.TicksPerSecond);
        var ticks = rest == 0
            ? (Int128)duration.Ticks * perTick
            : (Int128)duration.Ticks * timeProvider.TimestampFrequency / TimeSpan.TicksPerSecond;
        return (long)Int128.Min(timestamp + ticks, long.MaxValue);
    }

    private sealed class Work<T>(Action<T> callback, T state, string name, ILogger? logger)
    {
        public static readonly TimerCallback Fire = static work => ((Work<T>)work!).Run();

        private void Run() => Background.Run(state, callback, name, logger);
    }
}
