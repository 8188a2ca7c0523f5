using CsCheck;
using Mesh.Client.Resilience;

namespace Mesh.Client.Tests.Resilience;

public sealed class RecentLatencyTests
{
    private const long Period = 3_000_000;

    [Fact]
    public void Nothing_is_told_before_there_are_enough_calls()
    {
        var latency = new RecentLatency(90);
        for (var call = 1; call < RecentLatency.LeastCalls; call++)
        {
            latency.Observe(1000, 1);
        }

        latency.RefreshIfDue(2 * Period);
        Assert.Null(latency.Value);
        Assert.Null(latency.Median);

        latency = new RecentLatency(90);
        for (var call = 0; call < 2 * RecentLatency.LeastCalls; call++)
        {
            latency.Observe(1000, 1);
        }

        latency.RefreshIfDue(Period + 1);
        Assert.InRange(latency.Value!.Value.TotalMicroseconds, 960, 1030);
        Assert.InRange(latency.Median!.Value.TotalMicroseconds, 960, 1030);
    }

    [Fact]
    public void Percentile_far_out_needs_a_call_beyond_it()
    {
        var latency = new RecentLatency(99.9);
        Observe(latency, 500, 1000, 1);
        latency.RefreshIfDue(Period);
        Assert.Null(latency.Value);
        Assert.NotNull(latency.Median);

        Observe(latency, 1000, 1000, Period);
        latency.RefreshIfDue(2 * Period);
        Assert.NotNull(latency.Value);
    }

    [Fact]
    public void What_was_learnt_is_forgotten_with_time()
    {
        var latency = new RecentLatency(50);
        Observe(latency, 1000, 50_000, 1);
        latency.RefreshIfDue(Period);
        Assert.InRange(latency.Value!.Value.TotalMilliseconds, 48, 52);

        // After half a minute of as many calls the newer ones are the most.
        for (var second = 1; second <= 10; second++)
        {
            Observe(latency, 300, 1_000, (Period * second) + 1);
            latency.RefreshIfDue(Period * (second + 1));
        }

        Assert.InRange(latency.Value!.Value.TotalMilliseconds, 0.9, 1.1);

        latency.RefreshIfDue(Period * 100);
        Assert.Null(latency.Value);
    }

    [Fact]
    public void Call_that_was_given_up_beyond_the_percentile_counts_and_one_below_it_does_not()
    {
        // Of ten calls one is given up at once: as if it had not been the percentile would sink to that of the others.
        var (counted, ignored) = (new RecentLatency(90), new RecentLatency(90));
        foreach (var latency in (RecentLatency[])[counted, ignored])
        {
            Observe(latency, 900, 10_000, 1);
            Observe(latency, 100, 80_000, 1);
            Observe(latency, 50, 85_000, 1);
            latency.RefreshIfDue(Period);
            Assert.InRange(latency.Value!.Value.TotalMilliseconds, 75, 85);
        }

        for (var round = 1; round < 30; round++)
        {
            for (var call = 0; call < 100; call++)
            {
                counted.ObserveAtLeast(90_000, Period * round);
                ignored.ObserveAtLeast(5_000, Period * round);
            }

            Observe(counted, 850, 10_000, Period * round);
            Observe(ignored, 850, 10_000, Period * round);
            counted.RefreshIfDue(Period * (round + 1));
            ignored.RefreshIfDue(Period * (round + 1));
        }

        Assert.InRange(counted.Value!.Value.TotalMilliseconds, 80, 95);
        Assert.InRange(ignored.Value!.Value.TotalMilliseconds, 9, 11);
    }

    [Fact]
    public void Calls_that_were_given_up_soon_say_nothing()
    {
        var latency = new RecentLatency(50);
        Observe(latency, 200, 10_000, 1);
        latency.RefreshIfDue(Period);
        for (var call = 0; call < 1_000; call++)
        {
            latency.ObserveAtLeast(1_000, Period);
        }

        latency.RefreshIfDue(2 * Period);
        Assert.InRange(latency.Value!.Value.TotalMilliseconds, 9, 11);
    }

    [Fact]
    public void Any_percentile_is_that_of_the_sorted_latencies_within_a_bucket()
        => Gen.Select(Gen.Long[0, 20_000_000].Array[200, 2_000], Gen.Double[50, 99]).Sample((latencies, percentile) =>
        {
            var latency = new RecentLatency(percentile);
            latency.RefreshIfDue(Period);
            foreach (var observed in latencies)
            {
                latency.Observe(observed, Period);
            }

            latency.RefreshIfDue(2 * Period);
            var sorted = latencies.Order().ToArray();
            var beyond = latencies.Length * (100 - percentile) / 100;
            var exact = sorted[latencies.Length - (int)Math.Ceiling(beyond)];
            var bucket = RecentLatency.BucketOf(exact);
            Assert.InRange(latency.Value!.Value.TotalMicroseconds, RecentLatency.StartOf(bucket), RecentLatency.StartOf(bucket + 1));
        });

    [Fact]
    public void Any_latency_lies_in_its_bucket_and_buckets_are_a_sixteenth_wide()
        => Gen.Long[0, (1L << 32) - 1].Sample(latency =>
        {
            var bucket = RecentLatency.BucketOf(latency);
            var (start, end) = (RecentLatency.StartOf(bucket), RecentLatency.StartOf(bucket + 1));
            Assert.InRange(latency, start, end - 1);
            Assert.True(end - start <= Math.Max(1, start / 16));
        });

    [Fact]
    public void Latency_beyond_all_measure_counts_as_the_longest()
    {
        Assert.Equal(RecentLatency.BucketOf((1L << 32) - 1), RecentLatency.BucketOf(long.MaxValue));
        Assert.Equal(0, RecentLatency.BucketOf(-5));
    }

    [Fact]
    public void Several_threads_lose_no_call()
    {
        var latency = new RecentLatency(50);
        latency.RefreshIfDue(Period);
        Parallel.For(0, 8, thread =>
        {
            for (var call = 0; call < 10_000; call++)
            {
                latency.Observe(thread < 5 ? 1_000 : 50_000, Period + (call * 2_000L));
            }
        });
        latency.RefreshIfDue(Period * 20);
        Assert.InRange(latency.Median!.Value.TotalMilliseconds, 0.9, 55);
    }

    private static void Observe(RecentLatency latency, int calls, long microseconds, long now)
    {
        for (var call = 0; call < calls; call++)
        {
            latency.Observe(microseconds, now);
        }
    }
}
