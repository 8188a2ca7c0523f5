using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mesh.Client.TestKit;

/// <summary>Waits for a state that other threads or processes bring about: returns as soon as it holds, fails after a generous deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
        => TrueAsync(() => Task.FromResult(condition()), Deadline, what);

    public static Task TrueAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
        => TrueAsync(condition, Deadline, what);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > deadline)
            {
                throw new TimeoutException($"Waited {deadline.TotalSeconds:0} s in vain for: {what}");
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>The task's result; fails instead of hanging where it does not end.</summary>
    public static async Task<T> EndsAsync<T>(Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await EndsAsync((Task)task, what);
        return await task;
    }

    /// <summary>Awaits the task; fails instead of hanging where it does not end.</summary>
    public static async Task EndsAsync(Task task, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        if (await Task.WhenAny(task, Task.Delay(Deadline)) != task)
        {
            throw new TimeoutException($"Waited {Deadline.TotalSeconds:0} s in vain for the end of: {what}");
        }

        await task;
    }
}
