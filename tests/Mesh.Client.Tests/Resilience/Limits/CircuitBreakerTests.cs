using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience.Limits;

public sealed class CircuitBreakerTests
{
    private readonly TestClock _clock = new();

    private static readonly BreakerConfiguration Settings = new() { FailureRatio = 0.5, MinimumThroughput = 4, SamplingDuration = TimeSpan.FromSeconds(10), BreakDuration = TimeSpan.FromSeconds(5) };

    private long Now => _clock.GetTimestamp();

    [Fact]
    public void Attempts_fewer_than_the_minimum_never_open_it()
    {
        var breaker = Create();

        Assert.Equal([null, null, null], Report(breaker, true, true, true));
        Assert.Equal(MeshCircuitState.Closed, breaker.State);
    }

    [Fact]
    public void Failure_at_the_ratio_opens_it_and_a_success_at_the_ratio_does_not()
    {
        var breaker = Create();

        Assert.Equal([null, null, null, null], Report(breaker, true, true, true, false));
        Assert.Equal([MeshCircuitState.Open], Report(breaker, true));
        Assert.Equal(CircuitEntry.Refused, breaker.TryEnter(Now));
        Assert.Equal((5, 4), breaker.Count(Now));
    }

    [Fact]
    public void Failures_older_than_the_sampling_duration_do_not_count()
    {
        var breaker = Create();
        Report(breaker, true, true, true);

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([null, null, null], Report(breaker, true, true, true));
        Assert.Equal((3, 3), breaker.Count(Now));
    }

    [Fact]
    public void One_attempt_goes_on_trial_after_the_break_and_others_wait_for_it()
    {
        var breaker = Opened();
        _clock.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.Equal(CircuitEntry.Refused, breaker.TryEnter(Now));

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal([CircuitEntry.OnTrial, CircuitEntry.Refused], [breaker.TryEnter(Now), breaker.TryEnter(Now)]);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((CircuitEntry.Refused, MeshCircuitState.HalfOpen), (breaker.TryEnter(Now), breaker.State));
    }

    [Fact]
    public void Trial_that_succeeds_closes_it_and_forgets_the_failures()
    {
        var breaker = Opened();
        _clock.Advance(TimeSpan.FromSeconds(5));
        breaker.TryEnter(Now);

        Assert.Equal([MeshCircuitState.Closed], Report(breaker, false));
        Assert.Equal((0, 0), breaker.Count(Now));
        Assert.Equal([null, null, null], Report(breaker, true, true, true));
    }

    [Fact]
    public void Trial_that_fails_opens_it_for_another_break()
    {
        var breaker = Opened();
        _clock.Advance(TimeSpan.FromSeconds(5));
        breaker.TryEnter(Now);

        Assert.Equal([MeshCircuitState.Open], Report(breaker, true));
        _clock.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.Equal(CircuitEntry.Refused, breaker.TryEnter(Now));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(CircuitEntry.OnTrial, breaker.TryEnter(Now));
    }

    [Fact]
    public void Trial_that_comes_to_nothing_makes_room_for_the_next_at_once()
    {
        var breaker = Opened();
        _clock.Advance(TimeSpan.FromSeconds(5));
        breaker.TryEnter(Now);

        Assert.Equal(MeshCircuitState.Open, breaker.Abandon());
        Assert.Equal(CircuitEntry.OnTrial, breaker.TryEnter(Now));
        Report(breaker, false);
        Assert.Null(breaker.Abandon());
        Assert.Equal(MeshCircuitState.Closed, breaker.State);
    }

    [Fact]
    public void Outcomes_of_attempts_from_before_it_opened_change_nothing_while_it_is_open()
    {
        var breaker = Opened();

        Assert.Equal([null, null], Report(breaker, false, true));
        Assert.Equal(MeshCircuitState.Open, breaker.State);
    }

    [Fact]
    public void Newer_rules_judge_what_was_counted_before()
    {
        var breaker = Create();
        Report(breaker, true, true, true);

        breaker.Settings = Settings with { MinimumThroughput = 3, BreakDuration = TimeSpan.FromSeconds(1) };

        Assert.Equal([MeshCircuitState.Open], Report(breaker, true));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CircuitEntry.OnTrial, breaker.TryEnter(Now));
    }

    [Fact]
    public async Task Of_many_that_come_at_the_end_of_the_break_one_goes_on_trial()
    {
        for (var round = 0; round < 100; round++)
        {
            var breaker = Opened();
            _clock.Advance(TimeSpan.FromSeconds(5));
            var now = Now;
            using var start = new Barrier(4);

            var entries = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return breaker.TryEnter(now);
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));

            Assert.Single(entries, entry => entry == CircuitEntry.OnTrial);
            Assert.Equal(3, entries.Count(entry => entry == CircuitEntry.Refused));
        }
    }

    [Fact]
    public void Closed_breaker_allocates_nothing_but_a_window_now_and_then()
    {
        var breaker = Create();
        Report(breaker, false);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var call = 0; call < 1_000; call++)
        {
            breaker.TryEnter(Now);
            breaker.Report(Now, isFailure: false);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private CircuitBreaker Create() => new(Settings, _clock);

    private CircuitBreaker Opened()
    {
        var breaker = Create();
        Report(breaker, true, true, true, true);
        Assert.Equal(MeshCircuitState.Open, breaker.State);
        return breaker;
    }

    private List<MeshCircuitState?> Report(CircuitBreaker breaker, params ReadOnlySpan<bool> failures)
    {
        var states = new List<MeshCircuitState?>();
        foreach (var isFailure in failures)
        {
            states.Add(breaker.Report(Now, isFailure));
        }

        return states;
    }
}
