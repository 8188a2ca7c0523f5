using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What the server gets where a rule rewrites path or authority, and what the caller keeps.</summary>
public sealed class RewriteTests
{
    [Theory]
    [InlineData("prefix", "/foo", "/new/path", "/foo?key=value", "/new/path?key=value")]
    [InlineData("prefix", "/foo", "/new/path", "/foo/bar", "/new/path/bar")]
    [InlineData("prefix", "/foo", "/new", "/foobar", "/newbar")]
    [InlineData("prefix", "/", "/v2", "/a", "/v2a")]
    [InlineData("prefix", "", "/v2", "/a", "/v2/a")]
    [InlineData("exact", "/foo", "/new", "/foo?x", "/new?x")]
    [InlineData("prefix", "/foo", "/b%20c", "/foo/%20", "/b%20c/%20")]
    public async Task Rewrite_of_the_uri_replaces_what_the_match_compared(string form, string value, string uri, string called, string expected)
        => Assert.Equal(expected, await PathAsync($$"""{ "uri": { "{{form}}": "{{value}}" } }""", $$"""{ "uri": "{{uri}}" }""", called));

    [Fact]
    public async Task Gotcha_22_rewrite_of_the_uri_replaces_the_whole_path_of_a_pattern()
        => Assert.Equal("/new?q=1", await PathAsync("""{ "uri": { "regex": "/foo/[0-9]+" } }""", """{ "uri": "/new" }""", "/foo/12?q=1"));

    [Fact]
    public async Task Gotcha_23_rewrite_of_a_prefix_to_a_slash_leaves_two()
        => Assert.Equal("//bar", await PathAsync("""{ "uri": { "prefix": "/foo" } }""", """{ "uri": "/" }""", "/foo/bar"));

    [Fact]
    public async Task Rewrite_without_a_condition_on_the_path_replaces_the_first_slash()
        => Assert.Equal("/new/a", await PathAsync("{}", """{ "uri": "/new/" }""", "/a"));

    [Fact]
    public async Task Rewrite_looks_at_the_match_that_chose_the_rule()
        => Assert.Equal("/new/x", await PathAsync("""{ "uri": { "prefix": "/a" } }, { "uri": { "prefix": "/bb" } }""", """{ "uri": "/new" }""", "/bb/x"));

    [Theory]
    [InlineData("^/api/v1/(.*)$", "/\\\\1", "/api/v1/users?id=1", "/users?id=1")]
    [InlineData("/", "//", "/a/b", "//a//b")]
    [InlineData("[0-9]+", "n", "/1/22", "/n/n")]
    [InlineData("^/", "", "/a", "/a")]
    [InlineData("nothing", "x", "/a", "/a")]
    public async Task Rewrite_by_a_pattern_replaces_every_occurrence_in_the_path(string match, string rewrite, string called, string expected)
        => Assert.Equal(expected, await PathAsync(
            "{}", $$"""{ "uriRegexRewrite": { "match": "{{match}}", "rewrite": "{{rewrite}}" } }""", called));

    [Fact]
    public async Task Rewrite_of_the_authority_is_what_the_server_gets_as_host()
    {
        using var mesh = Mesh("{}", """{ "authority": "other.example:81" }""");
        using var response = await mesh.GetAsync();

        var request = Assert.Single(mesh.Transport.Requests);
        Assert.Equal("other.example:81", request.Host);
        Assert.Equal("reviews:9080", request.Headers["x-envoy-original-host"]);
        Assert.StartsWith("10.0.0.", request.Authority, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rewrite_tells_the_server_the_original_path()
    {
        using var mesh = Mesh("{}", """{ "uri": "/new/" }""");
        using var response = await mesh.GetAsync("http://reviews:9080/old?a=b");

        Assert.Equal("/old?a=b", Assert.Single(mesh.Transport.Requests).Headers["x-envoy-original-path"]);
    }

    [Fact]
    public async Task Rewrite_leaves_no_trace_on_the_callers_request()
    {
        using var mesh = Mesh("{}", """{ "uri": "/new/", "authority": "other" }""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/old");
        var uri = request.RequestUri;
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Same(uri, request.RequestUri);
        Assert.Null(request.Headers.Host);
        Assert.DoesNotContain(request.Headers, header => header.Key.StartsWith("x-envoy", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Rewrite_holds_for_retries_once()
    {
        using var mesh = Mesh("{}", """{ "uri": "/new/" }""", """ "retries": { "attempts": 1, "retryOn": "5xx" }, """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(503));
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Status(503));
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://reviews:9080/a"));

        Assert.Equal(["/new/a", "/new/a"], mesh.Transport.Requests.Select(request => request.Uri.PathAndQuery));
    }

    [Fact]
    public async Task Rewrite_does_not_decide_which_rule_applies()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [
              { "match": [ { "uri": { "prefix": "/a" } } ], "rewrite": { "uri": "/b" }, "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ] },
              { "route": [ { "destination": { "host": "reviews", "subset": "v2" } } ] } ] } }
            """);
        Assert.Equal("v1", (await MeshFixture.ResultAsync(mesh.GetAsync("http://reviews:9080/a"))).Subset);
    }

    [Fact]
    public async Task Rewrite_of_a_rule_that_leads_out_of_the_mesh_goes_by_the_match_on_a_captured_header()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] }, "out.example": { "Endpoints": [ { "Address": "10.0.0.2:80" } ], "External": true } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "match": [ { "uri": { "prefix": "/api/" }, "headers": { "end-user": { "exact": "jason" } } } ],
              "rewrite": { "uri": "/v2/" },
              "route": [ { "destination": { "host": "out.example" } } ] } ] } }
            """);
        using var scope = IncomingContext.Begin(new() { Headers = [new("end-user", "jason")] }, this);
        using var response = await mesh.GetAsync("http://reviews:9080/api/users");

        var request = Assert.Single(mesh.Transport.Requests);
        Assert.Equal("/v2/users", request.Uri.PathAndQuery);
        Assert.False(request.Headers.ContainsKey("end-user"));
    }

    private static async Task<string> PathAsync(string matches, string rewrite, string called)
    {
        using var mesh = Mesh(matches, rewrite);
        using var response = await mesh.GetAsync("http://reviews:9080" + called);
        return Assert.Single(mesh.Transport.Requests).Uri.PathAndQuery;
    }

    private static MeshFixture Mesh(string matches, string rewrite, string rest = "")
        => MeshFixture.WithRule($$""" "match": [ {{matches}} ], "rewrite": {{rewrite}}, {{rest}} """);
}
