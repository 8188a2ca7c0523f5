using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

public sealed class ManualEjectionTests
{
    private static readonly OutlierDetectionConfiguration Policy = new() { Consecutive5xxErrors = 1, MaxEjectionPercent = 50 };

    private readonly TestClock _time = new();
    private readonly OutlierDetector _detector;

    public ManualEjectionTests()
    {
        _detector = new OutlierDetector(_time);
    }

    [Fact]
    public void Ejection_by_hand_is_not_bounded_by_the_percentage_and_needs_no_policy()
    {
        var cluster = Cluster(2, null);
        Assert.All(cluster.Endpoints.All, endpoint => Assert.True(_detector.EjectByHand(cluster, endpoint, null)));

        Assert.Equal((2, 0), (cluster.Ejected, cluster.Endpoints.Available.Length));
    }

    [Fact]
    public void Ejection_by_hand_counts_for_the_percentage_of_others()
    {
        var cluster = Cluster(2, Policy);
        _detector.EjectByHand(cluster, cluster.Endpoints.All[0], null);
        _detector.Report(cluster, cluster.Endpoints.All[1], CallOutcome.ServerError, 500);

        Assert.False(cluster.Endpoints.All[1].IsEjected);
    }

    [Fact]
    public void Ejection_by_hand_without_an_end_needs_no_timer_and_outlives_rules()
    {
        var cluster = Cluster(2, Policy);
        _detector.EjectByHand(cluster, cluster.Endpoints.All[0], null);
        _time.Advance(TimeSpan.FromHours(1));
        cluster.Model = Services.Cluster(cluster.Model.Service);
        _detector.OnPolicyChanged(cluster);

        Assert.Equal((true, 0), (cluster.Endpoints.All[0].IsEjected, _time.LiveTimers));
    }

    [Fact]
    public void Ejection_by_hand_with_an_end_is_over_at_the_first_sweep_after_it()
    {
        var cluster = Cluster(2, null);
        _detector.EjectByHand(cluster, cluster.Endpoints.All[0], TimeSpan.FromSeconds(15));
        _time.Advance(TimeSpan.FromSeconds(19.999));
        Assert.True(cluster.Endpoints.All[0].IsEjected);

        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal((false, 2, 0), (cluster.Endpoints.All[0].IsEjected, cluster.Endpoints.Available.Length, _time.LiveTimers));
    }

    [Fact]
    public void Ejection_by_hand_takes_the_place_of_one_by_rules()
    {
        var cluster = Cluster(2, Policy);
        var endpoint = cluster.Endpoints.All[0];
        _detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
        Assert.True(_detector.EjectByHand(cluster, endpoint, TimeSpan.FromMinutes(5)));
        _time.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal((true, 1), (endpoint.IsEjected, cluster.Ejected));
    }

    [Fact]
    public void Ejection_by_rules_after_one_by_hand_is_the_rules_again()
    {
        var cluster = Cluster(2, Policy);
        var endpoint = cluster.Endpoints.All[0];
        _detector.EjectByHand(cluster, endpoint, null);
        _detector.ReturnByHand(cluster, endpoint);
        _detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.False(endpoint.IsEjected);
    }

    [Fact]
    public void Return_by_hand_ends_any_ejection_at_once_and_forgets_errors()
    {
        var cluster = Cluster(2, Policy with { Consecutive5xxErrors = 2 });
        var endpoint = cluster.Endpoints.All[0];
        _detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
        _detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
        _detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
        Assert.True(_detector.ReturnByHand(cluster, endpoint));
        Assert.Equal((2, 0), (cluster.Endpoints.Available.Length, cluster.Ejected));

        _detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
        Assert.False(endpoint.IsEjected);
        Assert.False(_detector.ReturnByHand(cluster, endpoint));
    }

    [Fact]
    public void Ejection_by_hand_of_an_endpoint_that_left_leaves_no_count()
    {
        var cluster = Cluster(2, Policy);
        Assert.False(_detector.EjectByHand(cluster, new EndpointState(Services.Endpoints("10.0.0.9")[0]), null));

        Assert.Equal(0, cluster.Ejected);
    }

    [Fact]
    public async Task Ejections_by_calls_hands_and_sweeps_at_once_leave_a_true_count()
    {
        var cluster = Cluster(8, Policy with { MaxEjectionPercent = 100, Interval = TimeSpan.FromMilliseconds(1), BaseEjectionTime = TimeSpan.FromMilliseconds(1) });
        var detector = new OutlierDetector(TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var turn = 0; turn < 5_000; turn++)
            {
                var endpoint = cluster.Endpoints.All[turn % 8];
                switch ((turn + worker) % 3)
                {
                    case 0:
                        detector.Report(cluster, endpoint, CallOutcome.ServerError, 500);
                        break;
                    case 1:
                        detector.EjectByHand(cluster, endpoint, turn % 2 == 0 ? null : TimeSpan.FromMilliseconds(1));
                        break;
                    default:
                        detector.ReturnByHand(cluster, endpoint);
                        break;
                }
            }
        })));
        detector.Stop(cluster);

        // A sweep that ran when it was stopped may still be at it.
        await Eventually.TrueAsync(() => cluster.Endpoints.All.Count(endpoint => endpoint.IsEjected) == cluster.Ejected, "the count to be that of the endpoints");
    }

    private static ClusterState Cluster(int endpoints, OutlierDetectionConfiguration? policy)
    {
        var model = Services.Cluster(Services.Named("reviews"), policy: new ClusterPolicy { OutlierDetection = policy });
        var cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [.. Enumerable.Range(1, endpoints).Select(index => new EndpointState(Services.Endpoints($"10.0.0.{index}")[0]))];
        cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
        return cluster;
    }
}
