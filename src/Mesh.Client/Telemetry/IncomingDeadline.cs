namespace Mesh.Client.Telemetry;

/// <summary>How long the sender of the incoming request waits for its answer. Immutable; measured on this process's own clock from when the request
/// came.</summary>
internal sealed class IncomingDeadline
{
    /// <summary>Our own answer takes a while to reach the sender: a twentieth of the time is kept for it, and at most this.</summary>
    public static readonly TimeSpan LongestMargin = TimeSpan.FromMilliseconds(10);

    private const int MarginDivisor = 20;

    private readonly TimeProvider _timeProvider;
    private readonly long _end;

    /// <param name="time">As the request says it.</param>
    /// <param name="timeProvider">The clock that counts from now.</param>
    public IncomingDeadline(TimeSpan time, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        var margin = TimeSpan.FromTicks(Math.Min(time.Ticks / MarginDivisor, LongestMargin.Ticks));
        _end = DetachedTimer.After(timeProvider, timeProvider.GetTimestamp(), time - margin);
    }

    /// <summary>For a call that is made now; zero or less where nothing is.</summary>
    public TimeSpan Left => _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), _end);
}
