using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>
/// Runs what the mesh does by itself: in timers, on the thread pool, in callbacks. Nobody stands above it, so what a listener, a source or
/// a handler of the application throws there would end the process, or the work for ever.
/// </summary>
internal static partial class Background
{
    public const string Category = "Mesh.Client.Background";

    /// <summary>Never throws.</summary>
    /// <param name="state">What the work is done on.</param>
    /// <param name="work">The work.</param>
    /// <param name="name">What it is to operators: the subject of a sentence.</param>
    /// <param name="logger">Where a failure is told; null where there is no logger to reach.</param>
    public static void Run<T>(T state, Action<T> work, string name, ILogger? logger)
    {
        try
        {
            work(state);
        }
#pragma warning disable CA1031 // the whole point
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Tell(name, logger, exception);
        }
    }

    private static void Tell(string name, ILogger? logger, Exception exception)
    {
        try
        {
            if (logger is not null)
            {
                Failed(logger, name, exception);
            }
        }
#pragma warning disable CA1031 // loggers are the application's too
        catch (Exception)
#pragma warning restore CA1031
        {
            // There is nobody left to tell.
        }
    }

    [LoggerMessage(8000, LogLevel.Error, "{Work} failed; the mesh goes on.", EventName = "BackgroundWorkFailed")]
    private static partial void Failed(ILogger logger, string work, Exception exception);
}
