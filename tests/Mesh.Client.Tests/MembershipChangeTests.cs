using System.Collections.Frozen;
using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Tests.Model;
using Mesh.Client.Tests.Model.Localities;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

/// <summary>Changes that are followed, against a look at everything.</summary>
public sealed class MembershipChangeTests
{
    private static readonly string?[] Localities = ["eu/a/1", "eu/a/2", "eu/b/1", "us/x", null];

    private static readonly FrozenDictionary<string, string>[] Versions =
        [.. Enumerable.Range(1, 2).Select(number => new Dictionary<string, string> { ["version"] = $"v{number}" }.ToFrozenDictionary())];

    private static readonly ClusterPolicy[] Policies =
    [
        ClusterPolicy.Default,
        new() { OutlierDetection = Places.Outliers with { MinHealthPercent = 60 } },
        Places.Policy(null, Places.ClientAt("eu/a/1"), Places.Outliers),
        Places.Policy(new() { FailoverPriority = ["version=v1"] }, Places.ClientAt("eu/a/1"), Places.Outliers with { MinHealthPercent = 40 }),
        Places.Policy(Places.Distribute("*", ("eu/a/*", 70), ("eu/b", 20), ("*", 10)), Places.ClientAt("eu/a/1")),
        Places.Hashed(Places.Policy(null, Places.ClientAt("eu/a/1"), Places.Outliers)),
        ClusterPolicy.Default with { HeedsSource = false },
        ClusterPolicy.Default with { Warmup = new() { Duration = TimeSpan.FromMinutes(1) } },
    ];

    private static readonly Gen<(int Kind, int Argument)[]> Between = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1000]).Array[0, 3];

    /// <summary>What an endpoint is like: all alike, weights and draining, or everything that there is.</summary>
    public enum Variety
    {
        Plain,
        Weighed,
        Full,
    }

    [Theory]
    [InlineData(Variety.Plain, null)]
    [InlineData(Variety.Weighed, null)]
    [InlineData(Variety.Full, null)]
    [InlineData(Variety.Full, "v2")]
    public void Update_over_any_history_comes_to_what_a_look_at_everything_does(Variety variety, string? version)
        => Seeded.Sample(Gen.Select(ListEdits.Histories, Between.Array[12], Gen.Int[0, Policies.Length - 1]), 500, run =>
        {
            var (history, between, policy) = run;
            using var watcher = Watch();
            var clock = new TestClock();
            var model = Services.Cluster(watcher.Service, version, Policies[policy]);
            var cluster = new ClusterState(model.Key, model);
            var membership = new ClusterMembership(cluster, watcher, clock);
            Endpoint[] endpoints = [.. Enumerable.Range(0, 10).Select(number => Make(number, null, variety))];
            foreach (var (edits, others) in history.Zip(between))
            {
                endpoints = ListEdits.Apply(endpoints, edits, (number, known) => Make(number, known, variety));
                clock.Advance(TimeSpan.FromSeconds(5));
                watcher.Update(Services.Named("reviews", DiscoveryKind.Static, endpoints));
                var before = cluster.Endpoints.All;
                var left = membership.Update();

                Assert.Equal(Whole(watcher, version), Describe(cluster.Endpoints.All));
                Assert.Equal(before.Except(cluster.Endpoints.All).ToHashSet(), left.ToHashSet());
                Assert.Empty(before.ExceptBy(cluster.Endpoints.All, state => state).Select(AddressOf).Intersect(cluster.Endpoints.All.Select(AddressOf)));
                AssertSame(AvailableEndpoints.Build(cluster.Endpoints.All, cluster.Model.Policy), cluster.Endpoints);
                foreach (var (kind, argument) in others)
                {
                    Happen(cluster, kind, argument);
                    AssertSame(AvailableEndpoints.Build(cluster.Endpoints.All, cluster.Model.Policy), cluster.Endpoints);
                }
            }
        });

    [Fact]
    public async Task Update_while_health_changes_and_calls_pick_loses_neither()
    {
        using var watcher = Watch();
        var model = Services.Cluster(watcher.Service, policy: Policies[2]);
        var cluster = new ClusterState(model.Key, model);
        var membership = new ClusterMembership(cluster, watcher, new TestClock());
        Endpoint[] endpoints = [.. Enumerable.Range(0, 30).Select(number => Make(number, null, Variety.Full))];
        using var stop = new CancellationTokenSource();
        Task[] others =
        [
            .. Enumerable.Range(1, 2).Select(seed => Task.Run(() =>
            {
                for (var random = MeshRandom.Seeded(seed); !stop.IsCancellationRequested;)
                {
                    Happen(cluster, random.Next(4), random.Next(1000));
                    Thread.Yield();
                }
            })),
            Task.Run(() =>
            {
                var balancer = Balancer.Create(new() { LoadBalancer = LoadBalancerPolicy.Random }, MeshRandom.Seeded(1), new ActiveClock(TimeProvider.System));
                while (!stop.IsCancellationRequested)
                {
                    var set = cluster.Endpoints;
                    var picked = balancer.Pick(set, new([], TimeProvider.System));
                    Assert.Equal(set.Groups.Length == 0, picked is null);
                    Assert.True(picked is null || set.All.Contains(picked));
                }
            }, TestContext.Current.CancellationToken),
        ];

        Seeded.Sample(ListEdits.Histories, 50, history =>
        {
            foreach (var edits in history)
            {
                endpoints = ListEdits.Apply(endpoints, edits, (number, known) => Make(number, known, Variety.Full));
                watcher.Update(Services.Named("reviews", DiscoveryKind.Static, endpoints));
                membership.Update();
            }
        });
        await stop.CancelAsync();
        await Task.WhenAll(others);

        Assert.Equal(Whole(watcher, null), Describe(cluster.Endpoints.All));
        AssertSame(AvailableEndpoints.Build(cluster.Endpoints.All, cluster.Model.Policy), cluster.Endpoints);
    }

    [Fact]
    public void Update_by_a_description_that_decides_nothing_takes_it_and_publishes_nothing()
    {
        Endpoint[] endpoints = [Make(1, null, Variety.Plain), Make(2, null, Variety.Plain)];
        using var watcher = Watch(endpoints);
        var model = Services.Cluster(watcher.Service);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());
        membership.Update();
        var set = membership.Cluster.Endpoints;
        watcher.Update(Services.Named("reviews", DiscoveryKind.Static, [endpoints[0], endpoints[1] with { Target = "other" }]));
        membership.Update();

        Assert.Same(set, membership.Cluster.Endpoints);
        Assert.Equal([null, "other"], set.All.Select(state => state.Endpoint.Target));
    }

    [Fact]
    public void Update_of_one_among_many_keeps_what_is_known_of_the_others_health()
    {
        Endpoint[] endpoints = [.. Enumerable.Range(0, 200).Select(number => Make(number, null, Variety.Plain))];
        using var watcher = Watch(endpoints);
        var model = Services.Cluster(watcher.Service);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());
        membership.Update();
        var all = membership.Cluster.Endpoints.All;
        (all[3].IsEjected, all[150].IsBroken) = (true, true);
        AvailableEndpoints.Publish(membership.Cluster);
        watcher.Update(Services.Named("reviews", DiscoveryKind.Static, [.. endpoints[..100], .. endpoints[101..], Make(300, null, Variety.Plain)]));
        membership.Update();

        Assert.Equal(all.Where((_, place) => place is not (3 or 100 or 150)), membership.Cluster.Endpoints.Available.SkipLast(1));
        Assert.Equal("10.0.1.44:80", membership.Cluster.Endpoints.Available[^1].Endpoint.Address);
    }

    [Fact]
    public void Update_that_is_overtaken_by_health_goes_by_what_health_has_published()
    {
        Endpoint[] endpoints = [Make(1, null, Variety.Plain), Make(2, null, Variety.Plain), Make(3, null, Variety.Plain)];
        using var watcher = Watch(endpoints);
        var model = Services.Cluster(watcher.Service);
        var cluster = new ClusterState(model.Key, model);
        var membership = new ClusterMembership(cluster, watcher, new TestClock());
        membership.Update();
        cluster.Listener = new Overtaking(cluster, cluster.Endpoints.All[0]);
        watcher.Update(Services.Named("reviews", DiscoveryKind.Static, [endpoints[0], endpoints[2]]));
        membership.Update();

        Assert.Equal("10.0.0.3:80", Assert.Single(cluster.Endpoints.Available).Endpoint.Address);
    }

    private static void Happen(ClusterState cluster, int kind, int argument)
    {
        if (kind == 5)
        {
            cluster.Model = Services.Cluster(cluster.Model.Service, cluster.Key.Subset, Policies[argument % Policies.Length]);
            AvailableEndpoints.Publish(cluster);
            return;
        }

        if (cluster.Endpoints.All is not { Length: > 0 } all)
        {
            return;
        }

        var endpoint = all[argument % all.Length];
        switch (kind)
        {
            case 0 or 1:
                endpoint.IsEjected = !endpoint.IsEjected;
                break;
            case 2:
                endpoint.IsBroken = !endpoint.IsBroken;
                break;
            case 3 when endpoint.IsFailing:
                endpoint.EndFailedCheck();
                break;
            case 3:
                endpoint.BeginFailedCheck();
                break;
            default:
                endpoint.RestartAge(argument);
                break;
        }

        AvailableEndpoints.Publish(cluster);
    }

    /// <summary>The endpoints of a cluster that has seen nothing before.</summary>
    private static IEnumerable<string> Whole(EndpointWatcher watcher, string? version)
    {
        var model = Services.Cluster(watcher.Service, version);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());
        membership.Update();
        return Describe(membership.Cluster.Endpoints.All);
    }

    private static IEnumerable<string> Describe(EndpointState[] all) => all.Select(state =>
        $"{state.Endpoint.Address} {state.Endpoint.Labels["version"]} {state.Endpoint.Weight} {state.Endpoint.Locality} {state.Endpoint.Priority} {state.Endpoint.IsForOthers} {state.IsDraining}");

    private static string AddressOf(EndpointState state) => state.Endpoint.Address;

    private static void AssertSame(EndpointSet expected, EndpointSet actual)
    {
        Assert.Equal(expected.All, actual.All);
        Assert.Equal(expected.SetAside, actual.SetAside);
        Assert.Equal((expected.IsPanicking, expected.Groups.Length), (actual.IsPanicking, actual.Groups.Length));
        Assert.Equal(expected.PriorityHealth, actual.PriorityHealth);
        for (var index = 0; index < expected.Groups.Length; index++)
        {
            var (one, other) = (expected.Groups[index], actual.Groups[index]);
            Assert.Equal(one.Endpoints, other.Endpoints);
            Assert.Equal((one.Priority, one.Locality, one.Weight, one.IsPanicking), (other.Priority, other.Locality, other.Weight, other.IsPanicking));
            Assert.Equal(one.Shares, other.Shares);
            Assert.Equal(WeightsOf(one), WeightsOf(other));
            Assert.Equal(one.WarmUp is null, other.WarmUp is null);
            Assert.Equal(expected.ShareOf(index), actual.ShareOf(index));
        }
    }

    private static IEnumerable<uint>? WeightsOf(EndpointGroup group) => group.Weights is { } weights ? group.Endpoints.Select((_, index) => weights[index]) : null;

    private static Endpoint Make(int number, Endpoint? known, Variety variety)
    {
        var endpoint = known ?? EndpointAddress.Parse($"10.0.{number / 256}.{number % (variety == Variety.Full ? 30 : 256)}:80") with { Labels = Versions[0] };
        return variety == Variety.Plain ? endpoint with { Labels = endpoint.Labels } : (number % 8) switch
        {
            0 => endpoint with { IsDraining = !endpoint.IsDraining },
            1 or 2 => endpoint with { Weight = 1 + (number / 8) },
            3 when variety == Variety.Full => endpoint with { Locality = Localities[number % 5] },
            4 when variety == Variety.Full => endpoint with { Labels = Versions[number % 2] },
            5 when variety == Variety.Full => endpoint with { Priority = number % 3 / 2 },
            6 when variety == Variety.Full => endpoint with { ServicePorts = number % 2 == 0 ? [81] : [80, 81] },
            7 when variety == Variety.Full => endpoint with { IsForOthers = !endpoint.IsForOthers },
            _ => endpoint,
        };
    }

    private static EndpointWatcher Watch(params Endpoint[] endpoints)
    {
        var watcher = new EndpointWatcher(
            Services.Named("reviews", DiscoveryKind.Static, endpoints), _ => new StaticEndpointSource(), new RefreshSchedule(MeshRandom.Seeded(1)), new TestClock(),
            NullLogger.Instance, _ => { });
        watcher.Start();
        return watcher;
    }

    /// <summary>Ejects one after another set was made and before it is published.</summary>
    private sealed class Overtaking(ClusterState cluster, EndpointState ejected) : IEndpointSetListener
    {
        public void OnPublishing(EndpointSet current, EndpointSet next)
        {
            if (!ejected.IsEjected)
            {
                ejected.IsEjected = true;
                AvailableEndpoints.Publish(cluster);
            }
        }

        public void OnPublished()
        {
        }
    }
}
