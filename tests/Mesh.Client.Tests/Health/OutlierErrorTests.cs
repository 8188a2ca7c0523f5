using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Discovery;

namespace Mesh.Client.Tests.Health;

/// <summary>What counts as an error: split by origin, and as a list of status codes.</summary>
public sealed class OutlierErrorTests
{
    private static readonly OutlierDetectionConfiguration Split = new()
    {
        Consecutive5xxErrors = 2,
        ConsecutiveGatewayErrors = 2,
        SplitsLocalOriginErrors = true,
        ConsecutiveLocalOriginFailures = 3,
        MaxEjectionPercent = 100,
    };

    private static readonly OutlierDetectionConfiguration Listed = new()
    {
        Consecutive5xxErrors = 2,
        HttpErrorCodes = StatusSet.Of((429, 429), (503, 503)),
        MaxEjectionPercent = 100,
    };

    private readonly OutlierDetector _detector = new(new TestClock());

    [Theory]
    [InlineData(nameof(CallOutcome.ConnectFailure))]
    [InlineData(nameof(CallOutcome.Reset))]
    [InlineData(nameof(CallOutcome.Timeout))]
    public void Split_failures_of_the_transport_count_for_themselves_alone(string outcome)
    {
        var (cluster, endpoint) = Cluster(Split);
        Report(cluster, endpoint, outcome, 0, 2);
        Assert.False(endpoint.IsEjected);

        Report(cluster, endpoint, outcome, 0);
        Assert.True(endpoint.IsEjected);
    }

    [Theory]
    [InlineData(nameof(CallOutcome.Success), 200)]
    [InlineData(nameof(CallOutcome.ServerError), 500)]
    public void Split_any_answer_ends_the_row_of_failures_of_the_transport(string outcome, int status)
    {
        var (cluster, endpoint) = Cluster(Split);
        Report(cluster, endpoint, nameof(CallOutcome.ConnectFailure), 0, 2);
        Report(cluster, endpoint, outcome, status);
        Report(cluster, endpoint, nameof(CallOutcome.ConnectFailure), 0, 2);

        Assert.False(endpoint.IsEjected);
    }

    [Fact]
    public void Split_a_gRPC_answer_that_says_deadline_exceeded_is_an_answer()
    {
        var (cluster, endpoint) = Cluster(Split with { ConsecutiveLocalOriginFailures = 1 });
        Report(cluster, endpoint, nameof(CallOutcome.Timeout), 200);
        Assert.False(endpoint.IsEjected);

        Report(cluster, endpoint, nameof(CallOutcome.Timeout), 200);
        Assert.True(endpoint.IsEjected);
    }

    [Theory]
    [InlineData(nameof(CallOutcome.Success), 429, true)]
    [InlineData(nameof(CallOutcome.GatewayError), 503, true)]
    [InlineData(nameof(CallOutcome.ServerError), 500, false)]
    [InlineData(nameof(CallOutcome.GatewayError), 502, false)]
    [InlineData(nameof(CallOutcome.GatewayError), 200, true)]
    [InlineData(nameof(CallOutcome.ServerError), 200, false)]
    [InlineData(nameof(CallOutcome.ConnectFailure), 0, true)]
    public void Error_codes_replace_what_an_error_is(string outcome, int status, bool isError)
    {
        var (cluster, endpoint) = Cluster(Listed);
        Report(cluster, endpoint, outcome, status, 2);

        Assert.Equal(isError, endpoint.IsEjected);
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public void Error_codes_that_are_listed_count_as_gateway_errors_where_they_are_such(int status, bool isGatewayError)
    {
        var (cluster, endpoint) = Cluster(Listed with { Consecutive5xxErrors = 0, ConsecutiveGatewayErrors = 2 });
        Report(cluster, endpoint, status >= 500 ? nameof(CallOutcome.GatewayError) : nameof(CallOutcome.Success), status, 2);

        Assert.Equal(isGatewayError, endpoint.IsEjected);
    }

    private static (ClusterState Cluster, EndpointState Endpoint) Cluster(OutlierDetectionConfiguration policy)
    {
        var model = Services.Cluster(Services.Named("reviews"), policy: new ClusterPolicy { OutlierDetection = policy });
        var cluster = new ClusterState(model.Key, model);
        EndpointState[] all = [new(Services.Endpoints("10.0.0.1")[0])];
        cluster.TryPublish(cluster.Endpoints, new EndpointSet(all, all));
        return (cluster, all[0]);
    }

    private void Report(ClusterState cluster, EndpointState endpoint, string outcome, int status, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            _detector.Report(cluster, endpoint, Enum.Parse<CallOutcome>(outcome), status);
        }
    }
}
