using System.Net;
using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class PeakEwmaBalancerTests : IDisposable
{
    private readonly TestClock _time = new();
    private readonly ActiveClock _clock;
    private readonly Balancer _balancer;

    public PeakEwmaBalancerTests()
    {
        _clock = new ActiveClock(_time);
        _balancer = Make(choiceCount: 2);
    }

    public void Dispose() => _clock.Dispose();

    [Fact]
    public void Faster_endpoint_gets_every_call_of_two_without_load()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 20);

        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void Endpoint_that_is_a_little_slower_gets_an_eighth_of_two_without_load()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 14);

        Assert.InRange(Picks(set, 10_000).Count(pick => pick == set.All[1]), 1250 - 166, 1250 + 166);
    }

    [Fact]
    public void Endpoint_that_is_a_little_slower_gets_nothing_while_it_is_busier()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 11);
        set.All[1].BeginCall();

        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void First_answer_that_was_slow_is_forgotten_with_the_second()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 2_000);
        Call(set.All[1], 10);

        Assert.InRange(Picks(set, 10_000).Count(pick => pick == set.All[1]), 5000 - 250, 5000 + 250);
    }

    [Fact]
    public void First_answer_that_was_very_slow_keeps_its_endpoint_away_for_seconds_only()
    {
        var set = Set(1, 1);
        for (var call = 0; call < 100; call++)
        {
            Call(set.All[0], 10);
        }

        Call(set.All[1], 60_000);
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));

        // Three times what is typical decays to one and a half of it in 0.7 time constants of 5 s, which run from the end of the call.
        _time.Advance(TimeSpan.FromSeconds(64));
        Assert.Contains(set.All[1], Picks(set, 100));
    }

    [Fact]
    public void Calls_in_flight_multiply_the_latency()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 25);
        set.All[0].BeginCall();
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));

        set.All[0].BeginCall();
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[1], pick));
    }

    [Fact]
    public void Calls_in_flight_count_for_the_weight()
    {
        var set = Set(3, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 10);
        set.All[0].BeginCall();
        set.All[0].BeginCall();
        set.All[1].BeginCall();

        // 2 calls for a weight of 3 are less than 1 for a weight of 1, which gets what draws it twice.
        Assert.InRange(Picks(set, 10_000).Count(pick => pick == set.All[1]), 625 - 125, 625 + 125);
    }

    [Fact]
    public void Call_that_waits_longer_than_answers_took_makes_its_endpoint_slow()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 20);
        _balancer.Begin(set.All[0], _clock.GetTimestamp());
        _time.Advance(TimeSpan.FromMilliseconds(15));
        Assert.InRange(Picks(set, 1000).Count(pick => pick == set.All[0]), 800, 1000);

        _time.Advance(TimeSpan.FromMilliseconds(30));
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[1], pick));
    }

    [Fact]
    public void Endpoint_without_answers_counts_like_the_other()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Assert.InRange(Picks(set, 10_000).Count(pick => pick == set.All[1]), 5000 - 250, 5000 + 250);

        // It is tried, but not stormed.
        set.All[1].BeginCall();
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void Slow_endpoint_is_tried_again_after_a_while_and_not_stormed()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 100);
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));

        _time.Advance(TimeSpan.FromMinutes(2));
        Call(set.All[0], 10);
        Assert.Contains(set.All[1], Picks(set, 100));
        set.All[1].BeginCall();
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Theory]
    [InlineData(nameof(CallOutcome.ServerError))]
    [InlineData(nameof(CallOutcome.GatewayError))]
    [InlineData(nameof(CallOutcome.ConnectFailure))]
    [InlineData(nameof(CallOutcome.Reset))]
    [InlineData(nameof(CallOutcome.Timeout))]
    public void Fast_failures_make_an_endpoint_costly(string outcome)
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 10);
        Call(set.All[1], 0, Enum.Parse<CallOutcome>(outcome));

        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void Answer_that_sheds_load_counts_as_a_failure()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 10);
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        Call(set.All[1], 0, CallOutcome.Success, response);

        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void Cancelled_call_says_nothing_but_that_an_answer_takes_longer()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        Call(set.All[1], 5);
        Call(set.All[1], 1, CallOutcome.CallerCancelled);
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[1], pick));

        Call(set.All[1], 20, CallOutcome.CallerCancelled);
        Assert.All(Picks(set, 100), pick => Assert.Same(set.All[0], pick));
    }

    [Fact]
    public void Worst_endpoint_of_many_gets_nothing_since_choices_differ()
    {
        var set = Set([.. Enumerable.Repeat(1, 10)]);
        Array.ForEach(set.All, endpoint => Call(endpoint, endpoint == set.All[3] ? 50 : 10));

        Assert.DoesNotContain(set.All[3], Picks(set, 10_000));
    }

    [Fact]
    public void Failing_endpoint_gets_nothing_whatever_it_weighs()
    {
        var set = Set(1, 2, 3, 4);
        Array.ForEach(set.All, endpoint => Call(endpoint, 10));
        for (var call = 0; call < 20; call++)
        {
            Call(set.All[1], 0, CallOutcome.GatewayError);
        }

        // Four redraws that all hit it again have a chance of one in 15,000 at a fifth of the weight.
        Assert.InRange(Picks(set, 10_000).Count(pick => pick == set.All[1]), 0, 10);
    }

    [Fact]
    public void More_are_drawn_where_the_best_is_much_worse_than_typical()
    {
        var set = Set([.. Enumerable.Repeat(1, 10)]);
        for (var round = 0; round < 100; round++)
        {
            Array.ForEach(set.All[5..], endpoint => Call(endpoint, 10));
        }

        for (var round = 0; round < 3; round++)
        {
            Array.ForEach(set.All[..5], endpoint => Call(endpoint, 100));
        }

        // Of two at random both are slow in 2/9 of the picks; then four more are drawn, each slow with 4/9: 87 of 10,000, and 5 deviations.
        Assert.InRange(Picks(set, 10_000).Count(pick => Array.IndexOf(set.All, pick) < 5), 0, 135);
    }

    [Fact]
    public void More_choices_find_the_fastest_more_often()
    {
        var set = Set([.. Enumerable.Repeat(1, 10)]);
        Array.ForEach(set.All, endpoint => Call(endpoint, endpoint == set.All[3] ? 5 : 10));
        var balancer = Make(choiceCount: 10);

        Assert.InRange(Picks(set, 1000, balancer).Count(pick => pick == set.All[3]), 600, 1000);
    }

    [Fact]
    public void Load_rises_with_calls_in_flight_and_failures() =>
        Gen.Select(Gen.Int[1, 100], Gen.Int[0, 50], Gen.Int[1, 20], Gen.Bool).Sample((latency, inFlight, more, fails) =>
        {
            var set = Set(1, 1);
            Array.ForEach(set.All, endpoint => Call(endpoint, latency));
            for (var call = 0; call < inFlight; call++)
            {
                Array.ForEach(set.All, endpoint => endpoint.BeginCall());
            }

            for (var call = 0; call < more; call++)
            {
                if (fails)
                {
                    Call(set.All[1], 0, CallOutcome.Reset);
                }
                else
                {
                    set.All[1].BeginCall();
                }
            }

            return Picks(set, 20).All(pick => pick == set.All[0]);
        });

    [Fact]
    public void Call_under_way_and_its_end_allocate_nothing()
    {
        var set = Set(1, 1);
        Call(set.All[0], 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1000; call++)
        {
            _balancer.Begin(set.All[0], call);
            _balancer.End(set.All[0], new(call, call + 10, (CallOutcome)(call % 7), null));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Pause_of_the_process_is_no_latency()
    {
        var late = new Late();
        using var clock = new ActiveClock(late);
        var balancer = new PeakEwmaBalancer(MeshRandom.Seeded(1), clock, 2);
        var endpoint = Set(1).All[0];
        var started = clock.GetTimestamp();
        balancer.Begin(endpoint, started);
        late.Now += late.TimestampFrequency * 60;
        balancer.End(endpoint, new(started, clock.GetTimestamp(), CallOutcome.Success, null));

        Assert.InRange(EndpointLoad.Of(endpoint).Latency.Latency, 0, (ActiveClock.Period + ActiveClock.Tolerance).TotalMicroseconds + 1);
    }

    private PeakEwmaBalancer Make(int choiceCount) => new(MeshRandom.Seeded(1), _clock, choiceCount);

    private void Call(EndpointState endpoint, int milliseconds, CallOutcome outcome = CallOutcome.Success, HttpResponseMessage? response = null)
    {
        var started = _clock.GetTimestamp();
        _balancer.Begin(endpoint, started);
        var ended = DetachedTimer.After(_time, started, TimeSpan.FromMilliseconds(milliseconds));
        _balancer.End(endpoint, new(started, ended, outcome, response));
    }

    private List<EndpointState> Picks(EndpointSet set, int count, Balancer? balancer = null)
        => [.. Enumerable.Range(0, count).Select(_ => (balancer ?? _balancer).Pick(set, new([], _time))!)];

    private static EndpointSet Set(params int[] weights)
    {
        var endpoints = weights.Select((weight, index) => new EndpointState(new() { Address = $"e{index}", Host = $"e{index}", Weight = weight })).ToArray();
        return new EndpointSet(endpoints, endpoints);
    }

    /// <summary>Timers never come.</summary>
    private sealed class Late : TimeProvider
    {
        public long Now { get; set; }

        public override long GetTimestamp() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => new TestClock().CreateTimer(callback, state, dueTime, period);
    }
}
