using static Mesh.Client.Tests.Pipeline.RouteFixture;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>The mesh conformance tests of the Gateway API as behaviour of calls: the test of that name is in each test's.</summary>
public sealed class RouteConformanceTests
{
    private static readonly string Matching = HttpRoute($$"""
        { matches: [ { path: { type: PathPrefix, value: / } }, { headers: [ { name: version, value: one } ] } ], {{To("echo-v1")}} },
        { matches: [ { path: { type: PathPrefix, value: /v2 } }, { headers: [ { name: version, value: two } ] } ], {{To("echo-v2")}} }
        """);

    private static readonly string QueryMatching = HttpRoute($$"""
        { matches: [ { queryParams: [ { name: animal, value: whale } ] } ], {{To("echo-v1")}} },
        { matches: [ { queryParams: [ { name: animal, value: dolphin } ] } ], {{To("echo-v2")}} },
        { matches: [ { queryParams: [ { name: animal, value: dolphin }, { name: color, value: blue } ] }, { queryParams: [ { name: ANIMAL, value: Whale } ] } ], {{To("echo-v1")}} },
        { matches: [ { path: { value: /path1 }, queryParams: [ { name: animal, value: whale } ] }, { headers: [ { name: version, value: one } ], queryParams: [ { name: animal, value: whale } ] } ], {{To("echo-v2")}} }
        """);

    [Fact]
    public async Task MeshBasic_service_without_routes_is_called_as_it_is()
    {
        using var mesh = new RouteFixture("");

        Assert.Equal((200, ""), await mesh.GetAsync("http://echo/"));
    }

    [Theory]
    [InlineData("http://echo/v1", V1)]
    [InlineData("http://echo/v2", V2)]
    public async Task MeshTrafficSplit_paths_of_one_service_lead_to_different_ones(string uri, string expected)
    {
        using var mesh = new RouteFixture(HttpRoute($$"""
            { matches: [ { path: { type: Exact, value: /v1 } } ], {{To("echo-v1")}} }, { matches: [ { path: { type: Exact, value: /v2 } } ], {{To("echo-v2")}} }
            """));

        Assert.Equal(expected, await mesh.TargetAsync(uri));
    }

    [Theory]
    [InlineData("port: 80", "http://echo/", V1)]
    [InlineData("port: 80", "http://echo:8080/", "10.0.0.1:8080")]
    [InlineData("sectionName: http-alt", "http://echo:8080/", V1)]
    [InlineData("sectionName: http-alt", "http://echo/", Echo)]
    [InlineData("namespace: default", "http://echo/", V1)]
    [InlineData("namespace: default", "http://echo:8080/", V1)]
    public async Task MeshPorts_route_holds_at_the_ports_that_it_is_attached_to(string parent, string uri, string expected)
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}", parents: $"{{ group: \"\", kind: Service, name: echo, {parent} }}"));

        Assert.Equal(expected, await mesh.TargetAsync(uri));
    }

    [Theory]
    [InlineData("http://echo/", V1)]
    [InlineData("http://echo.default/", V1)]
    [InlineData("http://echo.default.svc.cluster.local/", V1)]
    [InlineData("http://10.0.0.1/", Echo)]
    public async Task MeshFrontend_route_holds_for_the_name_of_the_service_and_not_for_its_endpoints(string uri, string expected)
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}"));

        Assert.Equal(expected, await mesh.TargetAsync(uri));
    }

    [Fact]
    public async Task MeshFrontendHostname_header_Host_does_not_choose_the_route()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}"));

        Assert.Equal(V1, await mesh.TargetAsync("http://echo/", ("Host", "other.example")));
        Assert.Equal(V2, await mesh.TargetAsync("http://echo-v2/", ("Host", "echo")));
    }

    [Theory]
    [InlineData("consumer", V1)]
    [InlineData("other", Echo)]
    [InlineData("default", Echo)]
    public async Task MeshConsumerRoute_route_of_another_namespace_holds_for_clients_of_that_namespace(string client, string expected)
    {
        using var mesh = new RouteFixture(
            HttpRoute("{ backendRefs: [ { name: echo-v1, namespace: default, port: 80 } ] }", "name: route, namespace: consumer", "{ group: \"\", kind: Service, name: echo, namespace: default }"),
            $"\"Namespace\": \"{client}\",");

        Assert.Equal(expected, await mesh.TargetAsync("http://echo.default/"));
    }

    [Fact]
    public async Task MeshConsumerRoute_goes_instead_of_the_route_of_the_services_namespace()
    {
        var producer = HttpRoute($"{{ {To("echo-v2")} }}", "name: producer, namespace: default, creationTimestamp: 2020-01-01T00:00:00Z");
        var consumer = HttpRoute("{ matches: [ { path: { value: /v1 } } ], backendRefs: [ { name: echo-v1, namespace: default, port: 80 } ] }",
            "name: consumer, namespace: consumer", "{ group: \"\", kind: Service, name: echo, namespace: default }");
        using var mesh = new RouteFixture(producer + consumer, "\"Namespace\": \"consumer\",");

        Assert.Equal(V1, await mesh.TargetAsync("http://echo.default/v1"));
        Assert.Equal(404, (await mesh.GetAsync("http://echo.default/v2")).Status);
    }

    [Fact]
    public async Task MeshHTTPRouteSimpleSameNamespace_every_call_goes_to_the_one_backend()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}"));

        Assert.Equal(V1, await mesh.TargetAsync("http://echo/"));
    }

    [Theory]
    [InlineData("/", null, V1)]
    [InlineData("/example", null, V1)]
    [InlineData("/", "one", V1)]
    [InlineData("/v2", null, V2)]
    [InlineData("/v2/", null, V2)]
    [InlineData("/v2/example", null, V2)]
    [InlineData("/", "two", V2)]
    [InlineData("/v2example", null, V1)]
    [InlineData("/foo/v2/example", null, V1)]
    public async Task MeshHTTPRouteMatching_paths_by_segments_and_headers(string path, string? version, string expected)
    {
        using var mesh = new RouteFixture(Matching);

        Assert.Equal(expected, version is null ? await mesh.TargetAsync($"http://echo{path}") : await mesh.TargetAsync($"http://echo{path}", ("Version", version)));
    }

    [Theory]
    [InlineData("/?animal=whale", null, V1)]
    [InlineData("/?animal=dolphin", null, V2)]
    [InlineData("/?animal=dolphin&color=blue", null, V1)]
    [InlineData("/?ANIMAL=Whale", null, V1)]
    [InlineData("/?animal=whale&otherparam=irrelevant", null, V1)]
    [InlineData("/?animal=dolphin&color=yellow", null, V2)]
    [InlineData("/path1?animal=whale", null, V2)]
    [InlineData("/?animal=whale", "one", V2)]
    [InlineData("/", null, "answered 404")]
    [InlineData("/?animal=shark", null, "answered 404")]
    [InlineData("/?ANIMAL=dolphin", null, "answered 404")]
    [InlineData("/path1?animal=shark", null, "answered 404")]
    public async Task MeshHTTPRouteQueryParamMatching_parameters_by_and_and_or(string path, string? version, string expected)
    {
        using var mesh = new RouteFixture(QueryMatching);

        Assert.Equal(expected, version is null ? await mesh.TargetAsync($"http://echo{path}") : await mesh.TargetAsync($"http://echo{path}", ("version", version)));
    }

    [Fact]
    public async Task MeshHTTPRouteNamedRule_name_is_accepted_and_shown()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ name: named, {To("echo-v1")} }}"));
        using var response = await mesh.SendAsync(HttpMethod.Get, "http://echo/");

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal("HTTPRoute default/route rules[0] (named)", result.Rule);
    }

    [Fact]
    public async Task MeshHTTPRouteWeight_shares_are_as_the_weights()
    {
        const int Calls = 2_000;
        using var mesh = new RouteFixture(HttpRoute("{ backendRefs: [ { name: echo-v1, port: 80, weight: 7 }, { name: echo-v2, port: 80, weight: 3 }, { name: echo, port: 80, weight: 0 } ] }"));
        for (var i = 0; i < Calls; i++)
        {
            await mesh.GetAsync("http://echo/");
        }

        var counts = mesh.Mesh.Transport.Counts;
        Assert.InRange(Math.Abs(counts[V1] - (0.7 * Calls)), 0, (5 * Math.Sqrt(Calls * 0.7 * 0.3)) + 1);
        Assert.Equal(Calls, counts[V1] + counts[V2]);
    }

    [Fact]
    public async Task MeshHTTPRouteRequestHeaderModifier_headers_are_set_added_and_removed()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""
            { filters: [ { type: RequestHeaderModifier, requestHeaderModifier: {
                set: [ { name: X-Header-Set, value: set-overwrites } ], add: [ { name: X-Header-Add, value: add-appends } ], remove: [ X-Header-Remove ] } } ], {{To("echo-v1")}} }
            """));

        var arrived = await mesh.ArrivalAsync("http://echo/", ("X-Header-Set", "a"), ("X-Header-Add", "b"), ("X-Header-Remove", "c"), ("X-Header-Kept", "d"));

        Assert.Equal(("set-overwrites", "b, add-appends", "d"), (arrived.Headers["X-Header-Set"], arrived.Headers["X-Header-Add"], arrived.Headers["X-Header-Kept"]));
        Assert.False(arrived.Headers.ContainsKey("X-Header-Remove"));
    }

    [Fact]
    public async Task MeshHTTPRouteBackendRequestHeaderModifier_headers_are_those_of_the_backend()
    {
        using var mesh = new RouteFixture(HttpRoute("""
            { backendRefs: [
              { name: echo-v1, port: 80, filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: backend, value: one } ] } } ] },
              { name: echo-v2, port: 80, filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: backend, value: two } ] } } ] } ] }
            """));
        for (var i = 0; i < 50; i++)
        {
            await mesh.GetAsync("http://echo/");
        }

        Assert.All(mesh.Mesh.Transport.Requests, request => Assert.Equal(request.Authority == V1 ? "one" : "two", request.Headers["backend"]));
        Assert.Equal(2, mesh.Mesh.Transport.Counts.Count);
    }

    [Theory]
    [InlineData("/prefix/one", "replacePrefixMatch: /one", "/prefix/one/two?a=b", "/one/two?a=b")]
    [InlineData("/foo", "replacePrefixMatch: /xyz", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo", "replacePrefixMatch: /xyz/", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo/", "replacePrefixMatch: /xyz", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo/", "replacePrefixMatch: /xyz/", "/foo/bar", "/xyz/bar")]
    [InlineData("/foo", "replacePrefixMatch: /xyz", "/foo", "/xyz")]
    [InlineData("/foo", "replacePrefixMatch: /xyz", "/foo/", "/xyz/")]
    [InlineData("/foo", "replacePrefixMatch: \"\"", "/foo/bar", "/bar")]
    [InlineData("/foo", "replacePrefixMatch: \"\"", "/foo", "/")]
    [InlineData("/foo", "replacePrefixMatch: \"\"", "/foo/", "/")]
    [InlineData("/foo", "replacePrefixMatch: /", "/foo", "/")]
    [InlineData("/foo", "replacePrefixMatch: /", "/foo/", "/")]
    [InlineData("/", "replacePrefixMatch: /xyz", "/foo", "/xyz/foo")]
    [InlineData("/full", "replaceFullPath: /one", "/full/two?a=b", "/one?a=b")]
    [InlineData("/full", "replaceFullPath: \"\"", "/full/two", "/")]
    public async Task MeshHTTPRouteRewritePath_prefix_or_whole_path_is_replaced(string prefix, string path, string called, string expected)
    {
        using var mesh = new RouteFixture(HttpRoute($$"""
            { matches: [ { path: { value: {{prefix}} } } ], filters: [ { type: URLRewrite, urlRewrite: { path: { {{TypeOf(path)}}, {{path}} } } } ], {{To("echo-v1")}} }
            """));

        Assert.Equal(expected, (await mesh.ArrivalAsync($"http://echo{called}")).Uri.PathAndQuery);
    }

    [Fact]
    public async Task Rewrite_of_the_hostname_is_what_the_server_gets_as_host()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ filters: [ { type: URLRewrite, urlRewrite: { hostname: other.example } } ], {{To("echo-v1")}} }"""));

        Assert.Equal("other.example", (await mesh.ArrivalAsync("http://echo/")).Host);
    }

    [Theory]
    [InlineData("path: { type: ReplacePrefixMatch, replacePrefixMatch: /replacement }", "http://echo/original/a?b", "http://echo/replacement/a?b", 302)]
    [InlineData("path: { type: ReplaceFullPath, replaceFullPath: /full }", "http://echo/original/a?b", "http://echo/full?b", 302)]
    [InlineData("hostname: example.org", "http://echo/original", "http://example.org/original", 302)]
    [InlineData("hostname: example.org, statusCode: 301", "http://echo/original", "http://example.org/original", 301)]
    [InlineData("hostname: example.org", "http://echo:8080/original", "http://example.org:8080/original", 302)]
    [InlineData("port: 8443", "http://echo/original", "http://echo:8443/original", 302)]
    [InlineData("port: 80", "http://echo:8080/original", "http://echo/original", 302)]
    [InlineData("scheme: https", "http://echo/original", "https://echo/original", 302)]
    [InlineData("scheme: https", "http://echo:8080/original", "https://echo/original", 302)]
    [InlineData("scheme: https, port: 443", "http://echo/original", "https://echo/original", 302)]
    [InlineData("scheme: https, port: 8443", "http://echo/original", "https://echo:8443/original", 302)]
    [InlineData("scheme: http, port: 8080, hostname: example.org", "http://echo/original", "http://example.org:8080/original", 302)]
    [InlineData("statusCode: 303, hostname: example.org", "http://echo/original", "http://example.org/original", 303)]
    [InlineData("statusCode: 307, hostname: example.org", "http://echo/original", "http://example.org/original", 307)]
    [InlineData("statusCode: 308, hostname: example.org", "http://echo/original", "http://example.org/original", 308)]
    public async Task MeshHTTPRouteRedirect_location_is_composed(string redirect, string called, string location, int status)
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ matches: [ { path: { value: /original } } ], filters: [ { type: RequestRedirect, requestRedirect: { {{redirect}} } } ] }"""));
        using var response = await mesh.SendAsync(HttpMethod.Get, called);

        Assert.Equal((location, status), (response.Headers.Location?.OriginalString, (int)response.StatusCode));
    }

    [Fact]
    public async Task MeshGRPCRouteRequestHeaderModifier_headers_are_set()
    {
        using var mesh = new RouteFixture(GrpcRoute($$"""
            { matches: [ { method: { service: shop.Cart, method: Add } } ],
              filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: a, value: b } ] } } ], {{To("echo-v1")}} }
            """));

        var arrived = await mesh.ArrivalAsync("http://echo/shop.Cart/Add");

        Assert.Equal((V1, "b"), (arrived.Authority, arrived.Headers["a"]));
    }

    [Fact]
    public async Task MeshGRPCRouteWeight_shares_are_as_the_weights()
    {
        const int Calls = 1_000;
        using var mesh = new RouteFixture(GrpcRoute("{ backendRefs: [ { name: echo-v1, port: 80, weight: 7 }, { name: echo-v2, port: 80, weight: 3 } ] }"));
        for (var i = 0; i < Calls; i++)
        {
            await mesh.GetAsync("http://echo/shop.Cart/Add");
        }

        Assert.InRange(Math.Abs(mesh.Mesh.Transport.Counts[V1] - (0.7 * Calls)), 0, (5 * Math.Sqrt(Calls * 0.7 * 0.3)) + 1);
    }

    private static string TypeOf(string path) => path.StartsWith("replaceFull", StringComparison.Ordinal) ? "type: ReplaceFullPath" : "type: ReplacePrefixMatch";
}
