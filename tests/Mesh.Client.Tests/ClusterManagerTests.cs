using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using Mesh.Client.Tests.Model.Localities;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests;

public sealed class ClusterManagerTests : ClusterManagerTestBase
{
    [Fact]
    public void TakeUse_tells_once_of_calls_to_any_cluster_of_the_service()
    {
        var one = Services.Cluster(Services.Named("reviews", endpoints: Services.Endpoints("10.0.0.1:80")));
        Assert.False(Manager.TakeUse(one.Service.Name));

        Manager.Get(one, 80);
        Assert.True(Manager.TakeUse(one.Service.Name));
        Assert.False(Manager.TakeUse(one.Service.Name));
        Manager.Get(one, 80);
        Assert.True(Manager.TakeUse(one.Service.Name));
        Assert.False(Manager.TakeUse("another"));
    }

    [Fact]
    public void TakeUse_holds_as_long_as_a_call_is_under_way()
    {
        var one = Services.Cluster(Services.Named("reviews", endpoints: Services.Endpoints("10.0.0.1:80")));
        var endpoint = Manager.Get(one, 80).Endpoints.All[0];
        endpoint.BeginCall();
        Assert.True(Manager.TakeUse(one.Service.Name));
        Assert.True(Manager.TakeUse(one.Service.Name));

        endpoint.EndCall();
        Assert.False(Manager.TakeUse(one.Service.Name));
    }

    [Fact]
    public void Get_of_a_static_cluster_is_ready_and_filled()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);

        Assert.True(Manager.IsReady(state));
        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80"], Addresses(state));
        Assert.Equal(LoadBalancerPolicy.PeakEwma, ((Balancer)state.Balancer!).Policy);
    }

    [Fact]
    public void Get_takes_the_endpoints_that_carry_the_labels_of_the_subset()
    {
        Assert.Equal(["10.0.0.2:80"], Addresses(Manager.Get(Services.Cluster(Reviews(), "v2"), 80)));
        Assert.Empty(Addresses(Manager.Get(Services.Cluster(Reviews(), "v3"), 80)));
    }

    [Fact]
    public void Get_gives_the_same_state_for_the_same_key_whatever_the_model()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);

        Assert.Same(state, Manager.Get(Services.Cluster(Reviews()), 80));
        Assert.Same(state, Assert.Single(Manager.GetStates()));
    }

    [Fact]
    public void Get_for_undeclared_ports_makes_a_state_per_addressed_port()
    {
        var model = Services.Cluster(Reviews(), port: 0);

        Assert.NotSame(Manager.Get(model, 80), Manager.Get(model, 81));
        Assert.Equal(81, Manager.Get(model, 81).Key.Port);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(0)]
    public void Get_of_what_exists_allocates_nothing(int port)
    {
        var model = Services.Cluster(Reviews(), port: port);
        var state = Manager.Get(model, 80);
        Manager.IsReady(state);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1000; call++)
        {
            Manager.IsReady(Manager.Get(model, 80));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task Get_from_many_threads_makes_one_state_and_asks_once()
    {
        var service = Services.Named("reviews");
        var states = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Manager.Get(Services.Cluster(service), 80))));

        Assert.Single(states.Distinct());
        Assert.Equal(1, Scripted.Questions);
    }

    [Fact]
    public async Task Clusters_of_one_service_share_its_discovery()
    {
        var service = Services.Named("reviews");
        var all = Manager.Get(Services.Cluster(service), 80);
        var v1 = Manager.Get(Services.Cluster(service, "v1"), 80);
        await Scripted.AnswerAsync(new EndpointAnswer(
            [Services.Labelled("10.0.0.1", "v1"), Services.Labelled("10.0.0.2", "v2")], TimeSpan.FromSeconds(60)));
        await Manager.WaitUntilReadyAsync(all, TestContext.Current.CancellationToken);
        await Manager.WaitUntilReadyAsync(v1, TestContext.Current.CancellationToken);

        Assert.Equal(["10.0.0.1", "10.0.0.2"], Addresses(all));
        Assert.Equal(["10.0.0.1"], Addresses(v1));
        Assert.Equal(1, Scripted.Questions);
    }

    [Fact]
    public async Task WaitUntilReady_of_synchronous_callers_ends_with_the_answer()
    {
        var state = Manager.Get(Services.Cluster(Services.Named("reviews")), 80);
        Assert.False(Manager.IsReady(state));
        var waiting = Task.Run(() => Manager.WaitUntilReady(state, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await Scripted.AnswerAsync("10.0.0.1");
        await waiting;

        Assert.True(Manager.IsReady(state));
        Assert.Equal(["10.0.0.1"], Addresses(state));
    }

    [Fact]
    public async Task Refresh_keeps_the_state_of_addresses_that_stay_and_tells_of_those_that_leave()
    {
        var state = Manager.Get(Services.Cluster(Services.Named("reviews")), 80);
        await Scripted.AnswerAsync("10.0.0.1", "10.0.0.2");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        var kept = state.Endpoints.All[1];
        kept.BeginCall();
        await Eventually.TrueAsync(() => Time.NextDueIn > RefreshSchedule.AnswerLimit);
        Time.Advance(TimeSpan.FromSeconds(60));
        await Scripted.AnswerAsync("10.0.0.2", "10.0.0.3");
        await Eventually.TrueAsync(() => Removed.Count > 0);

        Assert.Same(kept, state.Endpoints.All[0]);
        Assert.Equal(1, kept.InFlight);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], Addresses(state));
        Assert.Equal(["10.0.0.1"], Removed);
    }

    [Fact]
    public async Task Ejected_endpoint_that_leaves_no_longer_counts_as_ejected()
    {
        var policy = new ClusterPolicy { OutlierDetection = new OutlierDetectionConfiguration { Consecutive5xxErrors = 1, MaxEjectionPercent = 50 } };
        var state = Manager.Get(Services.Cluster(Services.Named("reviews"), policy: policy), 80);
        await Scripted.AnswerAsync("10.0.0.1", "10.0.0.2");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        Manager.OutlierDetector.Report(state, state.Endpoints.All[0], CallOutcome.ServerError);
        Assert.Equal(["10.0.0.2"], state.Endpoints.Available.Select(endpoint => endpoint.Endpoint.Address));
        await Eventually.TrueAsync(() => Time.NextDueIn > TimeSpan.Zero && Time.LiveTimers == 2);
        Manager.RefreshDiscovery(state);
        await Eventually.TrueAsync(() => Time.NextDueIn < TimeSpan.FromSeconds(1));
        Time.Advance(TimeSpan.FromSeconds(1));
        await Scripted.AnswerAsync("10.0.0.2", "10.0.0.3");
        await Eventually.TrueAsync(() => Removed.Count > 0);

        Assert.Equal(0, state.Ejected);
        Assert.Equal(2, state.Endpoints.Available.Length);
    }

    [Fact]
    public void Apply_of_new_static_endpoints_changes_the_set_at_once_and_keeps_states()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);
        var kept = state.Endpoints.All[0];
        var next = Services.Cluster(Services.Named(
            "reviews", DiscoveryKind.Static, [Services.Labelled("10.0.0.1:80", "v9", weight: 3), Services.Labelled("10.0.0.3:80", "v2")]));
        Manager.Apply(Services.Snapshot(next));

        Assert.Equal(["10.0.0.1:80", "10.0.0.3:80"], Addresses(state));
        Assert.Same(kept, state.Endpoints.All[0]);
        Assert.Equal("v9", kept.Endpoint.Labels["version"]);
        Assert.NotNull(state.Endpoints.Groups[0].Weights);
        Assert.Same(next, state.Model);
        Assert.Same(state, next.State);
        Assert.Equal(["10.0.0.2:80"], Removed);
    }

    [Fact]
    public void Apply_of_another_balancer_replaces_it_and_of_the_same_keeps_its_memory()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);
        var balancer = state.Balancer;
        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews())));
        Assert.Same(balancer, state.Balancer);

        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews(), policy: new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.RoundRobin })));
        Assert.Equal(LoadBalancerPolicy.RoundRobin, ((Balancer)state.Balancer!).Policy);
    }

    [Fact]
    public void Apply_of_consistent_hashing_or_of_none_any_more_divides_places_anew()
    {
        var policy = Places.Policy(Places.Distribute("*", ("eu/a", 70), ("eu/b", 30)), Places.ClientAt("eu/a"));
        var service = Services.Named("reviews", DiscoveryKind.Static, [Places.At("eu/a", 1).Endpoint, Places.At("eu/b", 2).Endpoint]);
        var state = Manager.Get(Services.Cluster(service, policy: policy), 80);
        Manager.Apply(Services.Snapshot(Services.Cluster(service, policy: Places.Hashed(policy))));
        Assert.Equal([0.7, 0.3], Assert.Single(state.Endpoints.Groups).Shares!);

        Manager.Apply(Services.Snapshot(Services.Cluster(service, policy: policy)));
        Assert.Equal([70, 30], Places.Shares(state.Endpoints).Select(group => group.Share));
    }

    [Fact]
    public void Apply_of_other_subset_labels_leaves_calls_on_older_rules_their_endpoints()
    {
        var service = Reviews();
        var older = Services.Cluster(service, "v1");
        var state = Manager.Get(older, 80);
        var newer = Relabelled(older, Services.Cluster(service, "v2"));
        Manager.Apply(Services.Snapshot(newer));

        Assert.Equal(["10.0.0.1:80"], Addresses(Manager.Get(older, 80)));
        Assert.Equal(["10.0.0.2:80"], Addresses(Manager.Get(newer, 80)));
        Assert.Same(Manager.Get(newer, 80), Assert.Single(Manager.GetStates()));
        Assert.Equal(["10.0.0.1:80"], Removed);
        Assert.Same(state, older.State);
    }

    [Fact]
    public void Apply_of_other_subset_labels_leaves_first_calls_on_older_rules_their_endpoints_too()
    {
        var service = Reviews();
        var (older, newer) = (Services.Cluster(service, "v1"), Relabelled(Services.Cluster(service, "v1"), Services.Cluster(service, "v2")));
        Manager.Apply(Services.Snapshot(newer));

        Assert.Equal(["10.0.0.1:80"], Addresses(Manager.Get(older, 80)));
        Assert.Equal(["10.0.0.2:80"], Addresses(Manager.Get(newer, 80)));
    }

    [Fact]
    public async Task Apply_of_other_subset_labels_keeps_what_discovery_knows()
    {
        var service = Services.Named("reviews");
        var older = Services.Cluster(service);
        var state = Manager.Get(older, 80);
        await Scripted.AnswerAsync("10.0.0.1");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        var newer = Relabelled(older, Services.Cluster(service, "v1"));
        Manager.Apply(Services.Snapshot(newer));

        Assert.True(Manager.IsReady(Manager.Get(newer, 80)));
        Assert.Equal(1, Scripted.Questions);
        Assert.Equal(["10.0.0.1"], Addresses(Manager.Get(older, 80)));
    }

    [Fact]
    public async Task Apply_of_another_port_keeps_what_discovery_knows_until_the_service_is_named_no_more()
    {
        var state = Manager.Get(Services.Cluster(Services.Named("reviews")), 80);
        await Scripted.AnswerAsync("10.0.0.1");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        var newer = Services.Cluster(Services.Named("reviews", endpoints: [Services.Labelled("reviews:82", "v1")]), port: 81);
        Manager.Apply(Services.Snapshot(newer));
        Assert.Empty(Manager.GetStates());

        var next = Manager.Get(newer, 81);
        Assert.True(Manager.IsReady(next));
        Assert.Equal(["10.0.0.1:82"], Addresses(next));
        Assert.Equal(1, Scripted.Questions);

        Manager.Apply(Services.Snapshot());
        await Eventually.TrueAsync(() => Time.LiveTimers == 0);
    }

    [Fact]
    public async Task Apply_without_a_service_that_was_called_at_an_earlier_port_ends_its_watcher()
    {
        var state = Manager.Get(Services.Cluster(Services.Named("reviews")), 80);
        await Scripted.AnswerAsync("10.0.0.1");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        Manager.Apply(Services.Snapshot(Services.Cluster(Services.Named("reviews"), port: 81)));
        await Eventually.TrueAsync(() => Time.LiveTimers == 1);

        Manager.Apply(Services.Snapshot());
        await Eventually.TrueAsync(() => Time.LiveTimers == 0);
        Assert.Null(Manager.FindWatcher(Services.Named("reviews")));
    }

    [Fact]
    public void Apply_without_outlier_detection_brings_ejected_endpoints_back()
    {
        var policy = new ClusterPolicy { OutlierDetection = new OutlierDetectionConfiguration { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } };
        var state = Manager.Get(Services.Cluster(Reviews(), policy: policy), 80);
        Manager.OutlierDetector.Report(state, state.Endpoints.All[0], CallOutcome.ServerError);
        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews(), policy: policy)));
        Assert.Single(state.Endpoints.Available);

        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews())));
        Assert.Equal(2, state.Endpoints.Available.Length);
    }

    [Fact]
    public async Task Apply_without_the_key_ends_the_state_and_its_watcher_and_leaves_calls_their_endpoints()
    {
        var model = Services.Cluster(Services.Named("reviews"));
        var state = Manager.Get(model, 80);
        await Scripted.AnswerAsync("10.0.0.1");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Time.LiveTimers == 1);
        Manager.Apply(Services.Snapshot());

        await Eventually.TrueAsync(() => Time.LiveTimers == 0);
        Assert.Empty(Manager.GetStates());
        Assert.Equal(["10.0.0.1"], Removed);
        Assert.Same(state, Manager.Get(model, 80));
        Assert.Equal(["10.0.0.1"], Addresses(state));
    }

    [Fact]
    public void Apply_that_names_an_ended_key_again_starts_afresh()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);
        Manager.Apply(Services.Snapshot());
        var again = Services.Cluster(Reviews());
        Manager.Apply(Services.Snapshot(again));
        var next = Manager.Get(again, 80);

        Assert.NotSame(state, next);
        Assert.Equal(2, next.Endpoints.All.Length);
    }

    [Fact]
    public void Apply_keeps_the_watcher_while_another_subset_needs_it()
    {
        var service = Services.Named("reviews");
        var v1 = Services.Cluster(service, "v1");
        Manager.Get(v1, 80);
        var v2 = Manager.Get(Services.Cluster(service, "v2"), 80);
        Manager.Apply(Services.Snapshot(v1));
        Assert.Equal(1, Scripted.Questions);
        Assert.DoesNotContain(v2, Manager.GetStates());
        Assert.Single(Manager.GetStates());
    }

    [Fact]
    public void Apply_finds_the_model_of_an_addressed_port_under_port_zero()
    {
        var state = Manager.Get(Services.Cluster(Reviews(), port: 0), 81);
        var next = Services.Cluster(Reviews(), port: 0);
        Manager.Apply(Services.Snapshot(next));

        Assert.Same(next, state.Model);
        Assert.Null(next.State);
        Assert.Same(state, Manager.Get(next, 81));
    }

    [Fact]
    public void Get_with_a_model_of_older_rules_takes_the_policy_of_the_newest()
    {
        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews(), policy: new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.Random })));

        Assert.Equal(LoadBalancerPolicy.Random, ((Balancer)Manager.Get(Services.Cluster(Reviews()), 80).Balancer!).Policy);
    }

    [Fact]
    public async Task Dispose_stops_watchers_and_sweeps_and_leaves_states_usable()
    {
        var policy = new ClusterPolicy { OutlierDetection = new OutlierDetectionConfiguration { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } };
        var model = Services.Cluster(Services.Named("reviews"), policy: policy);
        var state = Manager.Get(model, 80);
        await Scripted.AnswerAsync("10.0.0.1", "10.0.0.2");
        await Manager.WaitUntilReadyAsync(state, TestContext.Current.CancellationToken);
        Manager.OutlierDetector.Report(state, state.Endpoints.All[0], CallOutcome.ServerError);
        await Eventually.TrueAsync(() => Time.LiveTimers == 2);
        Manager.Dispose();

        await Eventually.TrueAsync(() => Time.LiveTimers == 0);
        Assert.Equal(2, Manager.Get(model, 80).Endpoints.All.Length);
        Assert.Throws<ObjectDisposedException>(() => Manager.Get(Services.Cluster(Services.Named("other")), 80));
    }

    [Fact]
    public void Kinds_that_are_not_there_are_ready_without_endpoints_and_say_why()
    {
        using var manager = new ClusterManager(Time, MeshRandom.Seeded(1), NullLoggerFactory.Instance);
        foreach (var kind in (DiscoveryChoice[])[new(DiscoveryKind.Source, "Consul"), DiscoveryKind.ServiceDiscovery])
        {
            var state = manager.Get(Services.Cluster(Services.Named(kind.ToString(), kind)), 80);

            Assert.True(manager.IsReady(state));
            Assert.Empty(state.Endpoints.All);
            Assert.Equal(DiscoveryState.Failed, manager.GetDiscoveryStatus(state).State);
            Assert.Contains(kind.ToString(), manager.GetDiscoveryStatus(state).Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pick_while_endpoints_come_and_go_never_fails()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);
        using var stop = new CancellationTokenSource();
        var pickers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.NotNull(((Balancer)state.Balancer!).Pick(state.Endpoints, new([], TimeProvider.System)));
            }
        })).ToArray();
        for (var change = 0; change < 300; change++)
        {
            var endpoints = Enumerable.Range(1, 1 + (change % 5)).Select(index => Services.Labelled($"10.0.0.{index}:80", "v1", 1 + (change % 2)));
            Manager.Apply(Services.Snapshot(Services.Cluster(
                Services.Named("reviews", DiscoveryKind.Static, [.. endpoints]),
                policy: new ClusterPolicy { LoadBalancer = (LoadBalancerPolicy)(change % 3) })));
        }

        await stop.CancelAsync();
        await Task.WhenAll(pickers);
    }

    [Fact]
    public void Apply_keeps_what_the_retry_budget_remembers_and_gives_it_the_newest_policy()
    {
        var state = Manager.Get(Services.Cluster(Reviews()), 80);
        var budget = ClusterResilience.Of(state).Budget;
        while (budget.TryTake())
        {
        }

        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews())));
        Assert.Same(budget, ClusterResilience.Of(Manager.Get(Services.Cluster(Reviews()), 80)).Budget);
        Assert.False(budget.TryTake());
        Manager.Apply(Services.Snapshot(Services.Cluster(Reviews(), policy: new ClusterPolicy { RetryBudget = new() { MinRetriesPerSecond = 2 } })));
        Assert.Equal(10, budget.Available);
    }

    [Fact]
    public void Budgets_of_clusters_are_apart()
    {
        var first = ClusterResilience.Of(Manager.Get(Services.Cluster(Reviews(), "v1"), 80)).Budget;
        var second = ClusterResilience.Of(Manager.Get(Services.Cluster(Reviews(), "v2"), 80)).Budget;
        Assert.True(first.TryTake());

        Assert.Equal(9, first.Available);
        Assert.Equal(10, second.Available);
    }

    private static ServiceModel Reviews() => Services.Named(
        "reviews", DiscoveryKind.Static, [Services.Labelled("10.0.0.1:80", "v1"), Services.Labelled("10.0.0.2:80", "v2")]);

    /// <summary>The same subset, defined by the labels of another.</summary>
    private static ClusterModel Relabelled(ClusterModel subset, ClusterModel labels) => new()
    {
        Key = subset.Key,
        Service = subset.Service,
        Policy = subset.Policy,
        SubsetLabels = labels.SubsetLabels,
    };

    private static IEnumerable<string> Addresses(ClusterState state) => state.Endpoints.All.Select(endpoint => endpoint.Endpoint.Address);
}
