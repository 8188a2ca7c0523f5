using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

/// <summary>Who listens to ejections may fail: health and the calls that it looks at do not.</summary>
public sealed class OutlierListenerTests
{
    private readonly TestClock _time = new();
    private readonly OutlierDetector _detector;
    private readonly ClusterState _cluster;

    public OutlierListenerTests()
    {
        _detector = new OutlierDetector(_time);
        var policy = new ClusterPolicy { OutlierDetection = new OutlierDetectionConfiguration { Consecutive5xxErrors = 1, MaxEjectionPercent = 100 } };
        var service = Services.Named("reviews", endpoints: Services.Endpoints("10.0.0.1", "10.0.0.2"));
        var model = Services.Cluster(service, policy: policy);
        _cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [.. service.Endpoints.Select(endpoint => new EndpointState(endpoint))];
        Assert.True(_cluster.TryPublish(_cluster.Endpoints, new EndpointSet(all, all)));
    }

    [Fact]
    public void Return_whose_listener_throws_brings_every_endpoint_back()
    {
        _detector.EndpointReturned += (_, _) => throw new InvalidOperationException("the listener broke");
        EjectAll();
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(2, _cluster.Endpoints.Available.Length);
    }

    [Fact]
    public void Return_whose_listener_throws_leaves_the_sweep_running_until_all_is_forgotten()
    {
        _detector.EndpointReturned += (_, _) => throw new InvalidOperationException("the listener broke");
        EjectAll();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, _time.ArmedTimers);

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _time.LiveTimers);
    }

    [Fact]
    public void Ejection_whose_listener_throws_takes_place_and_the_call_goes_on()
    {
        _detector.EndpointEjected += (_, _, _) => throw new InvalidOperationException("the listener broke");
        EjectAll();

        Assert.Empty(_cluster.Endpoints.Available);
    }

    private void EjectAll()
    {
        foreach (var endpoint in _cluster.Endpoints.All)
        {
            _detector.Report(_cluster, endpoint, CallOutcome.ServerError);
        }
    }
}
