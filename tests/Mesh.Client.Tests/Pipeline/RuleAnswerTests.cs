using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Transport;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Rules that answer by themselves: redirects and direct responses.</summary>
public sealed class RuleAnswerTests
{
    [Theory]
    [InlineData("""{ "uri": "/new" }""", "http://reviews:9080/old/x?y", "http://reviews:9080/new?y")]
    [InlineData("""{ "uri": "/new?own=1" }""", "http://reviews:9080/old/x?y", "http://reviews:9080/new?own=1")]
    [InlineData("""{ "authority": "other.example" }""", "http://reviews:9080/old/x?y", "http://other.example/old/x?y")]
    [InlineData("""{ "prefixRewrite": "/new" }""", "http://reviews:9080/old/x?y", "http://reviews:9080/new/x?y")]
    [InlineData("""{ "scheme": "https" }""", "http://reviews:9080/old/x", "https://reviews:9080/old/x")]
    [InlineData("""{ "scheme": "https" }""", "http://reviews/old/x", "https://reviews/old/x")]
    [InlineData("""{ "port": 8080 }""", "http://reviews:9080/old/x", "http://reviews:8080/old/x")]
    [InlineData("""{ "port": 80 }""", "http://reviews:9080/old/x", "http://reviews/old/x")]
    [InlineData("""{ "port": 443, "scheme": "https", "authority": "other" }""", "http://reviews:9080/old/x", "https://other/old/x")]
    [InlineData("""{ "port": 443 }""", "http://reviews:9080/old/x", "http://reviews:443/old/x")]
    [InlineData("""{ "derivePort": "FROM_REQUEST_PORT", "authority": "other" }""", "http://reviews:9080/old/x", "http://other:9080/old/x")]
    [InlineData("""{ "derivePort": "FROM_PROTOCOL_DEFAULT" }""", "http://reviews:9080/old/x", "http://reviews/old/x")]
    public async Task Redirect_composes_where_it_leads(string redirect, string called, string expected)
    {
        using var mesh = Rule($$""" "match": [ { "uri": { "prefix": "/old" } } ], "redirect": {{redirect}} """);
        using var response = await mesh.GetAsync(called);

        Assert.Equal(expected, response.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData(null, 301)]
    [InlineData(302, 302)]
    [InlineData(303, 303)]
    [InlineData(307, 307)]
    [InlineData(308, 308)]
    public async Task Gotcha_38_redirect_is_301_unless_told_otherwise(int? code, int expected)
    {
        using var mesh = Rule($$""" "redirect": { "uri": "/new"{{(code is null ? "" : $", \"redirectCode\": {code}")}} } """);
        using var response = await mesh.GetAsync();

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.None, 0, "default/reviews http[0]"), (result.Flags, result.Attempts, result.Rule));
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Redirect_of_a_rule_is_followed_through_the_mesh_where_the_client_follows()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [
              { "match": [ { "uri": { "prefix": "/old" } } ], "redirect": { "prefixRewrite": "/new" } },
              { "route": [ { "destination": { "host": "shop" } } ] } ] } }
            """);

        Assert.Equal("/new/x", (await mesh.EchoAsync("http://shop/old/x")).Path);
    }

    [Fact]
    public async Task Redirect_in_a_circle_ends()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "redirect": { "uri": "/again" } } ] } }
            """);
        using var response = await mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MovedPermanently, response.StatusCode);
    }

    [Theory]
    [InlineData("""{ "string": "héllo" }""", "héllo")]
    [InlineData("""{ "bytes": "aGk=" }""", "hi")]
    public async Task Direct_response_answers_with_its_body(string body, string expected)
    {
        using var mesh = Rule($$""" "directResponse": { "status": 418, "body": {{body}} }, "headers": { "response": { "set": { "content-type": "text/x", "a": "b" } } } """);
        using var response = await mesh.GetAsync();

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("text/x", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("b", Assert.Single(response.Headers.GetValues("a")));
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Direct_response_may_have_no_body()
    {
        using var mesh = Rule(""" "directResponse": { "status": 204 } """);
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private static MeshFixture Rule(string rule) => new($$"""
        "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} } ] } }
        """);
}
