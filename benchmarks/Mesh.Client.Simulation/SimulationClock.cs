namespace Mesh.Client.Simulation;

/// <summary>Time that goes from event to event, in nanoseconds. Nothing in a simulation waits for a timer.</summary>
internal sealed class SimulationClock : TimeProvider
{
    public const long PerSecond = 1_000_000_000;

    public long Now { get; set; }

    public override long TimestampFrequency => PerSecond;

    public override long GetTimestamp() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => throw new NotSupportedException("A simulation has no timers.");
}
