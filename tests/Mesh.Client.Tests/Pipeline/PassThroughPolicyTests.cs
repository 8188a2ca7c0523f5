using System.Net;
using Mesh.Client.Diagnostics;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

public sealed class PassThroughPolicyTests
{
    private const string Policy = """{ "loadBalancer": { "simple": "PASSTHROUGH" } }""";

    [Fact]
    public async Task Call_goes_to_the_address_of_the_caller_with_the_rule()
    {
        using var mesh = Mesh(Policy, """ "headers": { "request": { "set": { "x-a": "1" } } }, "rewrite": { "uri": "/b" }, """);
        using var response = await mesh.GetAsync();

        var request = Assert.Single(mesh.Transport.Requests);
        Assert.Equal(("reviews:9080", "/b"), (request.Authority, request.Uri.AbsolutePath));
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Null(result.Endpoint);
        Assert.Equal("default/reviews http[0]", result.Rule);
    }

    [Fact]
    public async Task Call_waits_for_no_endpoints()
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Endpoints": [] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": {{Policy}} } }
            """);
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(Explain(mesh).Answer);
    }

    [Fact]
    public async Task Call_is_retried_at_the_same_address()
    {
        using var mesh = Mesh(Policy, """ "retries": { "attempts": 1, "retryOn": "5xx" }, """);
        mesh.Transport["reviews:9080"].Then(TransportStep.Status(503));
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, mesh.Transport.Counts["reviews:9080"]);
    }

    [Fact]
    public async Task Errors_of_the_address_are_not_told_as_those_of_endpoints_that_cannot_be_ejected()
    {
        using var mesh = Mesh("""{ "loadBalancer": { "simple": "PASSTHROUGH" }, "outlierDetection": { "consecutive5xxErrors": 1 } }""", "");
        mesh.Transport["reviews:9080"].Always(TransportStep.Status(500));
        using var response = await mesh.GetAsync();

        Assert.DoesNotContain(mesh.Logs.Entries, entry => entry.Id.Id == 3003);
    }

    [Fact]
    public async Task Call_for_which_a_rule_asks_for_TLS_is_never_sent_in_plaintext()
    {
        using var mesh = Mesh("""{ "loadBalancer": { "simple": "PASSTHROUGH" }, "tls": { "mode": "SIMPLE" } }""", "");
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("PASSTHROUGH", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Subset_with_a_policy_of_its_own_is_balanced()
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80", "Labels": { "version": "v1" } }, { "Address": "10.0.0.2:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": {{Policy}},
              "subsets": [ { "name": "v1", "labels": { "version": "v1" }, "trafficPolicy": { "loadBalancer": { "simple": "RANDOM" } } } ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.SetMesh(new MeshCallOptions { Subset = "v1" });
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(["10.0.0.1:80"], mesh.Transport.Counts.Keys);
    }

    [Fact]
    public void Explain_says_where_calls_go()
    {
        using var mesh = Mesh(Policy, "");
        var explained = Explain(mesh);

        Assert.True(explained.Destinations.Single().Cluster!.IsPassThrough);
        Assert.Contains(new MeshSetting("loadBalancer.simple", "PASSTHROUGH", null), explained.Destinations.Single().Cluster!.Settings);
        Assert.Contains("calls go to the address they are written to", explained.ToString(), StringComparison.Ordinal);
    }

    private static MeshExplanation Explain(MeshFixture mesh) => mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/"));

    private static MeshFixture Mesh(string policy, string rule) => new($$"""
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
        "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": {{policy}} } },
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} "route": [ { "destination": { "host": "reviews" } } ] } ] } }
        """);
}
