using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class SlowStartTests
{
    private const int Picks = 20_000;

    private static readonly WarmupConfiguration Minute = new() { Duration = TimeSpan.FromMinutes(1) };

    private readonly TestClock _clock = new();

    /// <summary>The table of Envoy's formula, by the part of the window that has passed.</summary>
    [Theory]
    [InlineData(0.05, 1, 0.10)]
    [InlineData(0.25, 1, 0.25)]
    [InlineData(0.50, 1, 0.50)]
    [InlineData(0.05, 2, 0.2236)]
    [InlineData(0.25, 2, 0.50)]
    [InlineData(0.50, 2, 0.7071)]
    [InlineData(0.05, 0.5, 0.10)]
    [InlineData(0.25, 0.5, 0.10)]
    [InlineData(0.50, 0.5, 0.25)]
    [InlineData(0, 1, 0.10)]
    [InlineData(1, 1, 1)]
    [InlineData(7, 1, 1)]
    public void Factor_is_that_of_Envoy(double part, double aggression, double expected)
        => Assert.Equal(expected, WarmUp.FactorOf(Minute with { Aggression = aggression }, part * Minute.Duration), 4);

    [Fact]
    public void Factor_of_no_age_at_all_counts_a_millisecond()
        => Assert.Equal(1.0 / 60_000, WarmUp.FactorOf(Minute with { MinimumPercent = 0 }, TimeSpan.Zero), 12);

    [Fact]
    public void Factor_grows_with_age_and_stays_within_its_bounds()
        => Seeded.Sample(Gen.Select(Gen.Double[0, 100], Gen.Double[0.1, 10], Gen.Double[0, 1.2], Gen.Double[0, 1.2]), 1000, given =>
        {
            var (minimum, aggression, one, other) = given;
            var settings = Minute with { MinimumPercent = minimum, Aggression = aggression };
            var young = WarmUp.FactorOf(settings, Math.Min(one, other) * settings.Duration);
            var old = WarmUp.FactorOf(settings, Math.Max(one, other) * settings.Duration);

            Assert.True(young <= old);
            Assert.InRange(young, minimum / 100, 1);
        });

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("LeastRequest")]
    public void Endpoint_that_joins_gets_its_part_of_its_share(string policy)
    {
        var group = Group(2, Minute);
        _clock.Advance(TimeSpan.FromSeconds(15));

        // Two that have been there and one with a quarter of its share.
        AssertShare(Count(policy, group)[2], 0.25 / 2.25);
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("LeastRequest")]
    public void Endpoint_that_has_warmed_up_gets_all_of_its_share(string policy)
    {
        var group = Group(2, Minute);
        _clock.Advance(Minute.Duration);

        AssertShare(Count(policy, group)[2], 1.0 / 3);
        Assert.Null(group.WarmUp);
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("LeastRequest")]
    public void Endpoints_that_join_together_share_evenly(string policy)
    {
        var group = Group(0, Minute, joining: 4);

        Assert.All(Count(policy, group), count => AssertShare(count, 0.25));
    }

    [Theory]
    [InlineData("PeakEwma")]
    [InlineData("Prequal")]
    public void Endpoint_that_joins_gets_its_part_of_a_policy_that_goes_by_load(string policy)
    {
        var group = Group(2, Minute);
        _clock.Advance(TimeSpan.FromSeconds(15));

        // Drawn for a quarter of its share; of two that are equal the one that was drawn first wins.
        AssertShare(Count(policy, group)[2], 0.25 / 2.25);
    }

    [Theory]
    [InlineData("PeakEwma")]
    [InlineData("LeastRequest")]
    public void Calls_in_flight_of_an_endpoint_that_warms_up_count_for_more(string policy)
    {
        var group = Group(1, Minute);
        _clock.Advance(TimeSpan.FromSeconds(30));
        group.Endpoints[1].BeginCall();
        for (var call = 0; call < 3; call++)
        {
            group.Endpoints[0].BeginCall();
        }

        // One call at half of its share is less than three.
        Assert.True(Count(policy, group)[1] > Picks / 3);
        group.Endpoints[1].BeginCall();
        Assert.True(Count(policy, group)[1] < Picks / 3);
    }

    [Fact]
    public void Many_that_join_leave_the_old_one_most()
    {
        var group = Group(1, Minute, joining: 20);

        // 1 against 20 times a tenth: most draws are passed over, and the rest is drawn by weight.
        AssertShare(Count("RoundRobin", group)[0], 1.0 / 3);
    }

    [Fact]
    public void Weights_are_multiplied_by_the_part()
    {
        var group = new EndpointGroup([At(1, weight: 1, isNew: false), At(2, weight: 4, isNew: true)], Minute);
        _clock.Advance(TimeSpan.FromSeconds(30));

        AssertShare(Count("RoundRobin", group)[1], 2.0 / 3);
    }

    [Fact]
    public void Random_knows_no_slow_start() => AssertShare(Count("Random", Group(2, Minute))[2], 1.0 / 3);

    [Fact]
    public void Busy_endpoint_that_warms_up_counts_as_so_much_busier()
    {
        var group = Group(1, Minute);
        _clock.Advance(TimeSpan.FromSeconds(30));
        group.Endpoints[1].BeginCall();
        group.Endpoints[0].BeginCall();

        // One call each: the warm one is the less loaded, so that the other is picked only where it is drawn twice: (1/3)^2.
        AssertShare(Count("LeastRequest", group)[1], 1.0 / 9);
    }

    [Fact]
    public void Restarted_age_warms_up_anew()
    {
        EndpointState[] endpoints = [At(1, 1, isNew: false), At(2, 1, isNew: false)];
        endpoints[1].RestartAge(_clock.GetTimestamp());

        AssertShare(Count("RoundRobin", new(endpoints, Minute))[1], 0.1 / 1.1);
    }

    /// <summary>Endpoints of before, and some that joined in up to three waves, with weights or without.</summary>
    [Fact]
    public void Draws_are_those_of_weight_and_part_whether_prepared_or_not()
        => Seeded.Sample(Gen.Select(Gen.Int[0, 5], Gen.Select(Gen.Int[0, 90], Gen.Int[1, 4]).Array[1, 3], Gen.Int[1, 6], Gen.Bool, Gen.Bool), 40, given =>
        {
            var (old, waves, weights, isPrepared, isTurn) = given;
            var endpoints = new List<EndpointState>();
            for (var number = 0; number < old; number++)
            {
                endpoints.Add(At(number, (number % weights) + 1, isNew: false));
            }

            var ages = new List<double>();
            foreach (var (seconds, count) in waves.OrderByDescending(wave => wave.Item1))
            {
                ages.AddRange(Enumerable.Repeat((double)seconds, count));
            }

            for (var index = 0; index < ages.Count; index++)
            {
                _clock.Advance(TimeSpan.FromSeconds(index == 0 ? 100 : ages[index - 1] - ages[index]));
                endpoints.Add(At(old + index, ((old + index) % weights) + 1, isNew: true));
            }

            _clock.Advance(TimeSpan.FromSeconds(ages[^1]));
            var group = new EndpointGroup([.. endpoints], Minute);
            double[] parts = [.. Enumerable.Repeat(1.0, old), .. ages.Select(age => WarmUp.FactorOf(Minute, TimeSpan.FromSeconds(age)))];
            double[] shares = [.. endpoints.Select((endpoint, index) => endpoint.Endpoint.Weight * parts[index])];
            var counts = Count(isTurn ? "RoundRobin" : "LeastRequest", group, isPrepared);

            for (var index = 0; index < shares.Length; index++)
            {
                AssertShare(counts[index], shares[index] / shares.Sum());
            }
        });

    [Theory]
    [InlineData("LeastRequest")]
    [InlineData("PeakEwma")]
    public void Shares_grow_with_the_beat_of_the_clock(string policy)
    {
        var group = Group(2, Minute);
        var set = new EndpointSet(group.Endpoints, [group], []);
        var balancer = Make(policy);
        balancer.Prepare(EndpointSet.Empty, set, 80);
        balancer.Pick(set, new([], _clock));
        var few = CountLast();
        for (var beat = 0; beat < 2_500; beat++)
        {
            _clock.Advance(ActiveClock.Period);
            balancer.Pick(set, new([], _clock));
        }

        // A tenth of its share at first, five sixths of it after fifty seconds.
        Assert.True(CountLast() > 3 * few);

        int CountLast() => Enumerable.Range(0, Picks).Count(_ => balancer.Pick(set, new([], _clock)) == group.Endpoints[2]);
    }

    [Fact]
    public void Group_in_which_nobody_joined_or_nothing_warms_up_has_no_warm_up()
    {
        Assert.Null(Group(3, Minute, joining: 0).WarmUp);
        Assert.Null(Group(3, null).WarmUp);
    }

    [Fact]
    public void Pick_while_endpoints_warm_up_allocates_nothing()
    {
        var set = new EndpointSet([], [Group(2, Minute)], []);
        foreach (var policy in new[] { "RoundRobin", "LeastRequest", "PeakEwma", "Prequal" })
        {
            var balancer = Make(policy);
            balancer.Prepare(EndpointSet.Empty, set, 80);
            balancer.Pick(set, new([], _clock));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var pick = 0; pick < 1000; pick++)
            {
                balancer.Pick(set, new([], _clock));
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private Balancer Make(string policy) => Balancer.Create(new() { LoadBalancer = Enum.Parse<LoadBalancerPolicy>(policy) }, MeshRandom.Seeded(11), new ActiveClock(_clock));

    private EndpointState At(int number, int weight, bool isNew)
        => new(new() { Address = $"e{number}", Host = $"e{number}", Weight = weight }, isNew ? _clock.GetTimestamp() : EndpointState.JoinedLongAgo);

    private EndpointGroup Group(int old, WarmupConfiguration? warmup, int joining = 1)
        => new([.. Enumerable.Range(0, old + joining).Select(number => At(number, 1, number >= old))], warmup);

    private int[] Count(string policy, EndpointGroup group, bool isPrepared = true)
    {
        var set = new EndpointSet(group.Endpoints, [group], []);
        var balancer = Make(policy);
        if (isPrepared)
        {
            balancer.Prepare(EndpointSet.Empty, set, 80);
        }

        var counts = new int[group.Endpoints.Length];
        for (var pick = 0; pick < Picks; pick++)
        {
            counts[Array.IndexOf(group.Endpoints, balancer.Pick(set, new([], _clock)))]++;
        }

        return counts;
    }

    private static void AssertShare(int count, double share)
    {
        var tolerance = (5 * Math.Sqrt(Picks * share * (1 - share))) + 1;
        Assert.InRange(count, (Picks * share) - tolerance, (Picks * share) + tolerance);
    }
}
