namespace Mesh.Client.LoadBalancing;

/// <summary>A server's last report in one word: requests in flight (12 bits, more count as 4095) and the logarithm of the latency (20 bits),
/// above the time at which it came. The word 0 knows nothing.</summary>
internal readonly record struct ReportedLoad(long Word)
{
    private const int LatencyBits = 20;
    private const int MaximumRequests = (1 << 12) - 1;
    private const double LatencyScale = 1 << 15;

    public static ReportedLoad Of(in LoadReport report, long now)
    {
        var requests = (long)Math.Min(report.RequestsInFlight, MaximumRequests);
        var latency = (long)(Math.Log2(report.Latency + 2) * LatencyScale);
        return new((requests << (32 + LatencyBits)) | (latency << 32) | CoarseTime.Of(now));
    }

    public int RequestsInFlight => (int)((ulong)Word >> (32 + LatencyBits));

    /// <summary>For comparison only.</summary>
    public int LatencyOrder => (int)(Word >> 32) & ((1 << LatencyBits) - 1);

    /// <summary>It came at <paramref name="oldest"/>, in the units of <see cref="CoarseTime"/>, or later.</summary>
    public bool IsSince(uint oldest) => Word != 0 && (int)((uint)Word - oldest) >= 0;

    /// <param name="now">Microseconds of the <see cref="ActiveClock"/>.</param>
    /// <param name="age">In microseconds.</param>
    public bool IsYoungerThan(double age, long now) => Word != 0 && CoarseTime.Since((uint)Word, now) <= age;
}
