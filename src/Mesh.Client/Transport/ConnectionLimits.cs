using Mesh.Client.Model;

namespace Mesh.Client.Transport;

/// <summary>
/// The limits of one cluster, by admission: a call holds a connection from before it is sent to the end of its answer, whichever socket
/// carries it. Calls that find room take no lock; those that have to wait stand in line, and only they and those who let them in do.
/// </summary>
internal sealed class ConnectionLimits
{
    // Calls of HTTP/1.1 below, of HTTP/2 above: both change in one step, so that no call sees room that another has taken.
    private const int Http2Shift = 32;
    private const long OneHttp1 = 1;
    private const long OneHttp2 = 1L << Http2Shift;

    private readonly Lock _gate = new();
    private readonly LinkedList<PendingCall> _line = [];
    private PoolLimits _limits;
    private long _calls;
    private int _pending;
    private int _retries;
    private long _overflows;

    public ConnectionLimits(PoolLimits limits) => _limits = limits;

    /// <summary>Calls under way.</summary>
    public int Active => ActiveOf(Volatile.Read(ref _calls));

    /// <summary>Calls that wait.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Retries under way.</summary>
    public int Retries => Volatile.Read(ref _retries);

    /// <summary>Calls that were turned away since the beginning.</summary>
    public long Overflows => Interlocked.Read(ref _overflows);

    public PoolLimits Limits => Volatile.Read(ref _limits);

    /// <summary>Newer rules. Calls under way stay, those that wait come in where there is room now.</summary>
    public void Change(PoolLimits limits)
    {
        Volatile.Write(ref _limits, limits);
        Interlocked.MemoryBarrier();
        LetIn();
    }

    /// <summary>Takes a connection; else a place in the line in <paramref name="pending"/>; else nothing, and the call has overflowed.</summary>
    public bool TryEnter(bool isHttp2, out PendingCall? pending)
    {
        pending = null;
        if (Volatile.Read(ref _pending) == 0 && TryTake(isHttp2))
        {
            return true;
        }

        lock (_gate)
        {
            if (_line.Count == 0 && TryTake(isHttp2))
            {
                return true;
            }

            // A limit on calls turns away at once; one on connections lets wait.
            if (Active >= Limits.MaxRequests || _line.Count >= Limits.MaxPendingRequests)
            {
                Interlocked.Increment(ref _overflows);
                return false;
            }

            pending = new PendingCall(this, isHttp2);
            _line.AddLast(pending.Place);

            // From here on whoever leaves looks into the line; who left before this was seen has made room that only we know of.
            Interlocked.Exchange(ref _pending, _line.Count);
            LetInNext();
            return true;
        }
    }

    /// <summary>Takes a connection if there is one and nobody waits for it; for what must not stand in the way of calls.</summary>
    public bool TryEnterAtOnce(bool isHttp2)
    {
        if (Volatile.Read(ref _pending) == 0 && TryTake(isHttp2))
        {
            return true;
        }

        Interlocked.Increment(ref _overflows);
        return false;
    }

    /// <summary>Gives back what <see cref="TryEnter"/> took, or what a place in the line became.</summary>
    public void Leave(bool isHttp2)
    {
        Interlocked.Add(ref _calls, isHttp2 ? -OneHttp2 : -OneHttp1);
        if (Volatile.Read(ref _pending) > 0)
        {
            LetIn();
        }
    }

    /// <summary>False where so many retries are under way that this one must not be sent.</summary>
    public bool TryBeginRetry()
    {
        if (Interlocked.Increment(ref _retries) <= Limits.MostRetries(Active + Pending))
        {
            return true;
        }

        Interlocked.Decrement(ref _retries);
        return false;
    }

    public void EndRetry() => Interlocked.Decrement(ref _retries);

    /// <summary>False where it was let in meanwhile, and holds a connection.</summary>
    internal bool TryAbandon(PendingCall call)
    {
        lock (_gate)
        {
            if (call.Place.List is null)
            {
                return false;
            }

            _line.Remove(call.Place);
            Volatile.Write(ref _pending, _line.Count);

            // One of another version behind it may find room that was too little for this one.
            LetInNext();
            return true;
        }
    }

    private static int ActiveOf(long calls) => (int)(calls & uint.MaxValue) + (int)(calls >> Http2Shift);

    private bool TryTake(bool isHttp2)
    {
        var limits = Limits;
        var calls = Volatile.Read(ref _calls);
        while (true)
        {
            var next = calls + (isHttp2 ? OneHttp2 : OneHttp1);
            if (ActiveOf(next) > limits.MaxRequests || ConnectionsOf(next, limits) > limits.MaxConnections)
            {
                return false;
            }

            var seen = Interlocked.CompareExchange(ref _calls, next, calls);
            if (seen == calls)
            {
                return true;
            }

            calls = seen;
        }
    }

    private static long ConnectionsOf(long calls, PoolLimits limits)
        => (calls & uint.MaxValue) + (((calls >> Http2Shift) + limits.MaxConcurrentStreams - 1) / limits.MaxConcurrentStreams);

    private void LetIn()
    {
        lock (_gate)
        {
            LetInNext();
        }
    }

    /// <summary>Under the lock: first come, first served.</summary>
    private void LetInNext()
    {
        while (_line.First is { } first && TryTake(first.Value.IsHttp2))
        {
            _line.RemoveFirst();
            Volatile.Write(ref _pending, _line.Count);
            first.Value.Admit();
        }
    }
}
