using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;
using static Mesh.Client.Tests.Health.ScriptedProbe;

namespace Mesh.Client.Tests.Health;

public sealed class HealthCheckerTests
{
    private const string First = "10.0.0.1";

    private static readonly HealthCheckConfiguration Check = new()
    {
        Timeout = Seconds(1),
        Interval = Seconds(5),
        UnhealthyThreshold = 3,
        HealthyThreshold = 2,
        Protocol = new TcpHealthCheck("", ValueList<string>.Empty),
    };

    private readonly TestClock _time = new();
    private readonly ScriptedRandom _random = new();
    private readonly ScriptedProbe _probe;
    private readonly OutlierDetector _outliers;
    private readonly HealthChecker _checker;

    public HealthCheckerTests()
    {
        _probe = new ScriptedProbe(_time);
        _outliers = new OutlierDetector(_time, null, _random);
        _checker = new HealthChecker(_probe, _outliers, _time, _random, null);
    }

    [Fact]
    public void A_cluster_without_checks_has_no_state_and_no_timer()
    {
        var cluster = Cluster(2, []);
        Assert.Equal((null, 0), (cluster.HealthChecks, _time.LiveTimers));
    }

    [Fact]
    public void First_result_is_decisive_whatever_the_thresholds()
    {
        _probe.Then(First, Fail);
        var cluster = Cluster(2, Check);
        Pass(0);

        Assert.Equal([true, false], Failing(cluster));
        Assert.Equal([cluster.Endpoints.All[1]], cluster.Endpoints.Available);
    }

    [Fact]
    public void Failures_count_to_the_threshold_and_passes_back()
    {
        _probe.Then(First, Passed, Fail, Fail, Passed, Fail, Fail, Fail, Passed, Fail, Passed, Passed);
        var cluster = Cluster(1, Check);
        Pass(0);
        Assert.Equal([false, false, false, false, false, true, true, true, true, false], Enumerable.Range(0, 10).Select(_ => FailingAfter(cluster, 5)));
    }

    [Fact]
    public void An_answer_that_says_unhealthy_needs_no_threshold()
    {
        _probe.Then(First, Passed, Unhealthy);
        var cluster = Cluster(1, Check);
        Pass(5);

        Assert.True(cluster.Endpoints.All[0].IsFailing);
        Assert.Equal("unwell", cluster.Endpoints.All[0].Health.CheckFailure);
    }

    [Fact]
    public void A_check_without_an_answer_in_time_has_failed()
    {
        _probe.Gate = new();
        var cluster = Cluster(1, Check);
        Pass(0.999);
        Assert.False(cluster.Endpoints.All[0].IsFailing);

        Pass(0.001);
        Assert.True(cluster.Endpoints.All[0].IsFailing);
        Assert.Equal("no answer in time", cluster.Endpoints.All[0].Health.CheckFailure);
    }

    [Fact]
    public void A_check_that_could_not_be_made_changes_nothing()
    {
        _probe.Then(First, HealthCheckResult.NotAsked("no file"), Fail, HealthCheckResult.NotAsked("no file"));
        var cluster = Cluster(1, Check);
        Pass(0);
        Assert.False(cluster.Endpoints.All[0].IsFailing);
        Pass(5);
        Assert.True(cluster.Endpoints.All[0].IsFailing);
        Pass(5);
        Assert.True(cluster.Endpoints.All[0].IsFailing);
    }

    [Fact]
    public void Intervals_are_those_of_the_state_and_of_its_edges()
    {
        _probe.Then(First, Passed, Passed, Fail, Fail, Fail, Fail, Passed, Passed, Passed);
        var cluster = Cluster(1, Check with { UnhealthyInterval = Seconds(7), UnhealthyEdgeInterval = Seconds(2), HealthyEdgeInterval = Seconds(1) });
        Pass(60);

        // Two at the ordinary interval, two failures that are not enough, then failing, one pass that is not enough, then well again.
        Assert.Equal([0, 5, 10, 12, 14, 21, 28, 29, 34], _probe.TimesOf(First).Take(9));
        Assert.Equal(0, cluster.Ejected);
    }

    [Fact]
    public void Intervals_follow_no_traffic_until_there_is_some()
    {
        var cluster = Cluster(1, Check with { NoTrafficInterval = Seconds(12) });
        Pass(50);
        Assert.Equal([0, 5, 10, 15, 27, 39], _probe.TimesOf(First));

        HealthChecker.OnCall(cluster);
        Pass(10);
        Assert.Equal([51, 56], _probe.TimesOf(First).Skip(6));
    }

    [Fact]
    public void Jitter_is_drawn_for_the_start_and_for_each_interval()
    {
        _random.Double(0.5).Double(0.25).Double(0);
        Cluster(1, Check with { InitialJitter = Seconds(4), IntervalJitter = Seconds(2) });
        Pass(8);

        Assert.Equal([2, 7.5], _probe.TimesOf(First));
        Assert.Equal(0, _random.Remaining);
    }

    [Fact]
    public void All_checks_must_agree()
    {
        _probe.Then(First, Passed, Fail, Passed);
        var cluster = Cluster(1, Check, Check with { Interval = Seconds(7) });
        Pass(0);
        Assert.True(cluster.Endpoints.All[0].IsFailing);
        Pass(5);
        Assert.True(cluster.Endpoints.All[0].IsFailing);
        Pass(9);
        Assert.False(cluster.Endpoints.All[0].IsFailing);
    }

    [Fact]
    public void Endpoints_are_healthy_where_ejection_and_checks_agree()
    {
        _probe.Then(First, Passed, Unhealthy);
        var cluster = Cluster(2, Check with { EndsEjections = false });
        Pass(5);
        Eject(cluster, 1);
        Assert.Empty(cluster.Endpoints.Available);

        Pass(10);
        Assert.Equal([cluster.Endpoints.All[0]], cluster.Endpoints.Available);
        Pass(20);
        Assert.Equal(2, cluster.Endpoints.Available.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pass_lifts_an_ejection_and_forgets_errors_unless_switched_off(bool isOn)
    {
        var cluster = Cluster(2, Check with { EndsEjections = isOn });
        Pass(0);
        Eject(cluster, 0);
        cluster.Endpoints.All[0].Health.ConsecutiveGatewayErrors = 1;
        Pass(5);

        Assert.NotEqual(isOn, cluster.Endpoints.All[0].IsEjected);
        Assert.Equal(isOn ? 0 : 1, cluster.Endpoints.All[0].Health.ConsecutiveGatewayErrors);
        Assert.Equal(isOn ? 2 : 1, cluster.Endpoints.Available.Length);
    }

    [Fact]
    public void A_pass_that_is_not_enough_lifts_no_ejection()
    {
        _probe.Then(First, Unhealthy, Passed);
        var cluster = Cluster(1, Check);
        Pass(0);
        Eject(cluster, 0);
        Pass(5);
        Assert.True(cluster.Endpoints.All[0].IsEjected);

        Pass(5);
        Assert.Equal((false, false), (cluster.Endpoints.All[0].IsEjected, cluster.Endpoints.All[0].IsFailing));
    }

    [Fact]
    public void A_pass_lifts_no_ejection_by_hand()
    {
        var cluster = Cluster(2, Check);
        _outliers.EjectByHand(cluster, cluster.Endpoints.All[0], null);
        Pass(10);

        Assert.True(cluster.Endpoints.All[0].IsEjected);
    }

    [Fact]
    public void Recovery_restarts_the_age_and_clears_the_mark_of_failed_connections()
    {
        _probe.Then(First, Unhealthy);
        var cluster = Cluster(1, Check with { HealthyThreshold = 1 });
        var endpoint = cluster.Endpoints.All[0];
        Pass(0);
        Assert.Equal(EndpointState.JoinedLongAgo, endpoint.JoinedAt);
        ConnectFailureMark.Set(endpoint, _time);
        Pass(5);

        Assert.Equal((_time.GetTimestamp(), EndpointState.NoConnectFailure, null), (endpoint.JoinedAt, endpoint.ConnectFailedUntil, endpoint.Health.CheckFailure));
    }

    [Fact]
    public void Only_suspects_asks_nobody_who_is_well()
    {
        var cluster = Cluster(2, Check with { OnlySuspects = true });
        Pass(100);

        Assert.Equal((0, 0), (_probe.Count, _time.ArmedTimers));
        Assert.Equal(2, cluster.Endpoints.Available.Length);
    }

    [Fact]
    public void Only_suspects_asks_who_was_ejected_at_once_and_lets_go_after_a_pass()
    {
        _probe.Then(First, Passed);
        var cluster = Cluster(2, Check with { OnlySuspects = true });
        Pass(3);
        Eject(cluster, 0);
        Pass(100);

        Assert.Equal([3], _probe.TimesOf(First));
        Assert.False(cluster.Endpoints.All[0].IsEjected);
    }

    [Fact]
    public void Only_suspects_keeps_asking_who_fails_beyond_the_ejection()
    {
        _probe.Otherwise = Unhealthy;
        var cluster = Cluster(2, Check with { OnlySuspects = true, NoTrafficInterval = Seconds(1000) });
        Eject(cluster, 0);
        Pass(40);
        Assert.Equal((false, true), (cluster.Endpoints.All[0].IsEjected, cluster.Endpoints.All[0].IsFailing));

        _probe.Otherwise = Passed;
        Pass(10);
        Assert.Equal(2, cluster.Endpoints.Available.Length);
        var asked = _probe.Count;
        Pass(100);
        Assert.Equal(asked, _probe.Count);
    }

    [Fact]
    public void Only_suspects_asks_who_could_not_be_connected_to()
    {
        var cluster = Cluster(2, Check with { OnlySuspects = true });
        ConnectFailureMark.Set(cluster.Endpoints.All[0], _time);
        HealthChecker.Suspect(cluster, cluster.Endpoints.All[0]);
        Pass(0);

        Assert.Equal((1, EndpointState.NoConnectFailure), (_probe.Count, cluster.Endpoints.All[0].ConnectFailedUntil));
    }

    [Fact]
    public void FailAtOnce_takes_an_endpoint_out_until_it_passes()
    {
        var told = new List<string>();
        _checker.EndpointFailed += (_, _, reason) => told.Add(reason);
        var cluster = Cluster(2, Check);
        Pass(1);
        _checker.FailAtOnce(cluster, cluster.Endpoints.All[0], "said so");
        _checker.FailAtOnce(cluster, cluster.Endpoints.All[0], "said so");
        Assert.Equal([cluster.Endpoints.All[1]], cluster.Endpoints.Available);
        Assert.Equal(["said so"], told);

        Pass(6);
        Assert.Single(cluster.Endpoints.Available);
        Pass(5);
        Assert.Equal(2, cluster.Endpoints.Available.Length);
    }

    [Fact]
    public void FailAtOnce_without_checks_means_nothing()
    {
        var cluster = Cluster(1, []);
        _checker.FailAtOnce(cluster, cluster.Endpoints.All[0], "said so");

        Assert.Single(cluster.Endpoints.Available);
    }

    [Fact]
    public void Update_takes_up_and_lets_go_of_endpoints()
    {
        var cluster = Cluster(2, Check);
        Pass(0);
        var joined = new EndpointState(Services.Endpoints("10.0.0.9")[0]);
        EndpointState[] all = [cluster.Endpoints.All[1], joined];
        cluster.TryPublish(cluster.Endpoints, AvailableEndpoints.Build(all, ClusterPolicy.Default));
        _checker.Update(cluster);
        Pass(10);

        Assert.Equal([0], _probe.TimesOf(First));
        Assert.Equal([0, 5, 10], _probe.TimesOf("10.0.0.9"));
        Assert.Equal([0, 5, 10], _probe.TimesOf("10.0.0.2"));
    }

    [Fact]
    public void Update_after_a_reload_that_changed_nothing_restarts_nothing()
    {
        var cluster = Cluster(1, Check);
        Pass(3);
        SetChecks(cluster, Check with { });
        Pass(3);

        Assert.Equal([0, 5], _probe.TimesOf(First));
    }

    [Fact]
    public void Update_restarts_a_check_that_changed_and_keeps_what_it_found_until_the_first_result()
    {
        _probe.Then(First, Unhealthy);
        var cluster = Cluster(1, Check);
        Pass(3);
        SetChecks(cluster, Check with { Interval = Seconds(2) });
        Assert.True(cluster.Endpoints.All[0].IsFailing);
        Pass(0);

        Assert.Equal([0, 3], _probe.TimesOf(First));
        Assert.False(cluster.Endpoints.All[0].IsFailing);
    }

    [Fact]
    public void Update_without_checks_any_more_brings_everybody_back()
    {
        _probe.Otherwise = Unhealthy;
        var cluster = Cluster(2, Check);
        Pass(0);
        Assert.Empty(cluster.Endpoints.Available);

        SetChecks(cluster);
        Assert.Equal((2, 0), (cluster.Endpoints.Available.Length, _time.LiveTimers));
    }

    [Fact]
    public void Stop_cancels_checks_under_way_and_leaves_no_timer()
    {
        _probe.Gate = new();
        var cluster = Cluster(2, Check);
        Pass(0);
        Assert.Equal(2, _probe.UnderWay);
        _checker.Stop(cluster);

        Assert.Equal((0, 0, 2), (_probe.UnderWay, _time.LiveTimers, cluster.Endpoints.Available.Length));
        _checker.Update(cluster);
        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public void Checks_of_a_large_cluster_wait_for_their_turn()
    {
        _probe.Gate = new();
        var cluster = Cluster(10_000, Check with { Timeout = Seconds(1000) });
        Pass(0);
        Assert.Equal(HealthCheckRun.MaximumConcurrency, _probe.UnderWay);

        _checker.Stop(cluster);
        Assert.Equal(0, _probe.UnderWay);
    }

    [Fact]
    public void Checks_of_a_large_cluster_are_all_made()
    {
        Cluster(10_000, Check);
        Pass(0);

        Assert.Equal((10_000, 1), (_probe.Count, _probe.MostUnderWay));
    }

    [Fact]
    public void A_listener_that_throws_harms_no_check()
    {
        _checker.Checked += (_, _) => throw new InvalidOperationException("the listener broke");
        _checker.EndpointFailed += (_, _, _) => throw new InvalidOperationException("the listener broke");
        _probe.Then(First, Unhealthy);
        var cluster = Cluster(1, Check);
        Pass(10);

        Assert.Equal(3, _probe.Count);
        Assert.Single(cluster.Endpoints.Available);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static IEnumerable<bool> Failing(ClusterState cluster) => cluster.Endpoints.All.Select(endpoint => endpoint.IsFailing);

    private void Pass(double seconds) => _time.Advance(Seconds(seconds));

    private bool FailingAfter(ClusterState cluster, double seconds)
    {
        Pass(seconds);
        return cluster.Endpoints.All[0].IsFailing;
    }

    private void Eject(ClusterState cluster, int index) => _outliers.Report(cluster, cluster.Endpoints.All[index], CallOutcome.ServerError, 500);

    private ClusterState Cluster(int endpoints, params HealthCheckConfiguration[] checks)
    {
        var model = Services.Cluster(Services.Named("reviews"));
        var cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [.. Enumerable.Range(1, endpoints).Select(index => new EndpointState(EndpointAddress.Parse($"10.0.{index / 250}.{index % 250}")))];
        cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
        SetChecks(cluster, checks);
        return cluster;
    }

    private void SetChecks(ClusterState cluster, params HealthCheckConfiguration[] checks)
    {
        cluster.Model = Services.Cluster(cluster.Model.Service, policy: new ClusterPolicy
        {
            HealthChecks = new(checks),
            OutlierDetection = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100, BaseEjectionTime = Seconds(20) },
        });
        _checker.Update(cluster);
    }
}
