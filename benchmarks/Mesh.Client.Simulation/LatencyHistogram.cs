using System.Numerics;

namespace Mesh.Client.Simulation;

/// <summary>Durations in buckets that are 1/128 of their value wide.</summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 7;
    private const int PerPower = 1 << Bits;

    private readonly long[] _counts = new long[64 * PerPower];

    public long Count { get; private set; }

    public void Add(long nanoseconds)
    {
        var value = (ulong)Math.Max(PerPower, nanoseconds);
        var power = BitOperations.Log2(value);
        _counts[(power * PerPower) + (int)((value >> (power - Bits)) & (PerPower - 1))]++;
        Count++;
    }

    /// <summary>In milliseconds.</summary>
    public double Quantile(double quantile)
    {
        var left = (long)Math.Ceiling(quantile * Count);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0 && Count > 0)
            {
                var power = bucket / PerPower;
                return Math.ScaleB(1 + ((bucket % PerPower) + 0.5) / PerPower, power) / 1e6;
            }
        }

        return 0;
    }
}
