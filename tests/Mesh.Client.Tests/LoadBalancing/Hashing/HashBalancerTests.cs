using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.LoadBalancing.Hashing;

public sealed class HashBalancerTests
{
    private readonly MeshRandom _hashes = MeshRandom.Seeded(11);

    public static TheoryData<string> Policies => [nameof(LoadBalancerPolicy.RingHash), nameof(LoadBalancerPolicy.Maglev)];

    [Fact]
    public void Ring_hash_picks_what_the_table_says()
    {
        var endpoints = Hosts.Many(20, index => (index % 4) + 1);
        var table = new RingTable(Hosts.Group(endpoints), 80, 1024);

        AssertPicks(Make("RingHash"), Hosts.Set(endpoints), hash => endpoints[table.Find(hash, 0)]);
    }

    [Fact]
    public void Maglev_picks_what_the_table_says()
    {
        var endpoints = Hosts.Many(20, index => (index % 4) + 1);
        var table = new MaglevTable(Hosts.Group(endpoints), 80, 1009);

        AssertPicks(Make("Maglev"), Hosts.Set(endpoints), hash => endpoints[table.Find(hash, 0)]);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Pick_without_a_hash_is_any_endpoint(string policy)
    {
        var set = Hosts.Set(Hosts.Many(10));
        var balancer = Prepared(policy, set);

        Assert.Equal(10, Enumerable.Range(0, 1000).Select(_ => balancer.Pick(set, new([], TimeProvider.System))).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Endpoint_that_left_is_passed_over_until_the_next_table_is_built(string policy)
    {
        var (before, after) = (Hosts.Set(Hosts.Many(20)), default(EndpointSet));
        var balancer = Prepared(policy, before);
        var owners = Hashes(2000).ToDictionary(hash => hash, hash => Pick(balancer, before, hash));

        after = Hosts.Set(before.All[1..]);
        balancer.Prepare(before, after, 80);

        Assert.False(balancer.IsComplete(after));
        Assert.All(owners, pair => Assert.True(pair.Value == before.All[0] || pair.Value == Pick(balancer, after, pair.Key)));
        Assert.Contains(owners, pair => pair.Value == before.All[0] && after.All.Contains(Pick(balancer, after, pair.Key)));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Endpoint_that_joined_gets_calls_with_the_next_table(string policy)
    {
        var all = Hosts.Many(20);
        var (before, after) = (Hosts.Set(all[1..]), Hosts.Set(all));
        var balancer = Prepared(policy, before);
        balancer.Prepare(before, after, 80);

        Assert.DoesNotContain(all[0], Hashes(2000).Select(hash => Pick(balancer, after, hash)));

        balancer.Complete(after, 80);

        Assert.True(balancer.IsComplete(after));
        Assert.Contains(all[0], Hashes(2000).Select(hash => Pick(balancer, after, hash)));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Group_without_a_table_before_it_keeps_hashes_together_all_the_same(string policy)
    {
        var all = Hosts.Many(20);
        var balancer = Make(policy);
        var set = new EndpointSet(all, [new EndpointGroup(all)], []);

        Assert.All(Hashes(200), hash => Assert.Same(Pick(balancer, set, hash), Pick(balancer, set, hash)));
        Assert.True(Hashes(2000).Select(hash => Pick(balancer, set, hash)).Distinct().Count() > 15);
    }

    [Fact]
    public void Table_of_another_balancer_is_not_read()
    {
        var endpoints = Hosts.Many(20);
        var set = Hosts.Set(endpoints);
        var (ring, maglev) = (Prepared("RingHash", set), Prepared("Maglev", set));

        Assert.False(ring.IsComplete(set));
        Assert.True(maglev.IsComplete(set));
        ring.Complete(set, 80);
        var table = new RingTable(Hosts.Group(endpoints), 80, 1024);
        AssertPicks(ring, set, hash => endpoints[table.Find(hash, 0)]);
    }

    [Fact]
    public void Places_are_followed_over_any_change() => Gen.Select(Gen.Int[0, 30].Array[1, 30], Gen.Int[0, 30].Array[1, 30], Gen.Bool).Sample((one, two, keepsOrder) =>
    {
        var known = Hosts.Many(31);
        EndpointState[] Of(int[] numbers) => [.. (keepsOrder ? numbers.Distinct().Order() : numbers.Distinct()).Select(number => known[number])];
        var (before, now) = (Of(one), Of(two));

        Assert.Equal(before.Select(endpoint => Array.IndexOf(now, endpoint)), GroupTable.Follow(before, now));
    });

    [Theory]
    [MemberData(nameof(Policies))]
    public void Retry_goes_to_the_next_endpoint_of_the_table(string policy)
    {
        var set = Hosts.Set(Hosts.Many(5));
        var balancer = Prepared(policy, set);
        var table = ((GroupTable)set.Groups[0].Memory!).Table!;

        Assert.All(Hashes(100), hash =>
        {
            var expected = Enumerable.Range(0, 1000).Select(attempt => set.All[table.Find(hash, attempt)]).Distinct().Take(3).ToArray();
            Assert.Equal(expected, Enumerable.Range(0, 3).Select(tries => balancer.Pick(set, new(expected.AsSpan(0, tries), TimeProvider.System) { Hash = hash })));
        });
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Calls_meet_and_spread_also_where_few_of_many_endpoints_can_be_used(string policy)
    {
        var set = Hosts.Set(Hosts.Many(500));
        var balancer = Prepared(policy, set);
        foreach (var endpoint in set.All.AsSpan(4))
        {
            endpoint.ConnectFailedUntil = long.MaxValue;
        }

        var picks = Hashes(1000).ToDictionary(hash => hash, hash => Pick(balancer, set, hash));

        Assert.All(picks, pair => Assert.Same(pair.Value, Pick(balancer, set, pair.Key)));
        Assert.Equal(set.All[..4], picks.Values.Distinct().OrderBy(endpoint => Array.IndexOf(set.All, endpoint)));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Endpoint_of_a_group_is_reached_although_the_hash_has_chosen_the_group_already(string policy)
    {
        // Of an endpoint's three points all lie in one half of the ring in a quarter of the cases.
        var all = Hosts.Many(1000);
        var set = new EndpointSet(all, [new(all[..500]), new(all[500..])], [1, 1]);
        var balancer = Prepared(policy, set);

        Assert.InRange(Hashes(50_000).Select(hash => Pick(balancer, set, hash)).Distinct().Count(), 990, 1000);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Endpoint_at_its_bound_hands_calls_on(string policy)
    {
        var set = Hosts.Set(Hosts.Many(4));
        var balancer = Prepared(policy, set, hashBalanceFactor: 150);
        var hash = _hashes.NextUInt64();
        var picks = new List<EndpointState>();
        for (var call = 0; call < 100; call++)
        {
            picks.Add(Pick(balancer, set, hash));
            picks[^1].BeginCall();
        }

        // 150 % of the mean of 25, and one that was let in below the bound.
        Assert.InRange(set.All.Max(endpoint => endpoint.InFlight), 37, 39);
        Assert.Equal(picks[0], picks[1]);
        picks.ForEach(endpoint => endpoint.EndCall());
        Assert.Same(picks[0], Pick(balancer, set, hash));
    }

    [Fact]
    public void Bound_goes_by_weight()
    {
        var set = Hosts.Set(Hosts.Loopback(2, 3, 1));
        var bound = new LoadBound(100);
        Repeat(30, set.All[0].BeginCall);
        Repeat(10, set.All[1].BeginCall);
        Assert.Equal((false, false), (bound.IsExceeded(set.Groups[0], 0), bound.IsExceeded(set.Groups[0], 1)));

        Repeat(2, set.All[1].BeginCall);
        Assert.Equal((false, true), (bound.IsExceeded(set.Groups[0], 0), bound.IsExceeded(set.Groups[0], 1)));
    }

    [Fact]
    public void One_call_is_always_within_the_bound()
    {
        var set = Hosts.Set(Hosts.Many(100));
        set.All[0].BeginCall();

        Assert.False(new LoadBound(100).IsExceeded(set.Groups[0], 0));
    }

    [Fact]
    public void Bound_of_many_endpoints_counts_anew_every_few_picks()
    {
        var set = Hosts.Set(Hosts.Many(320));
        var bound = new LoadBound(100);
        Repeat(5, set.All[0].BeginCall);
        Assert.True(bound.IsExceeded(set.Groups[0], 0));

        Array.ForEach(set.All, endpoint => Repeat(5, endpoint.BeginCall));
        Array.ForEach(set.All[1..], endpoint => Repeat(5, endpoint.BeginCall));

        Assert.Contains(false, Enumerable.Range(0, 10).Select(_ => bound.IsExceeded(set.Groups[0], 0)));
    }

    [Fact]
    public void Another_table_needs_another_balancer_and_another_key_does_not()
    {
        var policy = new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.RingHash, ConsistentHash = new() { Key = HashKeyKind.Header, Name = "a" } };

        Assert.True(Balancer.IsSame(policy, policy with { ConsistentHash = new() { Key = HashKeyKind.SourceIp } }));
        Assert.False(Balancer.IsSame(policy, policy with { ConsistentHash = policy.ConsistentHash with { Size = 2048 } }));
        Assert.False(Balancer.IsSame(policy, policy with { LoadBalancer = LoadBalancerPolicy.Maglev }));
        Assert.False(Balancer.IsSame(policy, policy with { LoadBalancerExtension = new() { HashBalanceFactor = 125 } }));
    }

    private static HashBalancer Make(string policy, int hashBalanceFactor = 0) => (HashBalancer)Balancer.Create(
        new ClusterPolicy
        {
            LoadBalancer = Enum.Parse<LoadBalancerPolicy>(policy),
            ConsistentHash = new() { Key = HashKeyKind.Header, Size = policy == "Maglev" ? 1009 : 1024 },
            LoadBalancerExtension = new() { HashBalanceFactor = hashBalanceFactor },
        },
        MeshRandom.Seeded(1),
        new ActiveClock(TimeProvider.System));

    private static HashBalancer Prepared(string policy, EndpointSet set, int hashBalanceFactor = 0)
    {
        var balancer = Make(policy, hashBalanceFactor);
        balancer.Prepare(EndpointSet.Empty, set, 80);
        return balancer;
    }

    private static EndpointState Pick(Balancer balancer, EndpointSet set, ulong hash) => balancer.Pick(set, new([], TimeProvider.System) { Hash = hash })!;

    private IEnumerable<ulong> Hashes(int count) => [.. Enumerable.Range(0, count).Select(_ => _hashes.NextUInt64())];

    private void AssertPicks(HashBalancer balancer, EndpointSet set, Func<ulong, EndpointState> expected)
    {
        if (!balancer.IsComplete(set))
        {
            balancer.Prepare(EndpointSet.Empty, set, 80);
        }

        Assert.All(Hashes(1000), hash => Assert.Same(expected(hash), Pick(balancer, set, hash)));
    }

    private static void Repeat(int times, Action action)
    {
        for (var time = 0; time < times; time++)
        {
            action();
        }
    }
}
