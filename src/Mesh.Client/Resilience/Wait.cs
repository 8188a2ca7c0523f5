namespace Mesh.Client.Resilience;

/// <summary>Waits under the injected clock, for asynchronous and for synchronous callers.</summary>
internal static class Wait
{
    public static Task DelayAsync(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
        => Task.Delay(delay, timeProvider, cancellationToken);

    /// <summary>Blocks the caller's own thread, as a synchronous send may; waits on an event, never on a task.</summary>
    public static void Delay(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var elapsed = new ManualResetEventSlim();
        using var timer = timeProvider.CreateTimer(
            static state => ((ManualResetEventSlim)state!).Set(), elapsed, delay, Timeout.InfiniteTimeSpan);
        elapsed.Wait(cancellationToken);
    }
}
