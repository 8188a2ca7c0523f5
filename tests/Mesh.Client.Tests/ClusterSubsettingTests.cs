using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

/// <summary><c>subsetSize</c>: which endpoints of a service become members of a cluster.</summary>
public sealed class ClusterSubsettingTests : IDisposable
{
    private readonly EndpointWatcher _watcher = new(
        Services.Named("reviews", DiscoveryKind.Static), _ => new StaticEndpointSource(), new RefreshSchedule(MeshRandom.Seeded(1)), new TestClock(),
        NullLogger.Instance, _ => { });

    public void Dispose() => _watcher.Dispose();

    [Fact]
    public void Members_are_the_chosen_ones()
    {
        var membership = Make(subsetSize: 5, endpoints: 50);

        var members = membership.Cluster.Endpoints.All.Select(state => state.Endpoint.Address).ToArray();
        Assert.Equal(EndpointSubset.Choose(_watcher.Endpoints, 5, membership.Caller!).Order(), members.Order());
        Assert.InRange(members.Length, 5, 7);
    }

    [Theory]
    [InlineData(null, 50)]
    [InlineData(50, 50)]
    [InlineData(5, 4)]
    public void All_are_members_without_a_size_or_below_it(int? size, int endpoints)
        => Assert.Equal(endpoints, Make(size, endpoints).Cluster.Endpoints.All.Length);

    [Fact]
    public void Endpoint_that_is_chosen_no_more_leaves()
    {
        var membership = Make(subsetSize: null, endpoints: 50);
        membership.Cluster.Model = Model(subsetSize: 5);

        var removed = membership.Update();

        Assert.Equal(50, removed.Count + membership.Cluster.Endpoints.All.Length);
        Assert.InRange(membership.Cluster.Endpoints.All.Length, 5, 7);
    }

    private ClusterMembership Make(int? subsetSize, int endpoints)
    {
        _watcher.Update(Services.Named(
            "reviews", DiscoveryKind.Static, [.. Enumerable.Range(0, endpoints).Select(number => Services.Labelled($"10.0.0.{number}:80", "v1"))]));
        var model = Model(subsetSize);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), _watcher, new TestClock()) { Caller = new SubsetCaller("web-3", 3) };
        membership.Update();
        return membership;
    }

    private ClusterModel Model(int? subsetSize)
        => Services.Cluster(_watcher.Service, null, new ClusterPolicy { LoadBalancerExtension = new() { SubsetSize = subsetSize } });
}
