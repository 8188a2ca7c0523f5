using System.Diagnostics;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>How long something took. Lower bounds hold exactly; upper ones are deadlines, ten times what is due.</summary>
internal static class Elapsed
{
    /// <summary>Timers count in ticks of the system's coarse clock, so that each of two waits may end this much early.</summary>
    private static readonly TimeSpan ClockTick = TimeSpan.FromMilliseconds(5);

    public static async Task<(T Result, TimeSpan Time)> OfAsync<T>(Func<Task<T>> work)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await work();
        return (result, Stopwatch.GetElapsedTime(start));
    }

    public static void AssertTwice(TimeSpan wait, TimeSpan time)
    {
        Assert.True(time >= 2 * (wait - ClockTick), $"It took {time.TotalSeconds:0.000} s, less than two waits of {wait.TotalSeconds} s.");
        Assert.True(time < 10 * 2 * wait, $"It took {time.TotalSeconds:0.000} s, far more than two waits of {wait.TotalSeconds} s.");
    }
}
