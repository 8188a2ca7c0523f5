using System.Numerics;

namespace Mesh.Client.Resilience;

/// <summary>
/// How long the calls to a cluster took to their headers of late: the median, and one percentile more. What came in is added up every three
/// seconds, when what was there before loses a tenth, so that about the last half minute counts. Times are microseconds of the mesh's clock
/// without the pauses of this process. No lock; a call costs one interlocked addition, and one call in three seconds the sum.
/// </summary>
/// <remarks>Buckets as in an HDR histogram: sixteen to each doubling, so that a percentile is wrong by 3 % at most, within a bucket by
/// interpolation.</remarks>
internal sealed class RecentLatency
{
    /// <summary>Finagle's too.</summary>
    public static readonly TimeSpan RefreshPeriod = TimeSpan.FromSeconds(3);

    /// <summary>Of fewer calls no percentile is told; of one far out so many more that at least one call lies beyond it.</summary>
    public const int LeastCalls = 100;

    private const double KeptPart = 0.9;

    private const int BitsOfBucket = 4;

    private const int BucketsPerDoubling = 1 << BitsOfBucket;

    /// <summary>More than an hour, as the last one.</summary>
    private const int MostBits = 32;

    private const int Buckets = (MostBits - BitsOfBucket + 1) * BucketsPerDoubling;

    private const long Unknown = -1;

    private static readonly double RefreshMicroseconds = RefreshPeriod.TotalMicroseconds;

    // Written by whoever refreshes, one at a time.
    private readonly double[] _kept = new double[Buckets];
    private int[] _spare = new int[Buckets];
    private int _isRefreshing;

    private int[] _arriving = new int[Buckets];
    private double _percentile;
    private long _refreshedAt;
    private long _median = Unknown;
    private long _value = Unknown;

    /// <param name="percentile">50 to below 100.</param>
    public RecentLatency(double percentile) => _percentile = percentile;

    /// <summary>Which one is asked for; newer rules count from the next refresh on.</summary>
    public double Percentile
    {
        get => Volatile.Read(ref _percentile);
        set => Volatile.Write(ref _percentile, value);
    }

    /// <summary>The latency of the percentile; null before there were enough calls.</summary>
    public TimeSpan? Value => ToTime(Volatile.Read(ref _value));

    /// <summary>Null before there were enough calls.</summary>
    public TimeSpan? Median => ToTime(Volatile.Read(ref _median));

    /// <summary>An answer.</summary>
    public void Observe(long latency, long now)
    {
        RefreshIfDue(now);
        Interlocked.Increment(ref Volatile.Read(ref _arriving)[BucketOf(latency)]);
    }

    /// <summary>A call that was not waited for to its end would have taken at least so long. Where that is less than the percentile it says nothing;
    /// else it counts, since without the calls that were given up the percentile would sink, more would be given up, and so on.</summary>
    public void ObserveAtLeast(long latency, long now)
    {
        var value = Volatile.Read(ref _value);
        if (value != Unknown && latency >= value)
        {
            Observe(latency, now);
        }
    }

    /// <summary>To be called before <see cref="Value"/> and <see cref="Median"/> are read, since time passes without calls too.</summary>
    public void RefreshIfDue(long now)
    {
        if (now - Volatile.Read(ref _refreshedAt) >= RefreshMicroseconds && Interlocked.Exchange(ref _isRefreshing, 1) == 0)
        {
            Refresh(now);
            Volatile.Write(ref _isRefreshing, 0);
        }
    }

    /// <summary>The bucket of a latency; the buckets of doublings stand one after the other.</summary>
    internal static int BucketOf(long latency)
    {
        var value = Math.Clamp(latency, 0, (1L << MostBits) - 1);
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | (BucketsPerDoubling - 1)) - BitsOfBucket);
        return (int)(value >> shift) + (shift * BucketsPerDoubling);
    }

    /// <summary>The shortest latency of a bucket.</summary>
    internal static long StartOf(int bucket)
    {
        var shift = Math.Max(0, (bucket / BucketsPerDoubling) - 1);
        return (long)(bucket - (shift * BucketsPerDoubling)) << shift;
    }

    private static TimeSpan? ToTime(long microseconds) => microseconds == Unknown ? null : TimeSpan.FromMicroseconds(microseconds);

    private void Refresh(long now)
    {
        var elapsed = now - _refreshedAt;
        if (elapsed < RefreshMicroseconds)
        {
            // Somebody was faster.
            return;
        }

        Volatile.Write(ref _refreshedAt, now);
        var part = Math.Pow(KeptPart, elapsed / RefreshMicroseconds);
        var arrived = Interlocked.Exchange(ref _arriving, _spare);
        var total = 0.0;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            var kept = _kept[bucket] * part;

            // Who writes there still counts the next time.
            if (Volatile.Read(ref arrived[bucket]) != 0)
            {
                kept += Interlocked.Exchange(ref arrived[bucket], 0);
            }

            _kept[bucket] = kept;
            total += kept;
        }

        _spare = arrived;
        var percentile = Percentile;
        Volatile.Write(ref _median, Find(50, total));
        Volatile.Write(ref _value, Find(percentile, total));
    }

    private long Find(double percentile, double total)
    {
        var beyond = total * (100 - percentile) / 100;
        if (total < LeastCalls || beyond < 1)
        {
            return Unknown;
        }

        // From above, where the percentiles are that are asked for most.
        var seen = 0.0;
        for (var bucket = Buckets - 1; bucket >= 0; bucket--)
        {
            var count = _kept[bucket];
            if (count > 0 && seen + count >= beyond)
            {
                var (start, end) = (StartOf(bucket), StartOf(bucket + 1));
                return (long)(end - ((end - start) * (beyond - seen) / count));
            }

            seen += count;
        }

        return 0;
    }
}
