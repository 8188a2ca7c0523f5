using System.Numerics;
using Mesh.Client.Configuration;

namespace Mesh.Client.Resilience;

/// <summary>
/// How many calls to one cluster may be repeated: a share of the calls of the last ten seconds and a few more for each second. The windowed
/// form of Finagle's leaky bucket: what a call grants can be spent once and is gone after the window, so that hours of health are no credit
/// for an outage, and the burst that is allowed grows with the traffic, as a bucket with a fixed size would not let it. No lock, nothing
/// allocated; a call that is not repeated costs one interlocked addition to a counter that few others write.
/// </summary>
internal sealed class RetryBudget
{
    /// <summary>More than the window has, so that a thread that was stopped for seconds still finds its own.</summary>
    private const int Slots = 16;

    /// <summary>Of a slot: the second above, the count below.</summary>
    private const int EpochShift = 32;

    /// <summary>A stripe's slots fill two cache lines, which are fetched in pairs.</summary>
    private const int MostStripes = 16;

    private const double SparePart = 0.5;

    private readonly TimeProvider _timeProvider;
    private readonly long _origin;
    private readonly long _frequency;
    private readonly int _stripeMask;

    // A slot for each second, exchanged as one word; it takes the place of one long gone.
    private readonly long[] _calls;
    private readonly long[] _retries = new long[Slots];
    private RetryBudgetExtension _policy;
    private long _refused;

    public RetryBudget(RetryBudgetExtension policy, TimeProvider timeProvider)
    {
        _policy = policy;
        _timeProvider = timeProvider;
        _origin = timeProvider.GetTimestamp();
        _frequency = timeProvider.TimestampFrequency;
        var stripes = Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount), MostStripes);
        _stripeMask = stripes - 1;

        // One stripe's length before the first keeps it off the header of the array, which every access reads.
        _calls = new long[(stripes + 1) * Slots];
    }

    /// <summary>Newer rules judge the same past.</summary>
    public RetryBudgetExtension Policy
    {
        get => Volatile.Read(ref _policy);
        set => Volatile.Write(ref _policy, value);
    }

    /// <summary>How often nothing was left since the cluster was first called.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Calls that could be repeated now.</summary>
    public long Available
    {
        get
        {
            var second = Now;
            return Math.Max(0, (long)Allowed(second) - Sum(_retries, second));
        }
    }

    /// <summary>A call was sent for the first time.</summary>
    /// <param name="now">A timestamp of the mesh's clock; may be some seconds old.</param>
    public void OnCall(long now)
    {
        var second = SecondOf(now);
        ref var slot = ref _calls[(((Thread.GetCurrentProcessorId() & _stripeMask) + 1) * Slots) + IndexOf(second)];
        if (EpochOf(Volatile.Read(ref slot)) == second)
        {
            // Where the second has gone by since it was read, the call counts for a later one.
            Interlocked.Increment(ref slot);
        }
        else
        {
            Add(ref slot, second);
        }
    }

    /// <summary>Takes leave to repeat one call; false where none is left, and the call is to end as it is.</summary>
    public bool TryTake()
    {
        if (TryTake(part: 1))
        {
            return true;
        }

        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>Takes leave to send what no call waits for. The half of the window is kept for calls that fail.</summary>
    public bool TryTakeSpare() => TryTake(SparePart);

    /// <param name="part">Of what the window allows, all takers together.</param>
    private bool TryTake(double part)
    {
        var second = Now;
        var index = IndexOf(second);
        ref var slot = ref _retries[index];
        if (!Policy.IsEnabled)
        {
            Add(ref slot, second);
            return true;
        }

        // Looked at before it is written: in a storm most find nothing.
        if (Sum(_retries, second) + 1 <= Allowed(second) * part)
        {
            // Taken first and counted then: of those who take at once, whoever comes last sees all others.
            var taken = Add(ref slot, second);
            if (Sum(_retries, second, except: index) + CountOf(taken) <= Allowed(second) * part)
            {
                return true;
            }

            GiveBack(ref slot, EpochOf(taken));
        }

        return false;
    }

    private long Now => SecondOf(_timeProvider.GetTimestamp());

    private static long EpochOf(long slot) => slot >>> EpochShift;

    private static int IndexOf(long second) => (int)(second & (Slots - 1));

    private static long CountOf(long slot) => slot & uint.MaxValue;

    /// <summary>A call may have begun before its cluster was first asked for.</summary>
    private long SecondOf(long timestamp) => Math.Max(0, timestamp - _origin) / _frequency;

    private double Allowed(long second)
    {
        var policy = Policy;
        return (Sum(_calls, second) * policy.Percent / 100) + (policy.MinRetriesPerSecond * RetryBudgetExtension.WindowSeconds);
    }

    /// <summary>Of the window that ends with the second.</summary>
    private static long Sum(long[] slots, long second, int except = -1)
    {
        var sum = 0L;
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = Volatile.Read(ref slots[i]);
            if (i != except && EpochOf(slot) > second - RetryBudgetExtension.WindowSeconds)
            {
                sum += CountOf(slot);
            }
        }

        return sum;
    }

    /// <returns>The slot with one more in it; that of a later second where this one has gone by.</returns>
    private static long Add(ref long slot, long second)
    {
        var current = Volatile.Read(ref slot);
        while (true)
        {
            var next = EpochOf(current) >= second ? current + 1 : (second << EpochShift) + 1;
            var seen = Interlocked.CompareExchange(ref slot, next, current);
            if (seen == current)
            {
                return next;
            }

            current = seen;
        }
    }

    /// <summary>What was taken in a second that has left the window is gone already.</summary>
    private static void GiveBack(ref long slot, long second)
    {
        var current = Volatile.Read(ref slot);
        while (EpochOf(current) == second)
        {
            var seen = Interlocked.CompareExchange(ref slot, current - 1, current);
            if (seen == current)
            {
                return;
            }

            current = seen;
        }
    }
}
