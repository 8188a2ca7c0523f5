using CsCheck;
using Mesh.Client.LoadBalancing;

namespace Mesh.Client.Tests.LoadBalancing;

/// <summary>What one call after the other makes of the estimates, against the formulas.</summary>
public sealed class EstimateTests
{
    private const long Second = 1_000_000;

    private static readonly Gen<(long Latency, int Outcome, long After)[]> Calls =
        Gen.Select(Gen.Long[1, 20 * Second], Gen.Int[0, 2], Gen.Long[0, 30 * Second]).Array[1, 40];

    [Fact]
    public void Latency_of_the_first_answer_is_the_estimate() =>
        AssertLatency(3000, new LatencyEstimate(0).With(3000, Second).Latency);

    [Fact]
    public void Longer_latency_is_believed_by_half_at_once() =>
        AssertLatency(6000, new LatencyEstimate(0).With(3000, Second).With(9000, Second).Latency);

    [Fact]
    public void Shorter_latency_is_believed_as_far_as_time_has_passed()
    {
        var kept = Math.Exp(-3 * Second / LatencyEstimate.DecayTime);

        AssertLatency((9000 * kept) + (3000 * (1 - kept)), new LatencyEstimate(0).With(9000, Second).With(3000, 4 * Second).Latency);
    }

    [Fact]
    public void Shorter_latency_counts_for_something_however_soon_it_comes()
    {
        var estimate = new LatencyEstimate(0).With(9000, Second).With(3000, Second);

        AssertLatency((9000 * (1 - LatencyEstimate.LeastWeight)) + (3000 * LatencyEstimate.LeastWeight), estimate.Latency);
    }

    [Fact]
    public void Estimate_decays_without_calls()
    {
        var estimate = new LatencyEstimate(0).With(9000, Second);

        AssertLatency(9000 / Math.E, estimate.Decayed(Second + (long)LatencyEstimate.DecayTime));
        AssertLatency(9000, estimate.Decayed(0));
    }

    [Fact]
    public void Projected_decay_equals_the_written_one() => Gen.Select(Gen.Long[2, 10 * Second], Gen.Long[2 * Second, 60 * Second]).Sample((latency, after) =>
    {
        var estimate = new LatencyEstimate(0).With(latency, Second);

        // An answer without latency leaves nothing but the decay, and at least a microsecond.
        AssertLatency(Math.Max(1, estimate.Decayed(Second + after)), estimate.With(0, Second + after).Latency, 1e-3);
    });

    [Fact]
    public void Call_without_an_answer_says_only_that_an_answer_takes_longer()
    {
        var estimate = new LatencyEstimate(0).WithAtLeast(4000, Second);

        Assert.False(estimate.IsKnown);
        AssertLatency(4000, estimate.Decayed(Second));
        Assert.True(estimate.With(10, 2 * Second).IsKnown);
        AssertLatency(10, estimate.With(10, 2 * Second).Latency);
    }

    [Fact]
    public void Call_without_an_answer_renews_what_has_decayed_below_it()
    {
        var estimate = new LatencyEstimate(0).With(9000, Second).WithAtLeast(4000, 30 * Second);

        AssertLatency(9000, estimate.Latency);
        AssertLatency(4000, estimate.Decayed(30 * Second), 1);
    }

    [Fact]
    public void Estimate_never_falls_by_a_failure() => Calls.Sample(calls =>
    {
        var estimate = new LatencyEstimate(0);
        var now = Second;
        foreach (var (latency, outcome, after) in calls)
        {
            now += after;
            var next = outcome == 0 ? estimate.With(latency, now) : estimate.WithAtLeast(latency, now);
            if (outcome != 0)
            {
                Assert.True(next.Latency >= estimate.Latency);
                Assert.InRange(next.Decayed(now), estimate.Decayed(now), double.MaxValue);
                Assert.True(next.IsKnown == estimate.IsKnown);
            }

            estimate = next;
        }
    });

    [Fact]
    public void Penalty_never_falls_by_a_failure_nor_rises_by_a_success() => Calls.Sample(calls =>
    {
        var errors = new ErrorEstimate(0);
        var now = Second;
        foreach (var (_, outcome, after) in calls)
        {
            now += after;
            var next = errors.With(outcome == 0, now);

            // The words count in 1/256.
            Assert.True(outcome == 0 ? next.Penalty(now) >= 0.98 * errors.Penalty(now) : next.Penalty(now) <= 1.02 * errors.Penalty(now));
            errors = next;
        }
    });

    [Theory]
    [InlineData(0, 10, 0)]
    [InlineData(1, 1, 0.2699)]
    [InlineData(5, 5, 0.6488)]
    [InlineData(10, 100, 0.0608)]
    [InlineData(100, 100, 0.9737)]
    public void Bound_is_Wilsons(double failures, double calls, double bound)
        => Assert.Equal(bound, WilsonBound.Lower(failures, calls), 0.0001);

    [Fact]
    public void Penalty_is_forgotten_with_time()
    {
        var errors = new ErrorEstimate(0);
        for (var call = 0; call < 50; call++)
        {
            errors = errors.With(isFailure: true, Second);
        }

        Assert.InRange(errors.Penalty(Second), 300, 500);
        Assert.InRange(errors.Penalty(Second + (long)(5 * ErrorEstimate.ForgettingTime)), 1, 1.3);
    }

    [Fact]
    public void Calls_are_remembered_up_to_a_limit()
    {
        var errors = new ErrorEstimate(0);
        for (var call = 0; call < 1000; call++)
        {
            errors = errors.With(isFailure: call % 4 == 0, Second);
        }

        Assert.Equal(ErrorEstimate.Memory, errors.Calls, 1.0);
        Assert.Equal(0.25, errors.Failures / errors.Calls, 0.02);
    }

    [Fact]
    public void Successes_after_many_leave_the_record_as_it_is()
    {
        var errors = new ErrorEstimate(0);
        for (var call = 0; call < 200; call++)
        {
            errors = errors.With(isFailure: false, Second);
        }

        Assert.Equal(errors, errors.With(isFailure: false, Second + 1000));
    }

    /// <summary>A float has 24 bits, times are quarters of a millisecond.</summary>
    [Fact]
    public void Comparison_of_a_decayed_latency_says_what_the_exponential_function_says()
        => Gen.Select(Gen.Double[1, 1e7], Gen.Double[0.5, 1e7], Gen.Double[0, 10 * LatencyEstimate.DecayTime]).Sample(
            (time, latency, silence) => Assert.Equal(
                latency * Math.Exp(-silence / LatencyEstimate.DecayTime) > time, LatencyEstimate.IsLongerThan(time, latency, silence)));

    private static void AssertLatency(double expected, double actual, double tolerance = 0)
        => Assert.Equal(expected, actual, Math.Max(tolerance, expected * 1e-4));
}
