using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

/// <summary>Ejection by the calls of one interval, at the sweep that ends it.</summary>
public sealed class OutlierRateTests
{
    private static readonly OutlierDetectionConfiguration BySuccess = new()
    {
        Consecutive5xxErrors = 0,
        MaxEjectionPercent = 100,
        Extension = new() { SuccessRate = new() },
    };

    private static readonly OutlierDetectionConfiguration ByFailure = BySuccess with { Extension = new() { FailurePercentage = new() } };

    private readonly TestClock _time = new();
    private readonly ScriptedRandom _random = new();
    private readonly OutlierDetector _detector;

    public OutlierRateTests()
    {
        _detector = new OutlierDetector(_time, null, _random);
    }

    [Fact]
    public void Success_rates_of_the_reference_give_its_threshold()
    {
        var cluster = Cluster(5, BySuccess);
        ReportAll(cluster, 100, 50, 0, 0, 0, 0);
        RateEjection.TakeBuckets(cluster.Endpoints.All);

        Assert.Equal(52, RateEjection.LeastSuccessRate(cluster.Endpoints.All, new()));
    }

    [Fact]
    public void Sweep_ejects_whose_success_rate_is_below_the_threshold_and_not_before()
    {
        var cluster = Cluster(5, BySuccess);
        ReportAll(cluster, 100, 50, 0, 0, 0, 0);
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(0, cluster.Ejected);

        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal([true, false, false, false, false], Ejected(cluster));
    }

    [Theory]
    [InlineData(4, 100, 100)]
    [InlineData(5, 99, 100)]
    [InlineData(5, 100, 101)]
    public void Sweep_ejects_nobody_where_too_few_endpoints_had_enough_calls(int endpoints, int calls, int volume)
    {
        var cluster = Cluster(endpoints, BySuccess with { Extension = new() { SuccessRate = new() { RequestVolume = volume } } });
        ReportAll(cluster, calls, [50, .. Enumerable.Repeat(0, endpoints - 1)]);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(0, cluster.Ejected);
    }

    [Fact]
    public void Sweep_looks_at_the_calls_of_one_interval_only()
    {
        var cluster = Cluster(5, BySuccess);
        ReportAll(cluster, 60, 30, 0, 0, 0, 0);
        _time.Advance(TimeSpan.FromSeconds(10));
        ReportAll(cluster, 60, 30, 0, 0, 0, 0);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(0, cluster.Ejected);
    }

    [Theory]
    [InlineData(85, true)]
    [InlineData(84, false)]
    public void Sweep_ejects_from_the_failure_percentage_on(int failures, bool isEjected)
    {
        var cluster = Cluster(5, ByFailure);
        ReportAll(cluster, 100, failures, 0, 0, 0, 0);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(isEjected, cluster.Endpoints.All[0].IsEjected);
    }

    [Fact]
    public void Sweep_stops_after_a_quiet_interval_and_starts_with_the_next_call()
    {
        var cluster = Cluster(5, ByFailure);
        Assert.Equal(0, _time.LiveTimers);
        ReportAll(cluster, 1, 0, 0, 0, 0, 0);
        Assert.Equal(1, _time.LiveTimers);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, _time.LiveTimers);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _time.LiveTimers);

        _time.Advance(TimeSpan.FromSeconds(3));
        ReportAll(cluster, 100, 90, 0, 0, 0, 0);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(cluster.Endpoints.All[0].IsEjected);
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void Enforcing_percentage_is_drawn_for_each_ejection(int draw, bool isEjected)
    {
        var cluster = Cluster(5, ByFailure with { Extension = new() { FailurePercentage = new() { Enforcing = 30 } } });
        ReportAll(cluster, 100, 90, 0, 0, 0, 0);
        _random.Next(draw, 100);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((isEjected, 0), (cluster.Endpoints.All[0].IsEjected, _random.Remaining));
    }

    [Fact]
    public void Enforcing_percentage_holds_for_errors_in_a_row()
    {
        var cluster = Cluster(1, new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 100, Extension = new() { EnforcingConsecutive5xxErrors = 0 } });
        ReportAll(cluster, 10, 10);

        Assert.Equal((0, 0), (cluster.Ejected, _random.Draws));
    }

    [Fact]
    public void Ejection_time_is_cut_at_the_policys_maximum_and_then_jittered()
    {
        var cluster = Cluster(1, new()
        {
            Consecutive5xxErrors = 1,
            MaxEjectionPercent = 100,
            BaseEjectionTime = TimeSpan.FromSeconds(30),
            Extension = new() { MaxEjectionTime = TimeSpan.FromSeconds(40), MaxEjectionTimeJitter = TimeSpan.FromSeconds(8) },
        });
        var told = new List<TimeSpan?>();
        _detector.EndpointEjected += (_, _, ejection) => told.Add(ejection.Duration);
        _random.Double(0).Double(0.5);
        ReportAll(cluster, 1, 1);
        _time.Advance(TimeSpan.FromSeconds(30));
        ReportAll(cluster, 1, 1);

        Assert.Equal([TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(44)], told);
    }

    [Fact]
    public void Always_eject_one_host_overrides_the_percentage_for_the_first()
    {
        var cluster = Cluster(3, new() { Consecutive5xxErrors = 1, Extension = new() { AlwaysEjectOneHost = true } });
        ReportAll(cluster, 1, 1, 1, 1);

        Assert.Equal([true, false, false], Ejected(cluster));
    }

    [Theory]
    [InlineData(true, "50 % of successes in an interval, less than the 52 % that the other endpoints ask for")]
    [InlineData(false, "90 % of failures in an interval, the limit being 85 %")]
    public void Ejection_is_told_with_the_rates(bool bySuccess, string reason)
    {
        var told = new List<string>();
        _detector.EndpointEjected += (_, _, ejection) => told.Add(ejection.Reason);
        var cluster = Cluster(5, bySuccess ? BySuccess : ByFailure);
        ReportAll(cluster, 100, bySuccess ? 50 : 90, 0, 0, 0, 0);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([reason], told);
    }

    [Fact]
    public void Report_of_counted_calls_allocates_nothing()
    {
        var cluster = Cluster(5, BySuccess);
        ReportAll(cluster, 10, 1, 1, 1, 1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReportAll(cluster, 1000, 10, 10, 10, 10, 10);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static IEnumerable<bool> Ejected(ClusterState cluster) => cluster.Endpoints.All.Select(endpoint => endpoint.IsEjected);

    private static ClusterState Cluster(int endpoints, OutlierDetectionConfiguration policy)
    {
        var model = Services.Cluster(Services.Named("reviews"), policy: new ClusterPolicy { OutlierDetection = policy });
        var cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [.. Enumerable.Range(1, endpoints).Select(index => new EndpointState(Services.Endpoints($"10.0.0.{index}")[0]))];
        cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
        return cluster;
    }

    /// <summary>So many calls to each endpoint, of which the first ones fail.</summary>
    private void ReportAll(ClusterState cluster, int calls, params ReadOnlySpan<int> failures)
    {
        for (var index = 0; index < failures.Length; index++)
        {
            for (var call = 0; call < calls; call++)
            {
                _detector.Report(cluster, cluster.Endpoints.All[index], call < failures[index] ? CallOutcome.ServerError : CallOutcome.Success, 200);
            }
        }
    }
}
