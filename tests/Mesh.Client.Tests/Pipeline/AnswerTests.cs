using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

public sealed class AnswerTests
{
    private const string NoMatch = """
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "match": [ { "uri": { "exact": "/only" } } ],
          "route": [ { "destination": { "host": "reviews", "subset": "SUBSET" } } ] } ] } }
        """;

    [Fact]
    public async Task Send_to_a_known_host_reaches_an_endpoint_under_the_logical_name()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync("http://reviews:9080/reviews/0?full=1");

        var request = Assert.Single(mesh.Transport.Requests);
        Assert.Contains(request.Authority, new[] { "10.0.0.1:80", "10.0.0.2:80" });
        Assert.Equal("reviews:9080", request.Host);
        Assert.Equal("/reviews/0?full=1", request.Uri.PathAndQuery);
        Assert.Equal("http://reviews:9080/reviews/0?full=1", response.RequestMessage!.RequestUri!.OriginalString);
        Assert.Null(response.RequestMessage.Headers.Host);
    }

    [Fact]
    public async Task Send_to_an_unknown_host_passes_through_untouched()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync("http://elsewhere.example/x");

        Assert.Equal("elsewhere.example:80", Assert.Single(mesh.Transport.Requests).Authority);
        Assert.False(response.TryGetMeshResult(out _));
    }

    [Fact]
    public async Task Send_to_an_unknown_host_under_registry_only_is_answered_502()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """, "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" }""");
        using var response = await mesh.GetAsync("http://elsewhere.example/x");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("elsewhere.example", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Send_where_no_rule_matches_is_answered_404_NR_and_names_the_rule_set()
    {
        using var mesh = new MeshFixture($"{MeshFixture.TwoEndpoints}, {NoMatch.Replace("SUBSET", "v1", StringComparison.Ordinal)}");
        using var response = await mesh.GetAsync("http://reviews:9080/other");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.NoRoute, result.Flags);
        Assert.Contains("default/reviews", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_to_an_undefined_subset_is_answered_503_NC()
    {
        using var mesh = new MeshFixture($"{MeshFixture.TwoEndpoints}, {NoMatch.Replace("SUBSET", "v9", StringComparison.Ordinal)}");
        using var response = await mesh.GetAsync("http://reviews:9080/only");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.NoCluster, result.Flags);
        Assert.Contains("v9", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_to_an_empty_subset_is_answered_503_UH_and_never_falls_back()
    {
        using var mesh = new MeshFixture($"{MeshFixture.TwoEndpoints}, {NoMatch.Replace("SUBSET", "v3", StringComparison.Ordinal)}");
        using var response = await mesh.GetAsync("http://reviews:9080/only");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.NoHealthyUpstream, result.Flags);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Result_of_an_ordinary_call_names_host_rule_subset_endpoint_and_attempts()
    {
        using var mesh = new MeshFixture($"{MeshFixture.TwoEndpoints}, {NoMatch.Replace("SUBSET", "v1", StringComparison.Ordinal)}");
        var result = await MeshFixture.ResultAsync(mesh.GetAsync("http://reviews:9080/only"));

        Assert.Equal(MeshResponseFlags.None, result.Flags);
        Assert.Equal("reviews.default.svc.cluster.local", result.Host);
        Assert.StartsWith("default/reviews http[0]", result.Rule, StringComparison.Ordinal);
        Assert.Equal("v1", result.Subset);
        Assert.Equal("10.0.0.1:80", result.Endpoint);
        Assert.Equal(1, result.Attempts);
    }

    [Fact]
    public async Task Subset_asked_for_by_the_caller_goes_before_the_rule()
    {
        using var mesh = new MeshFixture($"{MeshFixture.TwoEndpoints}, {NoMatch.Replace("SUBSET", "v1", StringComparison.Ordinal)}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/only");
        request.SetMesh(new MeshCallOptions { Subset = "v2" });

        var result = await MeshFixture.ResultAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal("v2", result.Subset);
        Assert.Equal("10.0.0.2:80", result.Endpoint);
    }

    [Fact]
    public async Task Cluster_with_tls_that_is_not_built_is_answered_503_and_never_called_in_plain_text()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "tls": { "mode": "MUTUAL" } } } }
            """);
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("tls", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public void Synchronous_send_does_the_same()
    {
        using var mesh = MeshFixture.WithRule("");
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(200, "one"));
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Status(200, "two"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        using var response = mesh.Client.Send(request, TestContext.Current.CancellationToken);

        Assert.True(response.TryGetMeshResult(out var result));
        using var reader = new StreamReader(response.Content.ReadAsStream(TestContext.Current.CancellationToken));
        Assert.Equal(result.Endpoint == "10.0.0.1:80" ? "one" : "two", reader.ReadToEnd());
    }

    [Fact]
    public async Task Send_to_a_service_under_strict_mutual_tls_is_answered_503_until_a_reload_takes_it_away()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """, "PeerAuthentications": { "istio-system/default": { "mtls": { "mode": "STRICT" } } }""");
        using (var response = await mesh.GetAsync())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Contains("PeerAuthentication istio-system/default", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Empty(mesh.Transport.Requests);
        }

        mesh.Source.PushJson($$"""{ {{MeshFixture.TwoEndpoints}} }""");
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        using var allowed = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }
}
