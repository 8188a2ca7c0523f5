namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>The clock of a machine whose time of day differs from that of the others; seconds last as long.</summary>
internal sealed class OtherClock(TimeSpan ahead) : TimeProvider
{
    private long _ahead = ahead.Ticks;

    /// <summary>By how much it is ahead of the others; it may be set back and forth.</summary>
    public TimeSpan Ahead { set => Volatile.Write(ref _ahead, value.Ticks); }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ahead));
}
