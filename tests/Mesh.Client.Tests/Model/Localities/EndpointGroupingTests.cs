using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using static Mesh.Client.Tests.Model.Localities.Places;

namespace Mesh.Client.Tests.Model.Localities;

public sealed class EndpointGroupingTests
{
    [Fact]
    public void Failover_groups_endpoints_by_distance_without_gaps()
    {
        var set = Build(Many(("us/x", 1), ("eu/a", 2), ("asia/y", 1)), Policy(null, ClientAt("eu/a"), Outliers));

        Assert.Equal([(0, "eu/a", 100), (1, "us/x", 0), (1, "asia/y", 0)], Shares(set));
        Assert.Equal(4, set.Available.Length);
    }

    [Fact]
    public void Places_that_come_by_turns_are_told_apart_however_many_there_are()
    {
        EndpointState[] all = [.. Enumerable.Range(0, 60).Select(index => At($"eu/{index % 20}", index))];

        var groups = Build(all, Policy(null, ClientAt("eu/0"), Outliers)).Groups;

        Assert.Equal(20, groups.Length);
        Assert.All(groups, group => Assert.Equal([group.Locality, group.Locality, group.Locality], group.Endpoints.Select(endpoint => endpoint.Endpoint.Locality)));
    }

    [Fact]
    public void Labels_that_come_by_turns_in_one_place_are_told_apart()
    {
        EndpointState[] all = [.. Enumerable.Range(0, 24).Select(index => At("eu/a", index, labels: ("version", $"v{index % 12}")))];

        var groups = Build(all, Policy(new() { FailoverPriority = ["version"] }, ClientAt("eu/a", ("version", "v3")), Outliers)).Groups;

        Assert.Equal([all[3], all[15]], groups[0].Endpoints);
        Assert.Equal(22, groups[1].Endpoints.Length);
    }

    [Fact]
    public void Failover_spills_what_the_nearest_cannot_bear()
    {
        var all = Many(("eu/a", 4), ("eu/b", 4), ("us/x", 4));
        Eject(all[0], all[1]);

        Assert.Equal([(0, "eu/a", 70), (1, "eu/b", 30), (2, "us/x", 0)], Shares(Build(all, Policy(null, ClientAt("eu/a"), Outliers))));
    }

    [Fact]
    public void Failover_splits_a_priority_by_what_its_places_weigh()
    {
        var all = Many(("eu/a", 1), ("us/x", 3), ("asia/y", 1));
        Eject(all[0]);

        Assert.Equal([(1, "us/x", 75), (1, "asia/y", 25)], Shares(Build(all, Policy(null, ClientAt("eu/a"), Outliers))));
    }

    [Fact]
    public void Priorities_of_endpoints_make_groups_where_places_are_alike()
    {
        EndpointState[] all = [Ranked("eu/a", 1, 20), Ranked("us/x", 2, 10), Ranked(null, 3, 20), Ranked("eu/a", 4, 10)];
        var set = Build(all, new ClusterPolicy());

        Assert.Equal([(0, null, 100), (1, null, 0)], Shares(set));
        Assert.Equal([all[1], all[3]], set.Groups[0].Endpoints);
    }

    [Fact]
    public void Priorities_of_endpoints_go_before_their_places()
    {
        EndpointState[] all = [Ranked("eu/a", 1, 20), Ranked("us/x", 2, 10), Ranked("eu/a", 3, 10)];

        Assert.Equal([(0, "eu/a", 100), (1, "us/x", 0), (2, "eu/a", 0)], Shares(Build(all, Policy(null, ClientAt("eu/a"), Outliers))));
    }

    [Fact]
    public void Priorities_of_endpoints_spill_what_the_first_cannot_bear()
    {
        EndpointState[] all = [Ranked(null, 1, 0), Ranked(null, 2, 0), Ranked(null, 3, 5)];
        Eject(all[0]);

        Assert.Equal([(0, null, 70), (1, null, 30)], Shares(Build(all, new ClusterPolicy { OutlierDetection = Outliers })));
    }

    [Fact]
    public void Endpoints_that_are_for_others_come_last_of_their_priority_where_no_rule_says_how_places_count()
    {
        EndpointState[] all = [ForOthers(At("eu/b", 1)), At("eu/a", 2), ForOthers(Ranked("eu/b", 3, 10)), Ranked("eu/a", 4, 10)];

        Assert.Equal([(0, null, 100), (1, null, 0), (2, null, 0), (3, null, 0)], Shares(Build(all, new ClusterPolicy())));
        Assert.Equal([all[1]], Build(all, new ClusterPolicy()).Groups[0].Endpoints);
        Assert.Equal([(0, "eu/a", 100), (1, "eu/b", 0), (2, "eu/a", 0), (3, "eu/b", 0)], Shares(Build(all, Policy(null, ClientAt("eu/b"), Outliers))));
    }

    [Fact]
    public void Endpoints_that_are_for_others_are_like_all_where_a_rule_says_how_places_count()
    {
        EndpointState[] all = [ForOthers(At("eu/b", 1)), At("eu/a", 2)];

        Assert.Equal(2, Assert.Single(Build(all, new ClusterPolicy { HeedsSource = false }).Groups).Endpoints.Length);
        Assert.Equal([(0, "eu/b", 100), (1, "eu/a", 0)], Shares(Build(all, Policy(new(), ClientAt("eu/b"), Outliers) with { HeedsSource = false })));
    }

    [Fact]
    public void Endpoints_that_are_for_others_take_over_what_the_rest_cannot_bear()
    {
        EndpointState[] all = [At(null, 1), At(null, 2), ForOthers(At(null, 3))];
        Eject(all[0]);

        Assert.Equal([(0, null, 70), (1, null, 30)], Shares(Build(all, new ClusterPolicy { OutlierDetection = Outliers })));
    }

    [Fact]
    public void One_priority_of_all_endpoints_makes_one_group() =>
        Assert.Equal(2, Assert.Single(Build([Ranked("eu/a", 1, 7), Ranked("us/x", 2, 7)], new ClusterPolicy()).Groups).Endpoints.Length);

    [Fact]
    public void Nothing_healthy_leaves_nothing_to_pick()
    {
        var all = Many(("eu/a", 1), ("us/x", 1));
        Eject(all);

        Assert.Empty(Build(all, Policy(null, ClientAt("eu/a"), Outliers)).Groups);
    }

    /// <summary>The vector of Istio's loadbalancer_test.go: a wildcard's weight is divided among the places it takes.</summary>
    [Fact]
    public void Gotcha_33_distribute_divides_wildcards_and_starves_what_is_not_listed()
    {
        var all = Many(("region1/zone1/a", 1), ("region1/zone1/b", 1), ("region1/zone2", 1), ("region1/zone3", 1), ("region2", 1), ("region3", 1), (null, 1));
        var set = Build(all, Policy(Distribute("region1/zone1/*", ("region1/zone1/*", 80), ("region1/zone2", 15), ("region1/zone3", 5)), ClientAt("region1/zone1/a")));

        Assert.Equal([(0, "region1/zone1/a", 40), (0, "region1/zone1/b", 40), (0, "region1/zone2", 15), (0, "region1/zone3", 5)], Shares(set));
    }

    [Fact]
    public void Distribute_rounds_the_weights_of_a_wildcard_up()
    {
        // 80 x 1/3 and 80 x 2/3 become 27 and 54.
        var set = Build(Many(("eu/a", 1), ("eu/b", 2), ("us", 1)), Policy(Distribute("*", ("eu/*", 80), ("us", 20)), ClientAt(null)));

        Assert.Equal([(0, "eu/a", Math.Round(2700.0 / 101, 2)), (0, "eu/b", Math.Round(5400.0 / 101, 2)), (0, "us", Math.Round(2000.0 / 101, 2))], Shares(set));
    }

    [Fact]
    public void Distribute_for_other_clients_gives_each_place_what_it_weighs()
        => Assert.Equal([(0, "eu", 25), (0, "us", 75)], Shares(Build(Many(("eu", 1), ("us", 3)), Policy(Distribute("asia", ("eu", 100)), ClientAt("eu"), Outliers))));

    /// <summary>The table of Envoy's documentation of locality weights, which cuts 32.57 to 32.</summary>
    [Theory]
    [InlineData(100, 100.0 / 3, 33)]
    [InlineData(69, 9660.0 / 296.6, 32)]
    [InlineData(50, 7000.0 / 270, 26)]
    [InlineData(25, 3500.0 / 235, 15)]
    [InlineData(0, 0, 0)]
    public void Distribute_lowers_the_weight_of_a_place_by_what_is_not_available(int healthyPercent, double expected, double documented)
    {
        var all = Many(("x", 100), ("y", 100));
        var policy = Policy(new LocalityConfiguration { Distribute = [new(LocalityPattern.Parse("*"), [new(LocalityPattern.Parse("x"), 1), new(LocalityPattern.Parse("y"), 2)])] }, ClientAt(null));
        Eject(all.AsSpan(healthyPercent, 100 - healthyPercent));
        var set = Build(all, policy);
        var share = set.Groups.Index().Where(group => group.Item.Locality == "x").Sum(group => 100 * set.ShareOf(group.Index));

        Assert.Equal(expected, share, 2);
        Assert.InRange(share, documented - 0.5, documented + 0.6);
    }

    [Fact]
    public void Panic_is_of_one_priority_and_uses_all_of_it()
    {
        var all = Many(("eu/a", 10), ("us/x", 4), ("us/y", 6));
        Eject(all.AsSpan(1, 9));
        Eject(all.AsSpan(10, 4));
        var set = Build(all, Policy(null, ClientAt("eu/a"), Outliers with { MinHealthPercent = 50 }));

        // 14 and 84 of 98 percent.
        Assert.Equal([(0, null, 15), (1, "us/y", 85)], Shares(set));
        Assert.Equal([(true, 10), (false, 6)], set.Groups.Select(group => (group.IsPanicking, group.Endpoints.Length)));
        Assert.True(set.IsPanicking);
    }

    [Fact]
    public void Panic_of_all_spreads_by_the_number_of_endpoints()
    {
        var all = Many(("eu/a", 1), ("us/x", 2));
        Eject(all);

        Assert.Equal([(0, null, 34), (1, null, 66)], Shares(Build(all, Policy(null, ClientAt("eu/a"), Outliers with { MinHealthPercent = 1 }))));
    }

    [Theory]
    [InlineData(3, 100)]
    [InlineData(2, 95.45)]
    [InlineData(1, 56.76)]
    [InlineData(0, 0)]
    public void Zone_aware_keeps_the_own_zone_as_full_as_it_can_bear(int healthy, double expected)
    {
        var all = Many(("eu/a", 3), ("eu/b", 3), ("eu/c", 3), ("us/a", 3));
        Eject(all.AsSpan(healthy, 3 - healthy));
        var set = Build(all, Policy(new() { IsZoneAware = true }, ClientAt("eu/a/1"), Outliers));
        var shares = Shares(set).Where(group => group.Locality == "eu/a").Sum(group => group.Share);

        Assert.Equal(expected, shares, 2);

        // 6 of 9 bear 93 percent.
        Assert.Equal(healthy == 0 ? 7 : 0, Shares(set).Single(group => group.Locality == "us/a").Share);
    }

    [Fact]
    public void Zone_aware_sends_what_the_own_zone_cannot_bear_where_there_is_room()
    {
        var set = Build(Many(("eu/a", 1), ("eu/b", 2), ("eu/c", 6)), Policy(new() { IsZoneAware = true }, ClientAt("eu/a")));

        // A third of the clients and a ninth of the endpoints; only the zone with more than a third of the endpoints has room.
        Assert.Equal([(0, "eu/a", 33.33), (0, "eu/b", 0), (0, "eu/c", 66.67)], Shares(set));
    }

    [Fact]
    public void Zone_aware_of_a_small_region_does_not_tell_zones_apart()
        => Assert.Equal(
            [(0, "eu/a", 50), (0, "eu/b", 50)],
            Shares(Build(Many(("eu/a", 2), ("eu/b", 2)), Policy(new() { IsZoneAware = true, MinClusterSize = 5 }, ClientAt("eu/a")))));

    [Fact]
    public void Elsewhere_leaves_the_priorities_of_tried_endpoints_out()
    {
        // Health 100, 50 and 50 without the first is 0, 50 and 50.
        var all = Many(("eu/a", 1), ("eu/b", 14), ("us", 14));
        Eject(all.AsSpan(1, 9));
        Eject(all.AsSpan(15, 9));
        var set = Build(all, Policy(null, ClientAt("eu/a"), Outliers));

        Assert.Equal([100, 50, 50], set.PriorityHealth);
        Assert.Equal(0, set.FindGroup(ulong.MaxValue));
        Assert.Equal([1, 2], [set.FindGroupElsewhere(0, [all[0]]), set.FindGroupElsewhere(ulong.MaxValue, [all[0]])]);
        Assert.Equal(2, set.FindGroupElsewhere(0, [all[0], all[14]]));
    }

    [Fact]
    public void Elsewhere_where_nothing_else_is_healthy_leaves_nothing_out()
    {
        var all = Many(("eu/a", 1), ("us", 1));
        Eject(all[1]);
        var set = Build(all, Policy(null, ClientAt("eu/a"), Outliers));

        Assert.Equal(0, set.FindGroupElsewhere(ulong.MaxValue, [all[0]]));
    }

    [Fact]
    public void Consistent_hashing_has_one_group_for_each_priority()
        => Assert.Equal(
            [(0, null, 100), (1, null, 0)],
            Shares(Build(Many(("eu/a", 2), ("us/x", 1), ("asia/y", 1)), Hashed(Policy(null, ClientAt("eu/a"), Outliers)))));

    [Fact]
    public void Consistent_hashing_gives_each_place_its_part_whatever_is_left_of_it()
    {
        var all = Many(("eu/a", 4), ("eu/b", 1));
        Eject(all[0], all[1]);
        var set = Build(all, Hashed(Policy(Distribute("*", ("eu/a", 80), ("eu/b", 20)), ClientAt("eu/a"))));

        Assert.Equal([0.4, 0.4, 0.2], set.Groups.Single().Shares!, (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Consistent_hashing_leaves_the_part_of_an_empty_place_to_nobody()
    {
        var all = Many(("eu/a", 4), ("eu/b", 1));
        Eject(all[4]);
        var set = Build(all, Hashed(Policy(Distribute("*", ("eu/a", 80), ("eu/b", 20)), ClientAt("eu/a"))));

        Assert.Equal([0.2, 0.2, 0.2, 0.2], set.Groups.Single().Shares!, (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Consistent_hashing_in_panic_goes_by_the_weights_of_endpoints_alone()
    {
        var all = Many(("eu/a", 3), ("eu/b", 1));
        Eject(all.AsSpan(1));
        var set = Build(all, Hashed(Policy(Distribute("*", ("eu/a", 80), ("eu/b", 20)), ClientAt("eu/a"), Outliers with { MinHealthPercent = 50 })));

        Assert.True(set.IsPanicking);
        Assert.Null(set.Groups.Single().Shares);
    }

    /// <summary>Envoy's choosePriority: the rest by a hundred, plus one, against the sums of the loads.</summary>
    [Theory]
    [InlineData(0UL, 0)]
    [InlineData(69UL, 0)]
    [InlineData(70UL, 1)]
    [InlineData(99UL, 1)]
    [InlineData(100UL, 0)]
    [InlineData(18_446_744_073_709_551_569UL, 0)]
    [InlineData(18_446_744_073_709_551_570UL, 1)]
    public void Hash_leads_to_a_priority_by_its_rest(ulong hash, int expected)
    {
        var all = Many(("eu/a", 4), ("us", 4));
        Eject(all[0], all[1]);
        var set = Build(all, Hashed(Policy(null, ClientAt("eu/a"), Outliers)));

        Assert.Equal([70, 30], Shares(set).Select(group => group.Share));
        Assert.Equal(expected, set.Groups[set.FindGroup(EndpointSet.PointOf(hash))].Priority);
    }

    [Fact]
    public void Endpoint_weights_hold_within_a_place()
    {
        EndpointState[] all = [At("eu", 1, weight: 1), At("eu", 2, weight: 9), At("us", 3)];
        var set = Build(all, Policy(null, ClientAt("eu"), Outliers));
        var balancer = Balancer.Create(new() { LoadBalancer = LoadBalancerPolicy.RoundRobin }, MeshRandom.Seeded(1), new ActiveClock(TimeProvider.System));
        var counts = Enumerable.Range(0, 100).Select(_ => balancer.Pick(set, new([], TimeProvider.System))!).CountBy(endpoint => endpoint.Endpoint.Address).ToDictionary();

        Assert.Equal((10, 90), (counts["10.0.0.1:80"], counts["10.0.0.2:80"]));
    }

    [Fact]
    public void Round_robin_keeps_the_turn_of_each_place_over_changes()
    {
        var all = Many(("eu", 3), ("us", 2));
        var policy = Policy(Distribute("*", ("eu", 50), ("us", 50)), ClientAt(null));
        var balancer = Balancer.Create(new() { LoadBalancer = LoadBalancerPolicy.RoundRobin }, MeshRandom.Seeded(1), new ActiveClock(TimeProvider.System));
        var picks = Enumerable.Range(0, 60).Select(_ => balancer.Pick(Build(all, policy), new([], TimeProvider.System))!).ToList();

        // Each pick by a set of its own, and still every place is walked one by one.
        var european = picks.Where(pick => pick.Endpoint.Locality == "eu").Select(pick => Array.IndexOf(all, pick)).ToList();
        Assert.All(european.Zip(european.Skip(1)), pair => Assert.Equal((pair.First + 1) % 3, pair.Second));
    }

    private static EndpointState Ranked(string? locality, int number, int priority)
    {
        var state = At(locality, number);
        state.Endpoint = state.Endpoint with { Priority = priority };
        return state;
    }
}
