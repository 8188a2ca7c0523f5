namespace Mesh.Client.LoadBalancing;

/// <summary>
/// When a cluster may be probed: one round at a time, a pause after each, and after rounds that brought no report an exponentially longer one, so
/// that servers which tell nothing are left alone. No timer: a pick asks whether the pause is over. Safe for use by several threads, without a
/// lock. Times are microseconds of the <see cref="ActiveClock"/>.
/// </summary>
internal sealed class ProbeSchedule(MeshRandom random)
{
    /// <summary>After a round that brought reports, which are used four times as long.</summary>
    public const long Pause = 250_000;

    /// <summary>After the first round without a report. This and the following ones are drawn from half of it on.</summary>
    public const long FirstBackOff = 1_000_000;

    public const long MaximumBackOff = 300_000_000;

    private const long Never = long.MaxValue;

    /// <summary>The start of the next round; <see cref="Never"/> during one and after the end.</summary>
    private long _next;

    // Written by whoever ends a round; there is one at a time.
    private int _failures;
    private volatile bool _isStopped;

    public bool IsStopped => _isStopped;

    public bool IsDue(long now) => now >= Volatile.Read(ref _next);

    /// <summary>True for one alone, who then calls <see cref="End"/>.</summary>
    public bool TryBegin(long now)
    {
        var next = Volatile.Read(ref _next);
        return now >= next && Interlocked.CompareExchange(ref _next, Never, next) == next && !_isStopped;
    }

    /// <summary>The round is over.</summary>
    /// <param name="now">When it ended.</param>
    /// <param name="asked">How many endpoints it asked; 0 says nothing of servers.</param>
    /// <param name="reports">How many of them reported.</param>
    public void End(long now, int asked, int reports)
    {
        if (asked > 0)
        {
            _failures = reports > 0 ? 0 : _failures + 1;
        }

        Interlocked.Exchange(ref _next, now + (_failures == 0 ? Pause : BackOff(_failures)));
        if (_isStopped)
        {
            Volatile.Write(ref _next, Never);
        }
    }

    /// <summary>No more rounds.</summary>
    public void Stop()
    {
        _isStopped = true;
        Interlocked.Exchange(ref _next, Never);
    }

    private long BackOff(int failures)
    {
        const int MostDoublings = 20;
        var longest = Math.Min(MaximumBackOff, FirstBackOff << Math.Min(failures - 1, MostDoublings));
        return (long)(longest * (1 + random.NextDouble()) / 2);
    }
}
