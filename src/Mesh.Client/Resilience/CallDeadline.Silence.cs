namespace Mesh.Client.Resilience;

/// <summary>
/// The longest silence of a call: counted while a read waits for bytes of the response or a body is being sent, and begun anew by every byte
/// either way. Bytes only note the time; the timer, when it comes, looks at the note and goes on, so that a busy stream costs a timestamp per
/// read and the timer fires once per silence. Safe for both directions at once.
/// </summary>
internal sealed partial class CallDeadline
{
    private TimeSpan _silence;

    // Of the limits the earliest, for the timer.
    private long _limit = Never;

    // Timestamp of the last byte, and how many transfers wait for the next one.
    private long _lastByte;
    private int _transfers;

    /// <summary>Bodies are to tell of their bytes.</summary>
    public bool WatchesSilence => _silence > TimeSpan.Zero;

    /// <summary>From here on a transfer that moves no byte for <paramref name="time"/> ends the call.</summary>
    public void LimitSilence(TimeSpan time)
    {
        _silence = time;
        TryMoveTo(Earliest());
    }

    /// <summary>Bytes are waited for, until <see cref="EndTransfer"/>. As the next two it may come after the end of the call.</summary>
    public void BeginTransfer()
    {
        NoteByte();
        Interlocked.Increment(ref _transfers);
    }

    public void EndTransfer() => Interlocked.Decrement(ref _transfers);

    /// <summary>Some have moved.</summary>
    public void NoteByte() => Volatile.Write(ref _lastByte, _timeProvider.GetTimestamp());

    /// <summary>What is due after <paramref name="due"/>, which has come; itself where that was one of the limits, or the silence was too long.</summary>
    private long AfterSilence(long due)
    {
        var limit = Volatile.Read(ref _limit);
        if (!WatchesSilence || due >= limit)
        {
            return due;
        }

        // Where nobody waits for a byte there is no silence: it looks again later.
        var from = Volatile.Read(ref _transfers) == 0 ? _timeProvider.GetTimestamp() : Volatile.Read(ref _lastByte);
        var silent = DetachedTimer.After(_timeProvider, from, _silence);
        return _timer.IsReached(silent) ? due : Math.Min(silent, limit);
    }
}
