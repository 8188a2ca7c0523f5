using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience.Limits;

public sealed class ClientThrottleTests
{
    private readonly TestClock _clock = new();

    private static readonly ClientThrottlingConfiguration Defaults = new();

    private long Now => _clock.GetTimestamp();

    [Fact]
    public void Probability_follows_the_formula_of_the_book_within_its_cap()
    {
        var settings = Gen.Select(Gen.Int[10, 40], Gen.Int[0, 50], Gen.Int[0, 100]).Select(
            (tenths, minimum, cap) => Defaults with { Multiplier = tenths / 10.0, MinimumRequests = minimum, MaxRejectionPercent = cap });
        Gen.Select(settings, Gen.Int[0, 200], Gen.Int[0, 100]).Sample((with, requests, percent) =>
        {
            var throttle = new ClientThrottle(with, _clock, new SeededRandom(1));
            var accepts = requests * percent / 100;
            Send(throttle, requests, accepts);

            var formula = requests < with.MinimumRequests ? 0 : Math.Max(0, (requests - (with.Multiplier * accepts)) / (requests + 1));

            var cap = with.MaxRejectionPercent / 100;
            Assert.Equal(Math.Min(cap, formula), throttle.ProbabilityFor(MeshCriticality.Critical, Now), 12);
            Assert.Equal(Math.Min(cap, formula / 2), throttle.ProbabilityFor(MeshCriticality.CriticalPlus, Now), 12);
            Assert.Equal(Math.Min(cap, formula * 1.5), throttle.ProbabilityFor(MeshCriticality.SheddablePlus, Now), 12);
            Assert.Equal(Math.Min(cap, formula * 2), throttle.ProbabilityFor(MeshCriticality.Sheddable, Now), 12);
        });
    }

    [Fact]
    public void Servers_that_take_half_of_the_calls_get_all_of_them()
    {
        var throttle = Create();
        Send(throttle, 1_000, 500);

        Assert.Equal(0, throttle.ProbabilityFor(MeshCriticality.Sheddable, Now));
        Assert.False(throttle.Refuses(MeshCriticality.Critical, Now));
    }

    [Fact]
    public void Low_traffic_is_never_refused()
    {
        var throttle = Create();
        Send(throttle, Defaults.MinimumRequests - 1, 0);

        Assert.Equal(0, throttle.ProbabilityFor(MeshCriticality.Sheddable, Now));
        Send(throttle, 1, 0);
        Assert.True(throttle.ProbabilityFor(MeshCriticality.Sheddable, Now) > 0);
    }

    [Fact]
    public void Refused_call_counts_as_a_request_that_was_not_taken()
    {
        var throttle = Create(new ScriptedRandom().Double(0));
        Send(throttle, 200, 0);

        Assert.True(throttle.Refuses(MeshCriticality.Critical, Now));
        Assert.Equal((201, 0), throttle.Count(Now));
    }

    [Fact]
    public void Part_of_the_calls_that_the_probability_says_is_refused()
    {
        const int Calls = 10_000;
        var throttle = Create(new SeededRandom(7));
        Send(throttle, 1_000_000, 250_000);
        var probability = throttle.ProbabilityFor(MeshCriticality.Critical, Now);

        var refused = Enumerable.Range(0, Calls).Count(_ => throttle.Refuses(MeshCriticality.Critical, Now));

        // The refused ones move the probability by less than one in a hundred.
        Assert.InRange(refused, (Calls * (probability - 0.01)) - (5 * Math.Sqrt(Calls)), (Calls * (probability + 0.01)) + (5 * Math.Sqrt(Calls)));
    }

    [Fact]
    public void Window_forgets_what_was_refused()
    {
        var throttle = Create();
        Send(throttle, 200, 0);

        _clock.Advance(Defaults.Window);

        Assert.Equal((0, 0), throttle.Count(Now));
        Assert.Equal(0, throttle.ProbabilityFor(MeshCriticality.Critical, Now));
    }

    [Fact]
    public void Dead_servers_are_still_asked_by_the_part_of_the_calls_that_the_cap_leaves()
    {
        var throttle = Create();
        Send(throttle, 100_000, 0);

        Assert.Equal(0.8, throttle.ProbabilityFor(MeshCriticality.Critical, Now));
        Assert.Equal(0.8, throttle.ProbabilityFor(MeshCriticality.Sheddable, Now));
    }

    private ClientThrottle Create(MeshRandom? random = null) => new(Defaults, _clock, random ?? new SeededRandom(1));

    private void Send(ClientThrottle throttle, int requests, int accepts)
    {
        for (var call = 0; call < requests; call++)
        {
            throttle.OnSent(Now);
            if (call < accepts)
            {
                throttle.OnAccepted(Now);
            }
        }
    }
}
