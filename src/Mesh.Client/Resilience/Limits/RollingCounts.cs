namespace Mesh.Client.Resilience;

/// <summary>
/// Two counts over the last so-and-so long, which moves on by a tenth at a time: windows begin with the first event after the end of the one
/// before, as in Polly's rolling health metrics. Safe for use by several threads, without a lock; only the first event of a window allocates.
/// </summary>
/// <param name="timeProvider">The mesh's clock.</param>
internal sealed class RollingCounts(TimeProvider timeProvider)
{
    /// <summary>To <see cref="Add"/>: one more in the first count.</summary>
    public const long First = 1;

    /// <summary>To <see cref="Add"/>: one more in the second count.</summary>
    public const long Second = 1L << SecondShift;

    private const int SecondShift = 32;
    private const int Windows = 10;

    private Window? _newest;

    /// <param name="now">A timestamp of the clock.</param>
    /// <param name="span">How long events count.</param>
    /// <param name="amount"><see cref="First"/>, <see cref="Second"/>, or their sum.</param>
    public void Add(long now, TimeSpan span, long amount)
    {
        var newest = Volatile.Read(ref _newest);
        if (newest is null || timeProvider.GetElapsedTime(newest.Start, now) >= WindowOf(span))
        {
            newest = MoveOn(newest, now, span);
        }

        Interlocked.Add(ref newest.Counts, amount);
    }

    /// <summary>Both counts of the last <paramref name="span"/>.</summary>
    public (int First, int Second) Sum(long now, TimeSpan span)
    {
        var sum = 0L;
        for (var window = Volatile.Read(ref _newest); window is not null && IsWithin(window, now, span); window = Volatile.Read(ref window.Before))
        {
            sum += Volatile.Read(ref window.Counts);
        }

        return ((int)(sum & uint.MaxValue), (int)(sum >> SecondShift));
    }

    public void Clear() => Volatile.Write(ref _newest, null);

    private static TimeSpan WindowOf(TimeSpan span) => TimeSpan.FromTicks(span.Ticks / Windows);

    private bool IsWithin(Window window, long now, TimeSpan span) => timeProvider.GetElapsedTime(window.Start, now) < span;

    private Window MoveOn(Window? newest, long now, TimeSpan span)
    {
        var next = new Window(now, newest);
        var seen = Interlocked.CompareExchange(ref _newest, next, newest);
        if (seen != newest)
        {
            // Another event began the window, or all were cleared; then this one is the first again.
            return seen ?? MoveOn(null, now, span);
        }

        // What nobody will look at again is let go.
        for (var window = next; window is not null; window = window.Before)
        {
            if (window.Before is { } before && !IsWithin(before, now, span))
            {
                Volatile.Write(ref window.Before, null);
            }
        }

        return next;
    }

    private sealed class Window(long start, Window? before)
    {
        public readonly long Start = start;

        public Window? Before = before;

        public long Counts;
    }
}
