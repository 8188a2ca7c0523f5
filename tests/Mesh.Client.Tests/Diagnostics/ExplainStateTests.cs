using Mesh.Client.Diagnostics;
using Mesh.Client.Health;
using Mesh.Client.Model;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Diagnostics;

/// <summary>What runs already, as explanations show it.</summary>
public sealed class ExplainStateTests
{
    [Fact]
    public async Task Cluster_that_was_called_shows_health_calls_under_way_and_discovery()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync();
        var endpoints = StateOf(mesh).Endpoints.All;
        endpoints[0].Health.EjectedUntil = DetachedTimer.After(mesh.Clock, mesh.Clock.GetTimestamp(), TimeSpan.FromSeconds(30));
        endpoints[0].IsEjected = true;
        ConnectFailureMark.Set(endpoints[1], mesh.Clock);
        endpoints[1].BeginCall();
        mesh.Clock.Advance(TimeSpan.FromMilliseconds(500));

        var cluster = Explain(mesh).Destinations.Single().Cluster!;

        Assert.True(cluster.WasCalled);
        Assert.Equal(("Static", "Known", TimeSpan.FromMilliseconds(500)), (cluster.Discovery, cluster.DiscoveryState, cluster.DiscoveryAge));
        Assert.Equal([TimeSpan.FromSeconds(29.5), null], cluster.Endpoints.Select(endpoint => endpoint.EjectedFor));
        Assert.Equal([null, TimeSpan.FromMilliseconds(500)], cluster.Endpoints.Select(endpoint => endpoint.AvoidedFor));
        Assert.Equal(endpoints.Select(endpoint => endpoint.InFlight), cluster.Endpoints.Select(endpoint => endpoint.InFlight));
        Assert.Contains("endpoints, discovery Static: 2, 1 ejected, Known, confirmed 0.5s ago", Explain(mesh).ToString(), StringComparison.Ordinal);
        Assert.Contains("10.0.0.1:80 version=v1: ejected for 29.5s more at least, ", Explain(mesh).ToString(), StringComparison.Ordinal);
        Assert.Contains("10.0.0.2:80 version=v2: avoided for 0.5s more, no connection could be made, ", Explain(mesh).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Stale", "Stale, confirmed 30s ago, DNS failed.")]
    [InlineData("Failed", "Failed, no answer for 30s, DNS failed.")]
    public void Cluster_whose_discovery_fails_shows_since_when(string state, string expected)
    {
        var text = new IndentedText();
        ClusterText.Write(text, new MeshClusterExplanation
        {
            Name = "reviews",
            Discovery = "Dns",
            DiscoveryState = state,
            DiscoveryAge = TimeSpan.FromSeconds(30),
            DiscoveryProblem = "DNS failed.",
            WasCalled = true,
        });

        Assert.Contains($"endpoints, discovery Dns: 0, {expected}", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_all_of_whose_endpoints_are_ejected_is_answered_by_the_mesh()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var first = await mesh.GetAsync();
        var state = StateOf(mesh);
        Array.ForEach(state.Endpoints.All, endpoint => endpoint.IsEjected = true);
        AvailableEndpoints.Publish(state);

        var explained = Explain(mesh);
        using var second = await mesh.GetAsync();

        Assert.Equal(await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), explained.Answer?.Body);
        Assert.Equal(TimeSpan.Zero, explained.Destinations.Single().Cluster!.Endpoints[0].EjectedFor);
    }

    [Fact]
    public async Task Endpoint_that_fails_its_health_check_shows_what_it_said()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync();
        var endpoint = StateOf(mesh).Endpoints.All[0];
        endpoint.BeginFailedCheck();
        endpoint.Health.CheckFailure = "status 500";

        Assert.Equal(["status 500", null], mesh.Mesh.GetClusters().Single().Endpoints.Select(shown => shown.FailedHealthCheck));
        Assert.Equal(["status 500", null], Explain(mesh).Destinations.Single().Cluster!.Endpoints.Select(shown => shown.FailedHealthCheck));
        Assert.Contains("10.0.0.1:80 version=v1: fails its health check (status 500), ", Explain(mesh).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subset_that_was_not_called_shows_what_calls_to_another_made_known()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.SetMesh(new MeshCallOptions { Subset = "v1" });
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        request.SetMesh(new MeshCallOptions { Subset = "v2" });

        var cluster = mesh.Mesh.Explain(request).Destinations.Single().Cluster!;

        Assert.Equal((false, "Known"), (cluster.WasCalled, cluster.DiscoveryState));
        Assert.Equal("10.0.0.2:80", Assert.Single(cluster.Endpoints).Address);
    }

    [Fact]
    public void Service_that_would_be_looked_up_has_no_endpoints_before_the_first_call()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Discovery": "Dns" } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "interval": "5s" } } } }
            """);
        var explained = Explain(mesh);
        var cluster = explained.Destinations.Single().Cluster!;

        Assert.Null(explained.Answer);
        Assert.Empty(cluster.Endpoints);
        Assert.Null(cluster.DiscoveryState);
        Assert.Equal("DestinationRule default/reviews", cluster.DestinationRules);
        Assert.Contains(new MeshSetting("outlierDetection.interval", "5s", null), cluster.Settings);
        Assert.Contains("endpoints, discovery Dns: 0, not called yet: the first call looks them up\n", explained.ToString(), StringComparison.Ordinal);
    }

    private static MeshExplanation Explain(MeshFixture mesh) => mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/"));

    private static ClusterState StateOf(MeshFixture mesh) => ((MeshRuntime)mesh.Mesh).Clusters.GetStates().Single();
}
