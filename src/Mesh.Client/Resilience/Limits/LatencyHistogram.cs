using System.Numerics;

namespace Mesh.Client.Resilience;

/// <summary>Counts latencies by size, in buckets of which 32 double them: what is read from it is off by 3 percent at most. Any number of threads may
/// add, without a lock; one at a time may take.</summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 5;
    private const int PerOctave = 1 << Bits;

    /// <summary>More than an hour; longer ones count as that.</summary>
    private const int Octaves = 32;

    private readonly int[] _buckets = new int[PerOctave * (Octaves - Bits + 1)];
    private readonly int[] _taken = new int[PerOctave * (Octaves - Bits + 1)];
    private int _count;

    /// <summary>How many were added since the last <see cref="Take"/>.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <returns>How many there are now.</returns>
    public int Add(long microseconds)
    {
        Interlocked.Increment(ref _buckets[IndexOf(microseconds)]);
        return Interlocked.Increment(ref _count);
    }

    /// <summary>The latency below which so many percent of those added lie, in microseconds, and 1 at least; all of them are forgotten. Null where
    /// none was added.</summary>
    public double? Take(double percentile)
    {
        var total = 0;
        for (var index = 0; index < _buckets.Length; index++)
        {
            var count = Volatile.Read(ref _buckets[index]);
            _taken[index] = count == 0 ? 0 : Interlocked.Exchange(ref _buckets[index], 0);
            total += _taken[index];
        }

        Interlocked.Add(ref _count, -total);
        if (total == 0)
        {
            return null;
        }

        var rank = Math.Max(1, Math.Ceiling(percentile / 100 * total));
        var below = 0;
        var at = 0;
        while (below + _taken[at] < rank)
        {
            below += _taken[at++];
        }

        // Within the bucket they are taken as evenly spread.
        var (start, width) = RangeOf(at);
        return Math.Max(1, start + (width * (rank - below - 0.5) / _taken[at]));
    }

    /// <summary>The first microseconds of the smallest latencies have a bucket each.</summary>
    private static int IndexOf(long microseconds)
    {
        var value = (uint)Math.Clamp(microseconds, 0, uint.MaxValue);
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - Bits);
        return (shift << Bits) + (int)(value >> shift);
    }

    private static (double Start, double Width) RangeOf(int index)
    {
        var shift = Math.Max(0, (index >> Bits) - 1);
        var width = 1L << shift;
        return ((index - (shift << Bits)) * width, width);
    }
}
