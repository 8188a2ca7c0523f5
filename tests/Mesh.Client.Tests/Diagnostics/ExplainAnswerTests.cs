using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Diagnostics;

/// <summary>What an explanation says the mesh would answer, beside what it does answer.</summary>
public sealed class ExplainAnswerTests
{
    private const string Rules = """
        "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" },
        "Services": {
          "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80", "Labels": { "version": "v1" } } ] },
          "empty": { "Discovery": "Static" },
          "nowhere": { "Discovery": "None" },
          "secure": { "Endpoints": [ { "Address": "10.0.0.2:80" } ] } },
        "DestinationRules": {
          "reviews": { "host": "reviews", "subsets": [
            { "name": "v1", "labels": { "version": "v1" } }, { "name": "v3", "labels": { "version": "v3" } } ] },
          "secure": { "host": "secure", "trafficPolicy": { "tls": { "mode": "MUTUAL" } } } },
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [
          { "match": [ { "uri": { "exact": "/subset" } } ], "route": [ { "destination": { "host": "reviews", "subset": "v9" } } ] },
          { "match": [ { "uri": { "exact": "/labels" } } ], "route": [ { "destination": { "host": "reviews", "subset": "v3" } } ] },
          { "match": [ { "uri": { "exact": "/port" } } ], "route": [ { "destination": { "host": "reviews", "port": { "number": 1 } } } ] },
          { "match": [ { "uri": { "exact": "/nowhere" } } ], "route": [ { "destination": { "host": "nowhere" } } ] },
          { "match": [ { "uri": { "exact": "/fault" } } ], "fault": { "abort": { "httpStatus": 418, "percentage": { "value": 100 } } },
            "route": [ { "destination": { "host": "reviews", "subset": "v3" } } ] },
          { "match": [ { "uri": { "exact": "/both" } } ], "route": [
            { "destination": { "host": "reviews", "subset": "v8" }, "weight": 1 }, { "destination": { "host": "reviews", "subset": "v8" }, "weight": 1 } ] } ] } }
        """;

    [Theory]
    [InlineData("http://reviews:9080/subset", null, 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://reviews:9080/labels", null, 503, MeshResponseFlags.NoHealthyUpstream)]
    [InlineData("http://reviews:9080/port", null, 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://reviews:9080/nowhere", null, 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://reviews:9080/fault", null, 418, MeshResponseFlags.FaultInjected)]
    [InlineData("http://reviews:9080/both", null, 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://reviews:9080/none", null, 404, MeshResponseFlags.NoRoute)]
    [InlineData("http://reviews:9080/none", "v1", 404, MeshResponseFlags.NoRoute)]
    [InlineData("http://reviews:9080/labels", "v7", 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://empty/", null, 503, MeshResponseFlags.NoHealthyUpstream)]
    [InlineData("http://nowhere/", null, 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://secure/", null, 503, MeshResponseFlags.NoCluster)]
    [InlineData("http://unknown/", null, 502, MeshResponseFlags.None)]
    [InlineData("http://reviews:1/", null, 502, MeshResponseFlags.None)]
    public async Task Explained_answer_is_the_one_that_the_call_gets(string uri, string? subset, int status, MeshResponseFlags flags)
    {
        using var mesh = new MeshFixture(Rules);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.SetMesh(new MeshCallOptions { Subset = subset });

        var before = mesh.Mesh.Explain(request).Answer;
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var after = mesh.Mesh.Explain(request).Answer;

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((status, flags), ((int)response.StatusCode, result.Flags));
        Assert.Equal(new((int)response.StatusCode, result.Flags, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), before);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Answer_that_hangs_on_the_draw_stands_with_its_destination()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """
            , "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [
              { "destination": { "host": "reviews", "subset": "v1" }, "weight": 3 },
              { "destination": { "host": "reviews", "subset": "v3" }, "weight": 1 },
              { "destination": { "host": "reviews", "subset": "v2" }, "weight": 0 } ] } ] } }
            """);
        var explained = mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/"));

        Assert.Null(explained.Answer);
        Assert.Equal([75, 25, 0], explained.Destinations.Select(destination => destination.Share));
        Assert.Equal([0, 503, 0], explained.Destinations.Select(destination => destination.Answer?.Status ?? 0));
        Assert.Contains("=> goes to one of 2 destinations by default/reviews http[0]", explained.ToString(), StringComparison.Ordinal);
    }
}
