using CsCheck;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Tests.Model;
using Mesh.Client.Tests.Model.Localities;

namespace Mesh.Client.Tests;

public sealed class EndpointSetWatchTests
{
    private readonly List<EndpointState> _told = [];

    /// <summary>Those that stay are marked as long as they are set aside, and told of each time that it begins; those that are dropped stay as they are.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(3_000)]
    public void Sets_over_any_history_mark_those_that_are_set_aside(int count) => Seeded.Sample(
        Gen.Select(ListEdits.Histories, Gen.Int[1, 5].Array[12]),
        count < 100 ? 1_000 : 20,
        run =>
        {
            var cluster = Watched();
            EndpointState[] all = [.. Enumerable.Range(0, count).Select(number => Places.At(null, number))];
            EndpointState[] before = [];
            foreach (var (edits, part) in run.Item1.Zip(run.Item2))
            {
                all = [.. ListEdits.Apply(all, edits, (number, _) => Places.At(null, number)).Distinct()];
                EndpointState[] setAside = [.. all.Where(endpoint => endpoint.Endpoint.Address.Length % 5 >= part)];
                var marked = all.Where(endpoint => endpoint.IsLeaving).ToHashSet();
                var dropped = before.Except(all).Select(endpoint => (endpoint, endpoint.IsLeaving)).ToList();
                _told.Clear();
                cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, [.. all.Except(setAside)]) { SetAside = setAside });

                Assert.Equal(setAside, all.Where(endpoint => endpoint.IsLeaving));
                Assert.Equal(setAside.Except(marked).ToHashSet(), _told.ToHashSet());
                Assert.Equal(_told.Count, _told.Distinct().Count());
                Assert.All(dropped, known => Assert.Equal(known.IsLeaving, known.endpoint.IsLeaving));
                before = all;
            }
        });

    /// <summary>As health and discovery do. So many are set aside that the next set comes while they are still compared.</summary>
    [Fact]
    public async Task Set_that_is_published_while_another_sets_endpoints_aside_leaves_none_of_them_marked()
    {
        var cluster = Watched();
        EndpointState[] all = [.. Enumerable.Range(0, 5_000).Select(number => Places.At(null, number))];
        for (var round = 0; round < 40; round++)
        {
            var other = Task.Run(
                () =>
                {
                    SpinWait.SpinUntil(() => cluster.Endpoints.SetAside.Length > 0);
                    cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
                },
                TestContext.Current.CancellationToken);
            cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, [all[0]]) { SetAside = all[1..] });
            await other;

            Assert.DoesNotContain(all, endpoint => endpoint.IsLeaving);
        }
    }

    private ClusterState Watched()
    {
        var model = Services.Cluster(Services.Named("reviews"));
        var cluster = new ClusterState(model.Key, model);
        cluster.Balancer = Balancer.Create(model.Policy, MeshRandom.Seeded(1), new ActiveClock(new TestClock()));
        cluster.Listener = new EndpointSetWatch(cluster, new BalancerUpdates(cluster, new TestClock(), null), _told.Add);
        return cluster;
    }
}
