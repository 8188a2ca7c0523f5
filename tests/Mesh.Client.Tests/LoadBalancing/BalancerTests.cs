using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class BalancerTests
{
    private const int Picks = 100_000;

    private static readonly Stopped Start = new(0);

    private static readonly ActiveClock Active = new(Start);

    private readonly MeshRandom _hashes = MeshRandom.Seeded(7);

    public static TheoryData<string> Policies => [.. Enum.GetNames<LoadBalancerPolicy>()];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Create_makes_the_named_policy(string policy) =>
        Assert.Equal(policy, Make(policy).Policy.ToString());

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_without_endpoints_is_null(string policy) =>
        Assert.Null(Pick(Make(policy), EndpointSet.Empty));

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_spreads_calls_evenly(string policy)
    {
        var counts = Count(Enum.Parse<LoadBalancerPolicy>(policy), Set(1, 1, 1, 1, 1, 1, 1));

        Assert.All(counts, count => AssertShare(count, 1.0 / 7));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_gives_each_endpoint_its_weight(string policy)
    {
        int[] weights = [1, 9, 30, 60];
        var counts = Count(Enum.Parse<LoadBalancerPolicy>(policy), Set(weights));

        Assert.All(counts.Zip(weights), pair => AssertShare(pair.First, pair.Second / 100.0));
    }

    [Fact]
    public void Round_robin_takes_turns()
    {
        var set = Set(1, 1, 1);
        var balancer = Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(1), Active);
        var first = Array.IndexOf(set.All, balancer.Pick(set, new([], Start)));

        Assert.All(Enumerable.Range(1, 30), turn => Assert.Same(set.All[(first + turn) % 3], balancer.Pick(set, new([], Start))));
    }

    [Fact]
    public void Round_robin_gives_the_exact_weights_in_every_round() => Gen.Int[1, 40].Array[2, 12].Sample(weights =>
    {
        var set = Set(weights);
        var balancer = Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(weights.Length), Active);
        var counts = set.All.ToDictionary(endpoint => endpoint, _ => 0);
        for (var pick = 0; pick < weights.Sum(); pick++)
        {
            counts[balancer.Pick(set, new([], Start))!]++;
        }

        return set.All.Select(endpoint => counts[endpoint]).SequenceEqual(weights);
    });

    [Fact]
    public void Round_robin_spreads_the_turns_of_a_heavy_endpoint()
    {
        var set = Set(5, 1, 1);
        var balancer = Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(1), Active);
        var picks = Enumerable.Range(0, 70).Select(_ => balancer.Pick(set, new([], Start)) == set.All[0]).ToArray();

        Assert.DoesNotContain(true, Enumerable.Range(0, 66).Select(start => picks.AsSpan(start, 4).IndexOf(true) < 0));
    }

    [Fact]
    public void Round_robin_spreads_the_turns_of_each_of_many() => Gen.Select(Gen.Int[1, 10].Array[400, 600], Gen.Int[1, 1000]).Sample((weights, seed) =>
    {
        var set = Set(weights);
        var places = set.All.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var balancer = Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(seed), Active);
        var round = weights.Sum();
        var last = new int[weights.Length];
        var counts = new int[weights.Length];
        for (var pick = 1; pick <= 2 * round; pick++)
        {
            var place = places[balancer.Pick(set, new([], Start))!];
            var gap = pick - last[place];

            // At most three times as far apart as even turns would be; the first is counted from the start.
            Assert.InRange(gap * weights[place], 1, 3 * round);
            last[place] = pick;
            counts[place]++;
        }

        Assert.Equal(weights.Select(weight => 2 * weight), counts);
    }, iter: 20);

    [Fact]
    public void Round_robin_goes_along_many_that_differ_in_weight()
    {
        var weights = Enumerable.Range(0, 2000).Select(index => 1 + (index * 7 % 10)).ToArray();
        var set = Set(weights);
        var places = set.All.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var balancer = Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(1), Active);

        var picked = Enumerable.Range(0, 5000).Select(_ => places[balancer.Pick(set, new([], Start))!]).ToArray();

        // But for the few times that it comes to the end and begins again.
        Assert.InRange(picked.Zip(picked.Skip(1)).Count(pair => pair.Second - pair.First is < 0 or > 20), 1, 20);
    }

    [Fact]
    public void Round_robin_starts_anywhere()
    {
        var set = Set(1, 1, 1, 1);
        var starts = Enumerable.Range(0, 100).Select(seed => Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(seed), Active).Pick(set, new([], Start)));

        Assert.Equal(4, starts.Distinct().Count());
    }

    [Fact]
    public void Round_robin_goes_on_over_a_changed_set()
    {
        var set = Set(1, 1, 1, 1);
        var balancer = Balancer.Create(With(LoadBalancerPolicy.RoundRobin), MeshRandom.Seeded(1), Active);
        var first = Array.IndexOf(set.All, balancer.Pick(set, new([], Start)));

        Assert.Same(set.All[(first + 1) % 4], balancer.Pick(new EndpointSet(set.All, set.All), new([], Start)));
    }

    [Fact]
    public void Gotcha_32_least_request_sends_a_busy_endpoint_only_what_draws_it_twice()
    {
        var set = Set(1, 1);
        set.All[0].BeginCall();
        var counts = Count(LoadBalancerPolicy.LeastRequest, set);

        AssertShare(counts[0], 0.25);
    }

    [Fact]
    public void Least_request_weighs_calls_in_flight()
    {
        // 3 calls for a weight of 4 are less than 1 for a weight of 1: only two draws of the light one give it a call.
        var set = Set(4, 1);
        Repeat(3, set.All[0].BeginCall);
        set.All[1].BeginCall();

        AssertShare(Count(LoadBalancerPolicy.LeastRequest, set)[1], 0.04);
    }

    [Fact]
    public void Least_request_keeps_the_first_of_equals() =>
        AssertShare(Count(LoadBalancerPolicy.LeastRequest, Set(1, 3))[0], 0.25);

    [Fact]
    public void Pick_never_takes_a_tried_or_unconnectable_endpoint_while_there_is_a_better_one() =>
        Gen.Select(Gen.Enum<LoadBalancerPolicy>(), Gen.Bool.Array[2, 30], Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Bool)
            .Sample((policy, failed, tries, seed, isWeighted) =>
            {
                const long Now = 1000;
                var set = Set([.. failed.Select((_, index) => isWeighted ? (index % 3) + 1 : 1)]);
                for (var index = 0; index < failed.Length; index++)
                {
                    set.All[index].ConnectFailedUntil = failed[index] ? Now + 1 : Now;
                }

                var tried = set.All.Skip(seed % failed.Length).Take(tries).ToArray();
                var balancer = Balancer.Create(With(policy), MeshRandom.Seeded(seed), Active);
                var best = set.All.Min(Rank);
                for (var pick = 0; pick < 50; pick++)
                {
                    Assert.Equal(best, Rank(Pick(balancer, set, tried, new Stopped(Now))!));
                }

                int Rank(EndpointState endpoint) => (tried.Contains(endpoint) ? 2 : 0) + (endpoint.ConnectFailedUntil > Now ? 1 : 0);
            });

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_among_few_usable_endpoints_of_many_stays_even(string policy)
    {
        var set = Set([.. Enumerable.Repeat(1, 1000)]);
        foreach (var endpoint in set.All.AsSpan(0, 996))
        {
            endpoint.ConnectFailedUntil = 1;
        }

        var counts = Count(Enum.Parse<LoadBalancerPolicy>(policy), set, picks: 4000);
        Assert.All(counts.AsSpan(996).ToArray(), count => AssertShare(count, 0.25, 4000));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_looks_at_the_clock_once_at_most_and_only_for_marked_endpoints_or_to_learn(string policy)
    {
        var clock = new Stopped(5);
        var set = Set(1, 1, 1);
        var balancer = Make(policy);
        Pick(balancer, set, [], clock);
        var before = clock.Looks;
        Assert.InRange(before, 0, balancer.LearnsFromCalls ? 1 : 0);

        Array.ForEach(set.All, endpoint => endpoint.ConnectFailedUntil = 6);
        Pick(balancer, set, [], clock);
        Assert.Equal(before + 1, clock.Looks);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_allocates_nothing(string policy)
    {
        var set = Set(1, 2, 3, 4);
        var balancer = Make(policy);
        EndpointState[] tried = [set.All[0], set.All[1], set.All[2]];
        Pick(balancer, set, tried);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pick = 0; pick < 1000; pick++)
        {
            Pick(balancer, set, tried);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Pick_while_sets_are_published_is_always_of_the_set_it_was_given(string policy)
    {
        var balancer = Make(policy);
        EndpointSet[] sets = [Set(1), Set(1, 2), Set(3, 1, 1, 9), Set([.. Enumerable.Repeat(1, 50)])];
        Array.ForEach(sets, set => balancer.Complete(set, 80));
        var pickers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var pick = 0; pick < 20_000; pick++)
            {
                var set = sets[pick % sets.Length];
                Assert.Contains(Pick(balancer, set)!, set.All);
            }
        }));

        await Task.WhenAll(pickers);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_gives_each_group_its_share(string policy)
    {
        var all = Set(1, 1, 1).All;
        var set = new EndpointSet(all, [new([all[0]]), new([all[1], all[2]])], [3, 1]);

        AssertShare(Count(Enum.Parse<LoadBalancerPolicy>(policy), set)[0], 0.75);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_goes_to_another_group_before_it_repeats_an_endpoint(string policy)
    {
        var all = Set(1, 1, 1).All;
        var set = new EndpointSet(all, [new([all[0], all[1]]), new([all[2]])], [1, 0]);
        var balancer = Make(policy);

        Assert.Same(all[2], Pick(balancer, set, [all[0], all[1]]));
        Assert.Contains(Pick(balancer, set, all), all);
    }

    [Fact]
    public void Groups_without_a_share_are_never_drawn()
    {
        var all = Set(1, 1, 1).All;
        var set = new EndpointSet(all, [.. all.Select(endpoint => new EndpointGroup([endpoint]))], [0, 5, 0]);

        Assert.Equal([1, 1], [set.FindGroup(0), set.FindGroup(ulong.MaxValue)]);
    }

    [Fact]
    public void Least_request_of_more_choices_finds_the_idle_endpoint_more_often()
    {
        var set = Set(1, 1, 1, 1);
        foreach (var endpoint in set.All.AsSpan(1))
        {
            endpoint.BeginCall();
        }

        var balancer = Balancer.Create(With(LoadBalancerPolicy.LeastRequest) with { LoadBalancerExtension = new() { ChoiceCount = 4 } }, MeshRandom.Seeded(3), Active);
        var idle = 0;
        Repeat(Picks, () => idle += balancer.Pick(set, new([], Start)) == set.All[0] ? 1 : 0);

        AssertShare(idle, 1 - Math.Pow(0.75, 4));
    }

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MaxValue, 10_000)]
    public void Weights_of_any_size_fit(int weight, int endpoints)
    {
        var weights = EndpointWeights.Create([new EndpointState(Endpoint(0, 1)), .. Enumerable.Range(1, endpoints).Select(index => new EndpointState(Endpoint(index, weight)))])!;

        Assert.Equal(0, weights.Find(0));
        Assert.Equal(endpoints, weights.Find(weights.Total - 1));
    }

    [Fact]
    public void Weights_find_the_endpoint_of_every_point() => Gen.Int[1, 60].Array[2, 40].Sample(written =>
    {
        var set = Set(written);
        if (set.Groups[0].Weights is not { } weights)
        {
            return;
        }

        var point = 0u;
        for (var index = 0; index < written.Length; index++)
        {
            for (var inside = 0u; inside < weights[index]; inside++, point++)
            {
                Assert.Equal(index, weights.Find(point));
            }
        }

        Assert.Equal(weights.Total, point);
    });

    [Fact]
    public void Draws_by_weight_give_each_endpoint_its_share_to_the_point() => Gen.Int[1, 60].Array[2, 40].Sample(written =>
    {
        if (Set(written).Groups[0].Weights is not { } weights)
        {
            return;
        }

        // Of each bin each point once.
        var taken = new uint[written.Length];
        for (var bin = 0UL; bin < (uint)written.Length; bin++)
        {
            for (var point = 0UL; point < weights.Total; point++)
            {
                taken[weights.Draw((FirstOf(bin, (uint)written.Length) << 32) | FirstOf(point, weights.Total))]++;
            }
        }

        Assert.Equal(written.Select((_, index) => weights[index] * (uint)written.Length), taken);

        static ulong FirstOf(ulong part, uint parts) => ((part << 32) + parts - 1) / parts;
    });

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MaxValue, 10_000)]
    public void Draws_by_weights_of_any_size_find_an_endpoint(int weight, int endpoints)
    {
        var weights = EndpointWeights.Create([new EndpointState(Endpoint(0, 1)), .. Enumerable.Range(1, endpoints).Select(index => new EndpointState(Endpoint(index, weight)))])!;

        Assert.Equal(0, weights.Draw(0));
        Assert.InRange(weights.Draw(ulong.MaxValue), 1, endpoints);
    }

    [Fact]
    public void Weights_with_a_common_divisor_are_what_is_left_without_it() =>
        Assert.Equal(4u, Set(100, 300).Groups[0].Weights!.Total);

    private static Balancer Make(string policy) => Balancer.Create(With(Enum.Parse<LoadBalancerPolicy>(policy)), MeshRandom.Seeded(1), Active);

    /// <summary>As a running cluster does it: what a policy has to know about a set is worked out before, and requests have something to be hashed by.</summary>
    private EndpointState? Pick(Balancer balancer, EndpointSet set, ReadOnlySpan<EndpointState> tried = default, TimeProvider? clock = null)
    {
        if (!balancer.IsComplete(set))
        {
            balancer.Complete(set, 80);
        }

        return balancer.Pick(set, new(tried, clock ?? Start) { Hash = _hashes.NextUInt64() });
    }

    /// <param name="policy">The policy.</param>
    /// <param name="ringSize">Where shares are compared, so many points that their own spread does not count.</param>
    private static ClusterPolicy With(LoadBalancerPolicy policy, int ringSize = ConsistentHashConfiguration.DefaultRingSize) => new()
    {
        LoadBalancer = policy,
        ConsistentHash = new() { Key = HashKeyKind.Header, Size = policy == LoadBalancerPolicy.Maglev ? ConsistentHashConfiguration.DefaultTableSize : ringSize },
    };

    private static EndpointSet Set(params int[] weights)
    {
        var endpoints = weights.Select((weight, index) => new EndpointState(Endpoint(index, weight))).ToArray();
        return new EndpointSet(endpoints, endpoints);
    }

    private static Endpoint Endpoint(int index, int weight) => new() { Address = $"e{index}", Host = $"e{index}", Weight = weight };

    private int[] Count(LoadBalancerPolicy policy, EndpointSet set, int picks = Picks)
    {
        var balancer = Balancer.Create(With(policy, ringSize: 1 << 18), MeshRandom.Seeded(42), Active);
        var counts = new int[set.All.Length];
        Repeat(picks, () => counts[Array.IndexOf(set.All, Pick(balancer, set))]++);
        return counts;
    }

    private static void AssertShare(int count, double share, int picks = Picks)
    {
        var tolerance = (5 * Math.Sqrt(picks * share * (1 - share))) + 1;
        Assert.InRange(count, (picks * share) - tolerance, (picks * share) + tolerance);
    }

    private static void Repeat(int times, Action action)
    {
        for (var time = 0; time < times; time++)
        {
            action();
        }
    }

    private sealed class Stopped(long now) : TimeProvider
    {
        public int Looks { get; private set; }

        public override long GetTimestamp()
        {
            Looks++;
            return now;
        }
    }
}
