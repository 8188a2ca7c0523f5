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
        using var watcher = new EndpointWatcher(
            Services.Named("reviews", DiscoveryKind.Static), _ => new StaticEndpointSource(), new RefreshSchedule(MeshRandom.Seeded(1)), new TestClock(),
            NullLogger.Instance, _ => { });
        var model = Services.Cluster(watcher.Service, version);
        var membership = new ClusterMembership(new ClusterState(model.Key, model), watcher);
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
}
