using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests;

/// <summary>What operators do by <see cref="IMesh"/>, and what they are told.</summary>
public sealed class MeshRuntimeEjectionTests
{
    private const string Cluster = "outbound|9080||reviews.default.svc.cluster.local";

    [Fact]
    public async Task EjectEndpoint_sends_calls_elsewhere_until_ReturnEndpoint()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var first = await mesh.GetAsync();
        Assert.True(mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.1:80"));
        for (var call = 0; call < 10; call++)
        {
            Assert.Equal("10.0.0.2:80", (await MeshFixture.ResultAsync(mesh.GetAsync())).Endpoint);
        }

        Assert.Equal([true, false], mesh.Mesh.GetClusters().Single().Endpoints.Select(endpoint => endpoint.IsEjected));
        Assert.True(mesh.Mesh.ReturnEndpoint(Cluster, "10.0.0.1:80"));
        Assert.False(mesh.Mesh.ReturnEndpoint(Cluster, "10.0.0.1:80"));
        Assert.DoesNotContain(mesh.Mesh.GetClusters().Single().Endpoints, endpoint => endpoint.IsEjected);
    }

    [Fact]
    public async Task EjectEndpoint_of_all_endpoints_answers_calls_503()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var first = await mesh.GetAsync();
        mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.1:80");
        mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.2:80");
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Theory]
    [InlineData("outbound|9081||reviews.default.svc.cluster.local", "10.0.0.1:80")]
    [InlineData(Cluster, "10.0.0.9:80")]
    public async Task EjectEndpoint_of_what_is_not_there_does_nothing(string cluster, string endpoint)
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Assert.False(mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.1:80"));
        using var first = await mesh.GetAsync();

        Assert.False(mesh.Mesh.EjectEndpoint(cluster, endpoint));
        Assert.False(mesh.Mesh.ReturnEndpoint(cluster, endpoint));
    }

    [Fact]
    public void EjectEndpoint_for_no_time_is_refused()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);

        Assert.Throws<ArgumentOutOfRangeException>("duration", () => mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.1:80", TimeSpan.Zero));
    }

    [Fact]
    public async Task EjectEndpoint_is_logged_and_explained()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var first = await mesh.GetAsync();
        mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.1:80");
        mesh.Mesh.EjectEndpoint(Cluster, "10.0.0.2:80", TimeSpan.FromSeconds(30));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        var explained = mesh.Mesh.Explain(request);

        Assert.Equal("10.0.0.1:80", Assert.Single(mesh.Logs.Entries, entry => entry.Id.Id == 3002).Values["Endpoint"]);
        Assert.Equal("10.0.0.2:80", Assert.Single(mesh.Logs.Entries, entry => entry.Id.Id == 3000).Values["Endpoint"]);
        Assert.Equal([TimeSpan.MaxValue, TimeSpan.FromSeconds(30)], explained.Destinations.Single().Cluster!.Endpoints.Select(endpoint => endpoint.EjectedFor));
        Assert.Contains("10.0.0.1:80 version=v1: ejected by hand until it is returned, ", explained.ToString(), StringComparison.Ordinal);
        Assert.Contains("10.0.0.2:80 version=v2: ejected by hand for 30s more at least, ", explained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_can_eject_nobody_is_told_once_and_explained()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 1 } } } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        for (var call = 0; call < 3; call++)
        {
            using var response = await mesh.GetAsync();
        }

        var told = Assert.Single(mesh.Logs.Entries, entry => entry.Id.Id == 3003);
        Assert.Equal((LogLevel.Warning, 10, 1), (told.Level, (int)told.Values["Percent"]!, (int)told.Values["Endpoints"]!));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        var explained = mesh.Mesh.Explain(request);
        Assert.True(explained.Destinations.Single().Cluster!.IsEjectionImpossible);
        Assert.Contains(", too few for maxEjectionPercent to eject any\n", explained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_judged_by_the_status_codes_of_the_rule()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": {
              "outlierDetection": { "consecutive5xxErrors": 2, "maxEjectionPercent": 100, "outlierDetectionHttpErrorCodes": [ 429 ] } } } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(429));
        using var first = await mesh.GetAsync();
        Assert.False(mesh.Mesh.GetClusters().Single().Endpoints.Single().IsEjected);
        using var second = await mesh.GetAsync();

        Assert.True(mesh.Mesh.GetClusters().Single().Endpoints.Single().IsEjected);
    }
}
