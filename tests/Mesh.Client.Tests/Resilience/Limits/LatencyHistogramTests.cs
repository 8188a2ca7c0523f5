using CsCheck;
using Mesh.Client.Resilience;

namespace Mesh.Client.Tests.Resilience.Limits;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentile_is_that_of_the_sorted_latencies_within_three_percent()
    {
        var latency = Gen.Frequency((1, Gen.Long[0, 100]), (3, Gen.Long[1, 1_000_000]), (1, Gen.Long[1_000_000, 3_600_000_000]));
        Gen.Select(latency.Array[1, 200], Gen.Int[1, 100]).Sample((latencies, percentile) =>
        {
            var histogram = new LatencyHistogram();
            foreach (var each in latencies)
            {
                histogram.Add(each);
            }

            var found = histogram.Take(percentile)!.Value;

            var exact = latencies.Order().ElementAt((int)Math.Ceiling(percentile / 100.0 * latencies.Length) - 1);
            Assert.InRange(found, Math.Max(1, (exact * 0.97) - 1), Math.Max(1, (exact * 1.03) + 1));
        });
    }

    [Fact]
    public void Taking_forgets_what_was_added()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(500);

        Assert.Equal(1, histogram.Count);
        Assert.NotNull(histogram.Take(50));
        Assert.Equal((0, null), (histogram.Count, histogram.Take(50)));
    }

    [Fact]
    public void Latency_beyond_all_buckets_counts_as_the_longest()
    {
        var histogram = new LatencyHistogram();

        histogram.Add(long.MaxValue);

        Assert.InRange(histogram.Take(50)!.Value, 3_600_000_000, uint.MaxValue);
    }
}
