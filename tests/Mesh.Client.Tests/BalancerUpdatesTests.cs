using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Tests.LoadBalancing.Hashing;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests;

public sealed class BalancerUpdatesTests : IDisposable
{
    private static readonly EndpointState[] Many = Hosts.Many(50);

    private readonly TestClock _clock = new();
    private readonly LogCapture _logs = new();
    private readonly ClusterState _cluster;
    private readonly BalancerUpdates _updates;

    public BalancerUpdatesTests()
    {
        var model = Services.Cluster(Services.Named("reviews", DiscoveryKind.Static));
        _cluster = new ClusterState(model.Key, model) { Balancer = Ring() };
        _cluster.Listener = _updates = new BalancerUpdates(_cluster, _clock, _logs.CreateLogger(Background.Category));
    }

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void First_endpoints_have_their_table_when_they_are_published()
    {
        Publish(10);

        Assert.True(IsComplete);
        Assert.Equal(0, _clock.LiveTimers);
    }

    [Fact]
    public void Changes_that_follow_each_other_get_one_table_after_a_pause()
    {
        Publish(10);
        Publish(11);
        _clock.Advance(BalancerUpdates.Pause / 2);
        Publish(12);
        Assert.Equal(1, _clock.ArmedTimers);
        Assert.False(IsComplete);

        _clock.Advance(BalancerUpdates.Pause / 2);

        Assert.True(IsComplete);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void Change_during_the_work_gets_a_table_of_its_own()
    {
        Publish(10);
        var slow = new Slow(() => Publish(12));
        _updates.Replace(slow);
        Publish(11);

        _clock.Advance(BalancerUpdates.Pause);
        Assert.Equal([11], slow.Completed);
        _clock.Advance(BalancerUpdates.Pause);

        Assert.Equal([11, 12], slow.Completed);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void Policy_that_takes_over_knows_the_endpoints_there_are()
    {
        Publish(10);
        _updates.Replace(Ring());

        Assert.True(IsComplete);
        Assert.Equal(0, _clock.LiveTimers);
    }

    [Fact]
    public void Work_that_fails_is_told_and_does_not_end_it()
    {
        Publish(10);
        var slow = new Slow(() => throw new InvalidOperationException("no table"));
        _updates.Replace(slow);
        Publish(11);
        _clock.Advance(BalancerUpdates.Pause);
        Assert.Contains(_logs.Entries, entry => entry.Level == LogLevel.Error && entry.Message.Contains("table", StringComparison.Ordinal));

        slow.OnComplete = () => { };
        Publish(12);
        _clock.Advance(BalancerUpdates.Pause);

        Assert.Equal([12], slow.Completed);
    }

    [Fact]
    public void Policy_that_gives_way_is_stopped_and_the_other_goes_on()
    {
        var (first, second) = (new Slow(() => { }), new Slow(() => { }));
        _updates.Replace(first);

        _updates.Replace(second);

        Assert.Equal((1, 0), (first.Stops, second.Stops));
    }

    [Fact]
    public void End_of_the_cluster_stops_its_policy_and_any_that_comes_after()
    {
        var (first, second) = (new Slow(() => { }), new Slow(() => { }));
        _updates.Replace(first);
        _updates.Stop();
        Assert.Equal(1, first.Stops);

        _updates.Replace(second);

        Assert.Equal(1, second.Stops);
    }

    [Fact]
    public void Stop_leaves_no_timer()
    {
        Publish(10);
        Publish(11);
        _updates.Stop();
        Publish(12);

        Assert.Equal(0, _clock.LiveTimers);
    }

    [Fact]
    public async Task Picks_during_changes_are_of_endpoints_that_are_there()
    {
        var model = _cluster.Model;
        var cluster = new ClusterState(model.Key, model) { Balancer = Ring() };
        cluster.Listener = new BalancerUpdates(cluster, TimeProvider.System, null);
        using var isDone = new CancellationTokenSource();
        Assert.True(cluster.TryPublish(cluster.Endpoints, Hosts.Set(Many)));
        var pickers = Enumerable.Range(0, 3).Select(number => Task.Run(() =>
        {
            var hashes = MeshRandom.Seeded(number);
            while (!isDone.IsCancellationRequested)
            {
                var set = cluster.Endpoints;
                var picked = ((Balancer)cluster.Balancer!).Pick(set, new([], TimeProvider.System) { Hash = hashes.NextUInt64() });
                Assert.Contains(picked!, set.Available);
            }
        })).ToArray();

        var random = MeshRandom.Seeded(5);
        for (var change = 0; change < 300; change++)
        {
            var endpoints = Many.Where(_ => random.Next(3) > 0).DefaultIfEmpty(Many[0]).ToArray();
            Assert.True(cluster.TryPublish(cluster.Endpoints, Hosts.Set(endpoints)));
            await Task.Delay(change % 10 == 0 ? 5 : 0, TestContext.Current.CancellationToken);
        }

        await isDone.CancelAsync();
        await Task.WhenAll(pickers);
        await Eventually.TrueAsync(() => ((Balancer)cluster.Balancer!).IsComplete(cluster.Endpoints), "the last table is built");
    }

    private bool IsComplete => ((Balancer)_cluster.Balancer!).IsComplete(_cluster.Endpoints);

    private static Balancer Ring() => Balancer.Create(
        new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.RingHash, ConsistentHash = new() { Key = HashKeyKind.Header, Name = "a" } },
        MeshRandom.Seeded(1),
        new ActiveClock(TimeProvider.System));

    private void Publish(int endpoints) => Assert.True(_cluster.TryPublish(_cluster.Endpoints, Hosts.Set(Many[..endpoints])));

    /// <summary>Has work to do for every set but the one it did last.</summary>
    private sealed class Slow(Action onComplete) : Balancer(MeshRandom.Seeded(1))
    {
        private EndpointSet? _done;

        public Action OnComplete { get; set; } = onComplete;

        public List<int> Completed { get; } = [];

        public int Stops { get; private set; }

        public override void Stop() => Stops++;

        public override LoadBalancerPolicy Policy => LoadBalancerPolicy.Random;

        public override void Prepare(EndpointSet current, EndpointSet next, int port) => _done = current.Groups.Length == 0 ? next : _done;

        public override bool IsComplete(EndpointSet endpoints) => endpoints == _done;

        public override void Complete(EndpointSet endpoints, int port)
        {
            var onComplete = OnComplete;
            if (Completed.Count == 0)
            {
                onComplete();
            }

            Completed.Add(endpoints.All.Length);
            _done = endpoints;
        }

        protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock) => 0;

        protected override int Draw(EndpointGroup group) => 0;
    }
}
