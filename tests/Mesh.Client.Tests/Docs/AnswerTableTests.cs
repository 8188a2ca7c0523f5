using System.Net;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Docs;

/// <summary>The answers of the mesh itself, as the table of docs/routing.md has them.</summary>
public sealed class AnswerTableTests
{
    [Theory]
    [InlineData("\"match\": [ { \"uri\": { \"exact\": \"/x\" } } ], ", "reviews", null, 404, MeshResponseFlags.NoRoute, "no rule of VirtualService default/reviews matches GET /")]
    [InlineData("", "reviews\", \"subset\": \"v9", null, 503, MeshResponseFlags.NoCluster, "v9")]
    [InlineData("", "reviews\", \"port\": { \"number\": 1 }, \"subset\": \"v1", null, 503, MeshResponseFlags.NoCluster, "no port 1")]
    [InlineData("", "reviews", "v9", 503, MeshResponseFlags.NoCluster, "subset v9 of reviews.default.svc.cluster.local")]
    [InlineData("", "nowhere", null, 503, MeshResponseFlags.NoCluster, "nowhere")]
    [InlineData("", "secure", null, 503, MeshResponseFlags.NoCluster, "DestinationRule default/secure: tls mode MUTUAL")]
    [InlineData("", "reviews\", \"subset\": \"v3", null, 503, MeshResponseFlags.NoHealthyUpstream, "no healthy upstream: outbound|9080|v3|reviews.default.svc.cluster.local")]
    [InlineData("\"fault\": { \"abort\": { \"httpStatus\": 418, \"percentage\": { \"value\": 100 } } }, ", "reviews", null, 418, MeshResponseFlags.FaultInjected, "fault injected by rule default/reviews http[0]")]
    [InlineData("\"fault\": { \"abort\": { \"grpcStatus\": \"UNAVAILABLE\", \"percentage\": { \"value\": 100 } } }, ", "reviews", null, 200, MeshResponseFlags.FaultInjected, "")]
    public async Task Answer_is_what_the_page_says(string rule, string destination, string? subset, int status, MeshResponseFlags flags, string body)
    {
        using var mesh = new MeshFixture($$"""
            "Services": {
              "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ],
                "Endpoints": [ { "Address": "10.0.0.1:80", "Labels": { "version": "v1" } } ] },
              "nowhere": { "Discovery": "None" },
              "secure": { "Endpoints": [ { "Address": "10.0.0.2:80" } ] } },
            "DestinationRules": {
              "reviews": { "host": "reviews", "subsets": [
                { "name": "v1", "labels": { "version": "v1" } }, { "name": "v3", "labels": { "version": "v3" } } ] },
              "secure": { "host": "secure", "trafficPolicy": { "tls": { "mode": "MUTUAL" } } } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}}
              "route": [ { "destination": { "host": "{{destination}}" } } ] } ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.SetMesh(new MeshCallOptions { Subset = subset });
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((status, flags, 0), ((int)response.StatusCode, result.Flags, result.Attempts));
        Assert.Contains(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Subset_of_the_caller_does_not_open_a_host_whose_rules_do_not_match()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """
            , "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "match": [ { "uri": { "exact": "/only" } } ],
              "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/other");
        request.SetMesh(new MeshCallOptions { Subset = "v2" });

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.NoRoute, result.Flags);
    }
}
