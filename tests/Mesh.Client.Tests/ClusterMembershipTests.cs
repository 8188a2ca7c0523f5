using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

public sealed class ClusterMembershipTests
{
    private static readonly Gen<(int Number, bool IsV2)[]> Lists = Gen.Select(Gen.Int[0, 25], Gen.Bool).Array[0, 20];

    [Theory]
    [InlineData(null)]
    [InlineData("v2")]
    public void Update_over_any_changes_keeps_the_state_of_each_address_that_stays(string? version) => Seeded.Sample(Lists.Array[1, 8], 500, lists =>
    {
        using var watcher = Watch();
        var model = Services.Cluster(watcher.Service, version);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());
        Dictionary<string, EndpointState> before = [];
        foreach (var list in lists)
        {
            Endpoint[] endpoints = [.. list.DistinctBy(entry => entry.Number).Select(entry => Services.Labelled($"10.0.0.{entry.Number}:80", entry.IsV2 ? "v2" : "v1"))];
            watcher.Update(Services.Named("reviews", DiscoveryKind.Static, endpoints));
            var removed = membership.Update();

            var expected = endpoints.Where(endpoint => version is null || endpoint.Labels["version"] == version).Select(endpoint => endpoint.Address).ToArray();
            var after = membership.Cluster.Endpoints.All.ToDictionary(state => state.Endpoint.Address);
            Assert.Equal(expected, membership.Cluster.Endpoints.All.Select(state => state.Endpoint.Address));
            Assert.All(after.Keys.Intersect(before.Keys), address => Assert.Same(before[address], after[address]));
            Assert.Equal(before.Keys.Except(after.Keys).Order(), removed.Select(state => state.Endpoint.Address).Order());
            before = after;
        }
    });

    [Theory]
    [InlineData(null, 80, "10.0.0.1 10.0.0.2")]
    [InlineData("v1", 80, "10.0.0.1 10.0.0.2")]
    [InlineData("v2", 80, "10.0.0.1")]
    [InlineData("v2", 81, "10.0.0.1 10.0.0.2")]
    public void Update_an_address_of_several_workloads_is_one_endpoint_of_each_cluster_that_takes_one_of_them(string? version, int port, string expected)
    {
        using var watcher = Watch(
            Services.Labelled("10.0.0.1", "v1"), Services.Labelled("10.0.0.1", "v2"), Services.Labelled("10.0.0.2", "v1"),
            Services.Labelled("10.0.0.2", "v2") with { ServicePorts = [81] });
        var model = Services.Cluster(watcher.Service, version, port: port);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());

        membership.Update();
        var first = membership.Cluster.Endpoints.All;
        membership.Update();

        Assert.Equal(expected, string.Join(' ', first.Select(state => state.Endpoint.Address)));
        Assert.Same(first, membership.Cluster.Endpoints.All);
    }

    [Fact]
    public void Update_an_address_stays_as_long_as_one_of_its_workloads_does()
    {
        using var watcher = Watch(Services.Labelled("10.0.0.1", "v1"), Services.Labelled("10.0.0.2", "v1"), Services.Labelled("10.0.0.1", "v2"));
        var model = Services.Cluster(watcher.Service);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());
        membership.Update();
        var state = membership.Cluster.Endpoints.All[0];

        watcher.Update(Services.Named("reviews", DiscoveryKind.Static, [Services.Labelled("10.0.0.2", "v1"), Services.Labelled("10.0.0.1", "v2")]));

        Assert.Empty(membership.Update());
        Assert.Same(state, membership.Cluster.Endpoints.All[1]);
        Assert.Equal("v2", state.Endpoint.Labels["version"]);
    }

    [Fact]
    public void Update_by_another_priority_groups_the_endpoints_anew()
    {
        Endpoint[] endpoints = [Services.Labelled("10.0.0.1", "v1"), Services.Labelled("10.0.0.2", "v1")];
        using var watcher = Watch(endpoints);
        var model = Services.Cluster(watcher.Service);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, new TestClock());
        membership.Update();
        watcher.Update(Services.Named("reviews", DiscoveryKind.Static, [endpoints[0] with { Priority = 1 }, endpoints[1]]));
        membership.Update();

        Assert.Equal(["10.0.0.2", "10.0.0.1"], membership.Cluster.Endpoints.Groups.Select(group => group.Endpoints.Single().Endpoint.Address));
    }

    [Fact]
    public void Update_tells_when_an_endpoint_joined_and_not_when_it_was_seen_again()
    {
        var clock = new TestClock();
        using var watcher = Watch(Services.Labelled("10.0.0.1:80", "v1"));
        var model = Services.Cluster(watcher.Service);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher, clock);
        Endpoint[] endpoints = [Services.Labelled("10.0.0.1:80", "v1"), Services.Labelled("10.0.0.2:80", "v1")];
        membership.Update();
        var start = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromSeconds(5));
        watcher.Update(Services.Named("reviews", DiscoveryKind.Static, endpoints));
        membership.Update();

        Assert.Equal([start, clock.GetTimestamp()], membership.Cluster.Endpoints.All.Select(state => state.JoinedAt));
    }

    private static EndpointWatcher Watch(params Endpoint[] endpoints)
    {
        var watcher = new EndpointWatcher(
            Services.Named("reviews", DiscoveryKind.Static, endpoints), _ => new StaticEndpointSource(), new RefreshSchedule(MeshRandom.Seeded(1)), new TestClock(),
            NullLogger.Instance, _ => { });
        watcher.Start();
        return watcher;
    }
}
