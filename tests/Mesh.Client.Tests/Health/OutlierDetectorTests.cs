using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

public sealed class OutlierDetectorTests
{
    private static readonly OutlierDetectionConfiguration Policy = new() { MaxEjectionPercent = 100 };

    private readonly TestClock _time = new();
    private readonly OutlierDetector _detector;

    public OutlierDetectorTests()
    {
        _detector = new OutlierDetector(_time);
    }

    [Fact]
    public void Report_of_the_fifth_error_in_a_row_ejects_at_once()
    {
        var cluster = Cluster(2, Policy);
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.ServerError, 4);
        Assert.False(endpoint.IsEjected);

        Report(cluster, endpoint, CallOutcome.ServerError);
        Assert.True(endpoint.IsEjected);
        Assert.Equal([cluster.Endpoints.All[1]], cluster.Endpoints.Available);
        Assert.Equal(1, cluster.Ejected);
    }

    [Fact]
    public void Report_of_a_success_ends_the_row()
    {
        var cluster = Cluster(1, Policy);
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.ServerError, 4);
        Report(cluster, endpoint, CallOutcome.Success);
        Report(cluster, endpoint, CallOutcome.ServerError, 4);

        Assert.False(endpoint.IsEjected);
    }

    [Theory]
    [InlineData(nameof(CallOutcome.CallerCancelled))]
    [InlineData(nameof(CallOutcome.ClientFault))]
    public void Report_of_what_is_no_fault_of_the_endpoint_counts_nothing(string outcome)
    {
        var cluster = Cluster(1, Policy);
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.ServerError, 4);
        Report(cluster, endpoint, Enum.Parse<CallOutcome>(outcome), 100);
        Assert.False(endpoint.IsEjected);

        Report(cluster, endpoint, CallOutcome.ServerError);
        Assert.True(endpoint.IsEjected);
    }

    [Theory]
    [InlineData(nameof(CallOutcome.GatewayError), true)]
    [InlineData(nameof(CallOutcome.ConnectFailure), true)]
    [InlineData(nameof(CallOutcome.Reset), true)]
    [InlineData(nameof(CallOutcome.Timeout), true)]
    [InlineData(nameof(CallOutcome.ServerError), false)]
    public void Report_counts_gateway_errors_apart(string outcome, bool isGatewayError)
    {
        var cluster = Cluster(1, Policy with { Consecutive5xxErrors = 0, ConsecutiveGatewayErrors = 3 });
        Report(cluster, cluster.Endpoints.All[0], Enum.Parse<CallOutcome>(outcome), 3);

        Assert.Equal(isGatewayError, cluster.Endpoints.All[0].IsEjected);
    }

    [Fact]
    public void Gotcha_31_plain_server_error_ends_the_row_of_gateway_errors()
    {
        var cluster = Cluster(1, Policy with { Consecutive5xxErrors = 0, ConsecutiveGatewayErrors = 3 });
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.GatewayError, 2);
        Report(cluster, endpoint, CallOutcome.ServerError);
        Report(cluster, endpoint, CallOutcome.GatewayError, 2);

        Assert.False(endpoint.IsEjected);
    }

    [Theory]
    [InlineData(1, 10, 0)]
    [InlineData(9, 10, 0)]
    [InlineData(10, 10, 1)]
    [InlineData(25, 10, 2)]
    [InlineData(1, 50, 0)]
    [InlineData(2, 50, 1)]
    [InlineData(5, 50, 2)]
    [InlineData(25, 50, 12)]
    [InlineData(1, 100, 1)]
    [InlineData(5, 100, 5)]
    [InlineData(5, 0, 0)]
    public void Gotcha_29_report_ejects_no_more_than_the_share_of_all_endpoints(int endpoints, int maxEjectionPercent, int expected)
    {
        var cluster = Cluster(endpoints, Policy with { MaxEjectionPercent = maxEjectionPercent });
        foreach (var endpoint in cluster.Endpoints.All)
        {
            Report(cluster, endpoint, CallOutcome.ServerError, 5);
        }

        Assert.Equal(expected, cluster.Endpoints.All.Count(endpoint => endpoint.IsEjected));
    }

    [Fact]
    public void Report_after_being_spared_needs_a_whole_new_row()
    {
        var cluster = Cluster(2, Policy with { MaxEjectionPercent = 50 });
        var (first, second) = (cluster.Endpoints.All[0], cluster.Endpoints.All[1]);
        Report(cluster, first, CallOutcome.ServerError, 5);
        Report(cluster, second, CallOutcome.ServerError, 5);
        _time.Advance(TimeSpan.FromSeconds(30));
        Report(cluster, second, CallOutcome.ServerError, 4);
        Assert.False(second.IsEjected);

        Report(cluster, second, CallOutcome.ServerError);
        Assert.True(second.IsEjected);
    }

    [Fact]
    public void Gotcha_30_ejection_ends_at_the_first_sweep_after_its_time()
    {
        var cluster = Cluster(1, Policy with { BaseEjectionTime = TimeSpan.FromSeconds(25) });
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.ServerError, 5);
        _time.Advance(TimeSpan.FromSeconds(29.999));
        Assert.True(endpoint.IsEjected);

        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.False(endpoint.IsEjected);
        Assert.Equal([endpoint], cluster.Endpoints.Available);
        Assert.Equal(0, cluster.Ejected);
    }

    [Fact]
    public void Ejection_time_grows_with_each_ejection_up_to_five_minutes()
    {
        var cluster = Cluster(1, Policy with { BaseEjectionTime = TimeSpan.FromSeconds(100) });
        foreach (var expected in (int[])[100, 200, 300, 300, 300])
        {
            Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 5);
            _time.Advance(TimeSpan.FromSeconds(expected - 0.001));
            Assert.True(cluster.Endpoints.All[0].IsEjected);
            _time.Advance(TimeSpan.FromSeconds(0.001));
            Assert.False(cluster.Endpoints.All[0].IsEjected);
        }
    }

    [Fact]
    public void Ejection_time_may_be_longer_than_five_minutes_from_the_start()
    {
        var cluster = Cluster(1, Policy with { BaseEjectionTime = TimeSpan.FromSeconds(400) });
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 5);
        _time.Advance(TimeSpan.FromSeconds(399.999));
        Assert.True(cluster.Endpoints.All[0].IsEjected);

        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.False(cluster.Endpoints.All[0].IsEjected);
    }

    [Fact]
    public void Sweep_forgets_one_ejection_per_quiet_interval_and_then_has_no_timer()
    {
        var cluster = Cluster(1, Policy);
        var endpoint = cluster.Endpoints.All[0];
        Assert.Equal(0, _time.LiveTimers);
        Report(cluster, endpoint, CallOutcome.ServerError, 5);
        Assert.Equal(1, _time.LiveTimers);

        _time.Advance(TimeSpan.FromSeconds(30));
        Report(cluster, endpoint, CallOutcome.ServerError, 5);
        Assert.Equal(2, endpoint.Health.EjectionMultiplier);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((2, 1), (endpoint.Health.EjectionMultiplier, _time.LiveTimers));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 1), (endpoint.Health.EjectionMultiplier, _time.LiveTimers));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 0), (endpoint.Health.EjectionMultiplier, _time.LiveTimers));
    }

    [Fact]
    public void Report_without_errors_makes_no_timer()
    {
        var cluster = Cluster(10, Policy);
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.Success, 100);
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 4);

        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public void Available_below_the_health_floor_is_everything_again()
    {
        var cluster = Cluster(4, Policy with { MinHealthPercent = 50 });
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 5);
        Report(cluster, cluster.Endpoints.All[1], CallOutcome.ServerError, 5);
        Assert.Equal((2, false), (cluster.Endpoints.Available.Length, cluster.Endpoints.IsPanicking));

        Report(cluster, cluster.Endpoints.All[2], CallOutcome.ServerError, 5);
        Assert.Equal((4, true), (cluster.Endpoints.Available.Length, cluster.Endpoints.IsPanicking));
    }

    [Fact]
    public void Available_without_a_health_floor_may_be_empty()
    {
        var cluster = Cluster(1, Policy);
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 5);

        Assert.Empty(cluster.Endpoints.Available);
    }

    [Fact]
    public void Ejection_outlives_a_change_of_the_policy_and_ends_with_the_policy()
    {
        var cluster = Cluster(2, Policy);
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.ServerError, 5);
        SetPolicy(cluster, Policy with { Consecutive5xxErrors = 7 });
        Assert.True(endpoint.IsEjected);

        SetPolicy(cluster, null);
        Assert.False(endpoint.IsEjected);
        Assert.Equal(2, cluster.Endpoints.Available.Length);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public void Threshold_lowered_below_the_row_ejects_at_the_next_error()
    {
        var cluster = Cluster(1, Policy);
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 4);
        SetPolicy(cluster, Policy with { Consecutive5xxErrors = 2 });
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError);

        Assert.True(cluster.Endpoints.All[0].IsEjected);
    }

    [Fact]
    public void Report_about_an_endpoint_that_left_ejects_nothing()
    {
        var cluster = Cluster(2, Policy);
        var gone = new EndpointState(Services.Endpoints("10.9.9.9")[0]);
        Report(cluster, gone, CallOutcome.ServerError, 5);

        Assert.Equal((false, 0, 0), (gone.IsEjected, cluster.Ejected, _time.LiveTimers));
    }

    [Fact]
    public void Stop_ends_the_sweep_for_good()
    {
        var cluster = Cluster(2, Policy);
        Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 5);
        _detector.Stop(cluster);
        Report(cluster, cluster.Endpoints.All[1], CallOutcome.ServerError, 5);

        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public async Task Report_from_many_threads_never_exceeds_the_share_and_uses_all_of_it()
    {
        var cluster = Cluster(20, Policy with { MaxEjectionPercent = 50, Consecutive5xxErrors = 1 });
        var reporters = Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var call = 0; call < 1000; call++)
            {
                _detector.Report(cluster, cluster.Endpoints.All[((call * 7) + thread) % 20], CallOutcome.ServerError);
            }
        }));
        await Task.WhenAll(reporters);

        Assert.Equal(10, cluster.Endpoints.All.Count(endpoint => endpoint.IsEjected));
        Assert.Equal(10, cluster.Ejected);
        Assert.Equal(cluster.Endpoints.All.Where(endpoint => !endpoint.IsEjected), cluster.Endpoints.Available);
    }

    [Fact]
    public void Report_of_success_and_of_errors_allocates_nothing()
    {
        var cluster = Cluster(2, Policy);
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, CallOutcome.ServerError);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1000; call++)
        {
            _detector.Report(cluster, endpoint, call % 3 == 0 ? CallOutcome.Success : CallOutcome.GatewayError);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Connect_failure_mark_doubles_up_to_five_seconds_and_a_burst_counts_once()
    {
        var endpoint = new EndpointState(Services.Endpoints("10.0.0.1")[0]);
        foreach (var expected in (int[])[1, 2, 4, 5, 5])
        {
            ConnectFailureMark.Set(endpoint, _time);
            ConnectFailureMark.Set(endpoint, _time);
            _time.Advance(TimeSpan.FromSeconds(expected) - TimeSpan.FromTicks(1));
            Assert.True(endpoint.ConnectFailedUntil > _time.GetTimestamp());
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.False(endpoint.ConnectFailedUntil > _time.GetTimestamp());
        }

        ConnectFailureMark.Clear(endpoint);
        ConnectFailureMark.Set(endpoint, _time);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(endpoint.ConnectFailedUntil > _time.GetTimestamp());
    }

    [Theory]
    [InlineData(nameof(CallOutcome.ServerError), 5, 0, "5 errors in a row")]
    [InlineData(nameof(CallOutcome.Reset), 5, 3, "3 gateway errors in a row")]
    public void Ejection_is_told_with_its_reason_and_duration(string outcome, int errors, int gatewayErrors, string reason)
    {
        var told = new List<(EndpointState Endpoint, Ejection Ejection)>();
        _detector.EndpointEjected += (_, endpoint, ejection) => told.Add((endpoint, ejection));
        var cluster = Cluster(2, Policy with { Consecutive5xxErrors = errors, ConsecutiveGatewayErrors = gatewayErrors, BaseEjectionTime = TimeSpan.FromSeconds(30) });
        var endpoint = cluster.Endpoints.All[0];
        Report(cluster, endpoint, Enum.Parse<CallOutcome>(outcome), 5);
        Assert.Equal([(endpoint, new Ejection(reason, TimeSpan.FromSeconds(30)))], told);

        _time.Advance(TimeSpan.FromSeconds(30));
        Report(cluster, endpoint, Enum.Parse<CallOutcome>(outcome), 5);
        Assert.Equal(TimeSpan.FromSeconds(60), told[1].Ejection.Duration);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Change_of_the_interval_holds_for_the_sweep_that_is_waited_for(bool isByHand)
    {
        var cluster = Cluster(2, Policy with { Interval = TimeSpan.FromHours(1) });
        if (isByHand)
        {
            SetPolicy(cluster, null);
            _detector.EjectByHand(cluster, cluster.Endpoints.All[0], TimeSpan.FromSeconds(3));
        }
        else
        {
            Report(cluster, cluster.Endpoints.All[0], CallOutcome.ServerError, 5);
        }

        SetPolicy(cluster, Policy with { Interval = TimeSpan.FromSeconds(1), BaseEjectionTime = TimeSpan.FromSeconds(3) });
        _time.Advance(TimeSpan.FromSeconds(isByHand ? 4 : 31));

        Assert.Equal(2, cluster.Endpoints.Available.Length);
    }

    private static ClusterState Cluster(int endpoints, OutlierDetectionConfiguration policy)
    {
        var model = Services.Cluster(Services.Named("reviews"), policy: new ClusterPolicy { OutlierDetection = policy });
        var cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [.. Enumerable.Range(1, endpoints).Select(index => new EndpointState(Services.Endpoints($"10.0.0.{index}")[0]))];
        cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
        return cluster;
    }

    private void SetPolicy(ClusterState cluster, OutlierDetectionConfiguration? policy)
    {
        cluster.Model = Services.Cluster(cluster.Model.Service, policy: new ClusterPolicy { OutlierDetection = policy });
        _detector.OnPolicyChanged(cluster);
    }

    private void Report(ClusterState cluster, EndpointState endpoint, CallOutcome outcome, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            _detector.Report(cluster, endpoint, outcome);
        }
    }
}
