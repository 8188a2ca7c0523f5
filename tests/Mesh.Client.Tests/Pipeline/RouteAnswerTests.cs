using Mesh.Client.TestKit;
using static Mesh.Client.Tests.Pipeline.RouteFixture;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What the mesh answers by itself where a route cannot be followed, and how long and how often it tries where it can.</summary>
public sealed class RouteAnswerTests
{
    [Theory]
    [InlineData("{ }", 500, "the rule has no backendRefs")]
    [InlineData("{ backendRefs: [ { name: echo-v1, port: 80, weight: 0 } ] }", 500, "all backendRefs have the weight 0")]
    [InlineData("{ filters: [ { type: ExtensionRef, extensionRef: { group: a.example, kind: A, name: b } } ], backendRefs: [ { name: echo-v1, port: 80 } ] }", 500, "its filter ExtensionRef is not supported")]
    [InlineData("{ filters: [ { type: CORS, cors: {} }, { type: RequestRedirect, requestRedirect: { port: 81 } } ] }", 500, "its filter CORS is not supported")]
    [InlineData("{ backendRefs: [ { kind: Bucket, name: a, port: 80 } ] }", 500, "a backend of kind 'Bucket' and group '' is not known")]
    [InlineData("{ backendRefs: [ { name: echo-v1, port: 81 } ] }", 500, "echo-v1.default.svc.cluster.local has no port 81; it declares 80, 8080")]
    [InlineData("{ backendRefs: [ { name: echo-v1, port: 80, filters: [ { type: URLRewrite, urlRewrite: { hostname: a } } ] } ] }", 500, "its filter URLRewrite is not supported")]
    [InlineData("{ matches: [ { method: POST } ] }", 404, "no rule of HTTPRoute default/route matches GET /")]
    public async Task Call_that_cannot_be_followed_is_answered_with_the_reason(string rule, int status, string reason)
    {
        using var mesh = new RouteFixture(HttpRoute(rule));

        var answer = await mesh.GetAsync("http://echo/");

        Assert.Equal(status, answer.Status);
        Assert.Contains(reason, answer.Body, StringComparison.Ordinal);
        Assert.Contains("HTTPRoute default/route", answer.Body, StringComparison.Ordinal);
        Assert.Empty(mesh.Mesh.Transport.Requests);
    }

    [Theory]
    [InlineData("{ }", 503)]
    [InlineData("{ backendRefs: [ { kind: Bucket, name: a, port: 80 } ] }", 503)]
    [InlineData("{ matches: [ { method: { service: other } } ], backendRefs: [ { name: echo, port: 80 } ] }", 404)]
    public async Task Call_of_gRPC_is_answered_as_its_clients_read_it(string rule, int status)
    {
        using var mesh = new RouteFixture(GrpcRoute(rule));

        Assert.Equal(status, (await mesh.GetAsync("http://echo/shop.Cart/Add")).Status);
    }

    [Fact]
    public async Task Route_without_rules_answers_every_call()
    {
        using var mesh = new RouteFixture("""
            apiVersion: gateway.networking.k8s.io/v1beta1
            kind: HTTPRoute
            metadata: { name: route }
            spec: { parentRefs: [ { group: "", kind: Service, name: echo } ] }
            """);

        Assert.Equal(500, (await mesh.GetAsync("http://echo/")).Status);
    }

    [Fact]
    public async Task Share_of_an_invalid_backend_is_answered_and_the_rest_goes_on()
    {
        const int Calls = 1_000;
        using var mesh = new RouteFixture(HttpRoute("{ backendRefs: [ { name: echo-v1, port: 80, weight: 3 }, { kind: Bucket, name: a, weight: 1 } ] }"));
        var answered = 0;
        for (var i = 0; i < Calls; i++)
        {
            answered += (await mesh.GetAsync("http://echo/")).Status == 500 ? 1 : 0;
        }

        Assert.InRange(Math.Abs(answered - (0.25 * Calls)), 0, (5 * Math.Sqrt(Calls * 0.25 * 0.75)) + 1);
        Assert.Equal(Calls - answered, mesh.Mesh.Transport.Counts[V1]);
    }

    [Fact]
    public async Task Unknown_service_is_answered_where_nothing_looks_it_up()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("nowhere")} }}"), "\"DefaultDiscovery\": \"None\",");

        Assert.Equal(500, (await mesh.GetAsync("http://echo/")).Status);
    }

    [Fact]
    public async Task Backend_of_another_namespace_needs_no_grant()
    {
        using var mesh = new RouteFixture(
            HttpRoute("{ backendRefs: [ { name: echo-v1, namespace: default, port: 80 } ] }", "name: route, namespace: shop", "{ group: \"\", kind: Service, name: front }"),
            "\"Namespace\": \"shop\",");

        Assert.Equal(V1, await mesh.TargetAsync("http://front/"));
    }

    [Fact]
    public async Task Routes_of_a_backend_are_not_asked()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}") + HttpRoute($"{{ {To("echo-v2")} }}", "name: inner", "{ group: \"\", kind: Service, name: echo-v1 }"));

        Assert.Equal(V1, await mesh.TargetAsync("http://echo/"));
    }

    [Fact]
    public async Task Route_holds_for_each_of_its_services()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v2")} }}", parents: "{ group: \"\", kind: Service, name: echo }, { group: \"\", kind: Service, name: echo-v1 }"));

        Assert.Equal((V2, V2), (await mesh.TargetAsync("http://echo/"), await mesh.TargetAsync("http://echo-v1/")));
    }

    [Fact]
    public async Task Parent_of_a_port_and_parent_of_all_ports_hold_together()
    {
        using var mesh = new RouteFixture(
            HttpRoute($"{{ matches: [ {{ path: {{ value: /a }} }} ], {To("echo-v1")} }}", "name: a", "{ group: \"\", kind: Service, name: echo, port: 80 }")
            + HttpRoute($"{{ {To("echo-v2")} }}", "name: b"));

        Assert.Equal((V1, V2, V2), (await mesh.TargetAsync("http://echo/a"), await mesh.TargetAsync("http://echo/b"), await mesh.TargetAsync("http://echo:8080/a")));
    }

    [Fact]
    public async Task Grpc_route_goes_instead_of_http_routes_at_its_port()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}", "name: a") + GrpcRoute($"{{ {To("echo-v2")} }}", "name: b", "{ group: \"\", kind: Service, name: echo, port: 80 }"));

        Assert.Equal((V2, V1), (await mesh.TargetAsync("http://echo/"), await mesh.TargetAsync("http://echo:8080/")));
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "default", V1)]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "default", V1)]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "other", V1)]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "other", V2)]
    public async Task Route_of_the_callers_namespace_goes_before_a_virtual_service_and_another_by_age(string route, string rule, string client, string expected)
    {
        using var mesh = new RouteFixture(
            HttpRoute($"{{ {To("echo-v1")} }}", $"name: route, namespace: default, creationTimestamp: {route}") + VirtualService(rule), $"\"Namespace\": \"{client}\",");

        Assert.Equal(expected, await mesh.TargetAsync("http://echo.default/"));
    }

    [Fact]
    public async Task Virtual_service_holds_at_the_ports_that_routes_leave()
    {
        using var mesh = new RouteFixture(
            HttpRoute($"{{ {To("echo-v1")} }}", parents: "{ group: \"\", kind: Service, name: echo, port: 8080 }") + VirtualService("2020-01-01T00:00:00Z"));

        Assert.Equal((V1, V2), (await mesh.TargetAsync("http://echo:8080/"), await mesh.TargetAsync("http://echo/")));
    }

    [Fact]
    public async Task Mirror_gets_copies()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ filters: [ { type: RequestMirror, requestMirror: { backendRef: { name: echo-v2, port: 8080 } } } ], {{To("echo-v1")}} }"""));
        await mesh.GetAsync("http://echo/");
        await Eventually.TrueAsync(() => mesh.Mesh.Transport.Requests.Count == 2);

        Assert.Contains("10.0.2.1:8080", mesh.Mesh.Transport.Counts.Keys);
    }

    [Fact]
    public async Task Request_timeout_is_that_of_the_whole_call()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ timeouts: { request: 1s500ms }, retry: { attempts: 0 }, {{To("echo-v1")}} }"""));
        mesh.Mesh.Transport[V1].Always(TransportStep.Hang());
        var start = mesh.Mesh.Clock.GetUtcNow();

        var answer = await mesh.Mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://echo/"));

        Assert.Equal((504, TimeSpan.FromSeconds(1.5)), (answer.Status, mesh.Mesh.Clock.GetUtcNow() - start));
    }

    [Fact]
    public async Task Backend_request_timeout_is_that_of_one_attempt()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ timeouts: { request: 0s, backendRequest: 1s }, retry: { attempts: 0 }, {{To("echo-v1")}} }"""));
        mesh.Mesh.Transport[V1].Always(TransportStep.Hang());
        var start = mesh.Mesh.Clock.GetUtcNow();

        var answer = await mesh.Mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://echo/"));

        Assert.Equal((504, TimeSpan.FromSeconds(1)), (answer.Status, mesh.Mesh.Clock.GetUtcNow() - start));
    }

    [Theory]
    [InlineData("codes: [ 503 ], attempts: 2", "POST", 503, 3)]
    [InlineData("codes: [ 503 ], attempts: 2", "GET", 500, 1)]
    [InlineData("codes: [ 503 ], attempts: 0", "GET", 503, 1)]
    [InlineData("codes: [ 503 ]", "GET", 503, 3)]
    [InlineData("attempts: 1", "GET", 503, 1)]
    public async Task Retry_tries_the_codes_again_as_often_as_it_says(string retry, string method, int answer, int expected)
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ retry: { {{retry}} }, {{To("echo-v1")}} }"""));
        mesh.Mesh.Transport[V1].Always(TransportStep.Status(answer));
        using var response = await mesh.Mesh.AdvanceUntilDoneAsync(mesh.SendAsync(new(method), "http://echo/"));

        Assert.Equal((answer, expected), ((int)response.StatusCode, mesh.Mesh.Transport.Counts[V1]));
    }

    [Theory]
    [InlineData("GET", 3)]
    [InlineData("POST", 1)]
    public async Task Retry_repeats_what_a_broken_connection_took_only_where_that_is_safe(string method, int expected)
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ retry: { codes: [ 503 ], attempts: 2 }, {{To("echo-v1")}} }"""));
        mesh.Mesh.Transport[V1].Always(TransportStep.Reset());

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => mesh.Mesh.AdvanceUntilDoneAsync(mesh.SendAsync(new(method), "http://echo/")));

        Assert.Equal(expected, mesh.Mesh.Transport.Counts[V1]);
    }

    [Fact]
    public async Task Retry_waits_at_least_as_long_as_it_says()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ retry: { codes: [ 503 ], attempts: 1, backoff: 2s }, {{To("echo-v1")}} }"""));
        mesh.Mesh.Transport[V1].Always(TransportStep.Status(503));
        var start = mesh.Mesh.Clock.GetUtcNow();
        await mesh.Mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://echo/"));

        Assert.InRange(mesh.Mesh.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2 + 2));
    }

    [Fact]
    public async Task Header_value_with_a_percent_sign_is_sent_as_it_is()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: a, value: "100% %REQ(b)%" } ] } } ], {{To("echo-v1")}} }"""));

        Assert.Equal("100% %REQ(b)%", (await mesh.ArrivalAsync("http://echo/")).Headers["a"]);
    }

    [Fact]
    public async Task Response_headers_are_changed()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ filters: [ { type: ResponseHeaderModifier, responseHeaderModifier: { add: [ { name: a, value: b } ] } } ], {{To("echo-v1")}} }"""));
        using var response = await mesh.SendAsync(HttpMethod.Get, "http://echo/");

        Assert.Equal(["b"], response.Headers.GetValues("a"));
    }

    [Fact]
    public void Explanation_names_the_route_and_its_rules_in_the_order_in_which_they_are_asked()
    {
        using var mesh = new RouteFixture(HttpRoute($$"""
            { name: rest, {{To("echo-v2")}} },
            { matches: [ { path: { value: /a } }, { path: { type: Exact, value: /a/b } } ], {{To("echo-v1")}} }
            """));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://echo/a/c");

        var explanation = mesh.Mesh.Mesh.Explain(request);

        Assert.Equal(("HTTPRoute default/route", "HTTPRoute default/route rules[1]"), (explanation.VirtualService, explanation.Rule));
        Assert.Equal(
            [
                "HTTPRoute default/route rules[1] NotTaken rules[1].matches[1]: uri exact \"/a/b\": the request has \"/a/c\"",
                "HTTPRoute default/route rules[1] Taken rules[1].matches[0]: holds",
                "HTTPRoute default/route rules[0] (rest) NotLookedAt ",
            ],
            explanation.Rules.Select(rule => $"{rule.Name} {rule.Outcome} {string.Join(", ", rule.Matches)}"));
        Assert.Equal("echo-v1.default.svc.cluster.local", Assert.Single(explanation.Destinations).Host);
    }

    [Fact]
    public void Explanation_shows_the_answer_to_a_call_that_no_rule_takes()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ matches: [ {{ path: {{ value: /a }} }} ], {To("echo-v1")} }}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://echo/b");

        Assert.Equal(404, mesh.Mesh.Mesh.Explain(request).Answer?.Status);
        Assert.Contains("path prefix \"/a\": the request has \"/b\"", mesh.Mesh.Mesh.Explain(request).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other", "name: late, namespace: third", "namespace: default", "it is for clients in namespace third, and this process is in other")]
    [InlineData("default", "name: late, namespace: default", "port: 8080", "it is attached to another port")]
    [InlineData("default", "name: late, namespace: default", "sectionName: http-alt", "it is attached to another port")]
    [InlineData("other", "name: late, namespace: default, creationTimestamp: 2026-01-02T00:00:00Z", "namespace: default", "VirtualService default/rule is older")]
    public void Explanation_says_why_a_route_is_not_used(string client, string metadata, string parent, string reason)
    {
        using var mesh = new RouteFixture(
            HttpRoute("{ backendRefs: [ { name: echo-v1, namespace: default, port: 80 } ] }", metadata, $"{{ group: \"\", kind: Service, name: echo, {parent} }}") + VirtualService("2026-01-01T00:00:00Z"),
            $"\"Namespace\": \"{client}\",");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://echo.default/");

        var note = Assert.Single(mesh.Mesh.Mesh.Explain(request).Notes);

        Assert.StartsWith("HTTPRoute ", note, StringComparison.Ordinal);
        Assert.EndsWith($"is attached to this Service too and is not used: {reason}", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Explanation_says_why_a_virtual_service_gives_way()
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}") + VirtualService("2020-01-01T00:00:00Z"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://echo/");

        Assert.Equal(["VirtualService default/rule names this host too and is not used: routes of the Gateway API rule this port of the host"], mesh.Mesh.Mesh.Explain(request).Notes);
    }

    [Theory]
    [InlineData("./echo", V1)]
    [InlineData("./echo-v2", "echo:80")]
    public async Task Route_is_seen_with_its_service_and_shows_its_backends(string seen, string expected)
    {
        using var mesh = new RouteFixture(HttpRoute($"{{ {To("echo-v1")} }}") + $$"""
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: { name: all }
            spec: { egress: [ { hosts: [ "{{seen}}.default.svc.cluster.local" ] } ] }
            """);

        Assert.Equal(expected, await mesh.TargetAsync("http://echo/"));
    }

    [Theory]
    [InlineData("GET", 3)]
    [InlineData("POST", 1)]
    public async Task Retry_repeats_attempts_that_took_too_long_only_where_that_is_safe(string method, int expected)
    {
        using var mesh = new RouteFixture(HttpRoute($$"""{ timeouts: { backendRequest: 1s }, retry: { attempts: 2 }, {{To("echo-v1")}} }"""));
        mesh.Mesh.Transport[V1].Always(TransportStep.Hang());
        using var response = await mesh.Mesh.AdvanceUntilDoneAsync(mesh.SendAsync(new(method), "http://echo/"));

        Assert.Equal((504, expected), ((int)response.StatusCode, mesh.Mesh.Transport.Counts[V1]));
    }

    private static string VirtualService(string created) => $$"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: rule, namespace: default, creationTimestamp: {{created}} }
        spec: { hosts: [ echo ], http: [ { route: [ { destination: { host: echo-v2, port: { number: 80 } } } ] } ] }

        """;
}
