using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.GatewayApi;

public sealed class HttpRouteBindingTests
{
    private const string Backends = "backendRefs: [ { name: reviews, port: 9080 } ]";

    [Fact]
    public void Load_a_route_with_every_form_of_match()
    {
        var document = Rule("""
            matches:
            - path: { type: Exact, value: /a }
              method: GET
              headers: [ { name: End-User, value: jason }, { type: RegularExpression, name: b, value: "c.*" } ]
              queryParams: [ { name: Q, value: "1" } ]
            - path: { type: RegularExpression, value: "/[0-9]+" }
            - path: { type: PathPrefix, value: /a/ }
            - {}
            """, Backends);

        Loading.Clean(document);
        var matches = Assert.Single(OneRoute(document).Rules).Matches.Select(match => match.Match).ToList();
        Assert.Equal((StringMatchKind.Exact, "/a", "GET"), (matches[0].Uri!.Kind, matches[0].Uri!.Value, matches[0].Method!.Value));
        Assert.Equal([("end-user", StringMatchKind.Exact), ("b", StringMatchKind.Regex)], matches[0].Headers.Select(header => (header.Key, header.Value.Kind)));
        Assert.Equal(("Q", "1"), (matches[0].QueryParams[0].Key, matches[0].QueryParams[0].Value.Value));
        Assert.Equal((StringMatchKind.Regex, "/[0-9]+"), (matches[1].Uri!.Kind, matches[1].Uri!.Value));
        Assert.Equal((StringMatchKind.PathPrefix, "/a"), (matches[2].Uri!.Kind, matches[2].Uri!.Value));
        Assert.Equal((StringMatchKind.PathPrefix, ""), (matches[3].Uri!.Kind, matches[3].Uri!.Value));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public void Load_both_versions(string version)
        => Assert.Single(Loading.Yaml(Text(Backends, version)).Configuration.GatewayRoutes);

    [Theory]
    [InlineData("apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: HTTPRoute", "apiVersion", "Write gateway.networking.k8s.io/v1, or v1beta1.")]
    [InlineData("apiVersion: gateway.networking.k8s.io/v1\nkind: HttpRoute", "kind", "Did you mean 'HTTPRoute'?")]
    public void Load_a_version_or_kind_that_is_none_is_refused(string head, string path, string fix)
        => Assert.Equal(fix, Loading.Refused(Loading.Yaml($"{head}\nmetadata: {{ name: a }}\nspec: {{}}\n"), FindingCodes.UnknownKind, path).Fix);

    [Fact]
    public void Load_routes_from_json_from_lists_and_from_the_section()
    {
        const string Spec = """ "parentRefs": [ { "group": "", "kind": "Service", "name": "a" } ], "rules": [ { "backendRefs": [ { "name": "a", "port": 80 } ] } ] """;
        const string Route = $$"""{ "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": { "name": "a" }, "spec": { {{Spec}} }, "status": { "parents": [] } }""";

        Assert.Single(Loading.Json(Route).Configuration.GatewayRoutes);
        Assert.Equal(2, Loading.Json($$"""{ "apiVersion": "v1", "kind": "List", "items": [ {{Route}}, {{Route}} ] }""").Configuration.GatewayRoutes.Count);
        Assert.Equal(("HTTPRoute", "prod"), Loading.Section($$"""{ "HTTPRoutes": { "prod/a": { {{Spec}} } } }""").Configuration.GatewayRoutes is [var route] ? (route.Metadata.Kind, route.Metadata.Namespace) : default);
    }

    [Fact]
    public void Load_only_services_are_parents()
    {
        var document = Loading.Yaml(Text(Backends, parents: """
              - { name: edge }
              - { group: gateway.networking.k8s.io, kind: Gateway, name: edge }
              - { group: "", kind: Service, name: a, namespace: b, port: 80, sectionName: http }
              - { kind: Service, name: c }
              - { group: networking.istio.io, kind: ServiceEntry, name: d }

            """));

        Loading.Informed(document, FindingCodes.NotForServices, "spec.parentRefs[0]");
        Loading.Informed(document, FindingCodes.NotForServices, "spec.parentRefs[1]");
        Assert.StartsWith("Write group: \"\"", Loading.Warned(document, FindingCodes.NotForServices, "spec.parentRefs[3]").Fix, StringComparison.Ordinal);
        Loading.Warned(document, FindingCodes.NotForServices, "spec.parentRefs[4]");
        var parent = Assert.Single(OneRoute(document).Parents);
        Assert.Equal(("a", "b", 80, "http"), (parent.Name, parent.Namespace, parent.Port, parent.PortName));
    }

    [Fact]
    public void Load_a_route_that_is_attached_to_nothing_is_told()
        => Loading.Warned(Loading.Yaml(Text(Backends, parents: "")), FindingCodes.NotForServices, "spec");

    [Fact]
    public void Load_host_names_are_told_at_services_and_not_at_gateways()
    {
        Loading.Warned(Loading.Yaml(Text(Backends, beside: "hostnames: [ a.example ]")), FindingCodes.IgnoredHostnames, "spec.hostnames");
        Assert.DoesNotContain(Loading.Yaml(Text(Backends, parents: "  - { name: edge }\n", beside: "hostnames: [ a.example ]")).Findings, finding => finding.Code == FindingCodes.IgnoredHostnames);
    }

    [Theory]
    [InlineData("matches: [ { path: { type: Exact, value: a } } ]", FindingCodes.BadRouteMatch, "matches[0].path.value")]
    [InlineData("matches: [ { path: { value: /a//b } } ]", FindingCodes.BadRouteMatch, "matches[0].path.value")]
    [InlineData("matches: [ { path: { value: /a/../b } } ]", FindingCodes.BadRouteMatch, "matches[0].path.value")]
    [InlineData("matches: [ { path: { value: /a%2Fb } } ]", FindingCodes.BadRouteMatch, "matches[0].path.value")]
    [InlineData("matches: [ { path: { value: /a/.. } } ]", FindingCodes.BadRouteMatch, "matches[0].path.value")]
    [InlineData("matches: [ { path: { value: \"/a b\" } } ]", FindingCodes.BadRouteMatch, "matches[0].path.value")]
    [InlineData("matches: [ { path: { type: RegularExpression, value: \"(\" } } ]", FindingCodes.BadRegex, "matches[0].path.value")]
    [InlineData("matches: [ { path: { type: Prefix, value: /a } } ]", FindingCodes.UnknownValue, "matches[0].path.type")]
    [InlineData("matches: [ { method: get } ]", FindingCodes.UnknownValue, "matches[0].method")]
    [InlineData("matches: [ { headers: [ { name: \"a b\", value: c } ] } ]", FindingCodes.BadHeaderName, "matches[0].headers[0].name")]
    [InlineData("matches: [ { headers: [ { name: a } ] } ]", FindingCodes.MissingField, "matches[0].headers[0]")]
    [InlineData("matches: [ { queryParams: [ { name: \"a&b\", value: c } ] } ]", FindingCodes.BadQueryParameter, "matches[0].queryParams[0].name")]
    [InlineData("timeouts: { request: 1.5s }", FindingCodes.BadDuration, "timeouts.request")]
    [InlineData("timeouts: { request: 100000s }", FindingCodes.BadDuration, "timeouts.request")]
    [InlineData("timeouts: { request: 1s, backendRequest: 2s }", FindingCodes.Conflict, "timeouts.backendRequest")]
    [InlineData("retry: { codes: [ 399 ] }", FindingCodes.OutOfRange, "retry.codes[0]")]
    [InlineData("filters: [ { type: Nonsense } ]", FindingCodes.UnknownValue, "filters[0].type")]
    [InlineData("filters: [ { type: RequestHeaderModifier } ]", FindingCodes.BadFilter, "filters[0]")]
    [InlineData("filters: [ { type: RequestHeaderModifier, requestHeaderModifier: {}, urlRewrite: {} } ]", FindingCodes.BadFilter, "filters[0]")]
    [InlineData("filters: [ { type: URLRewrite, urlRewrite: {} }, { type: URLRewrite, urlRewrite: {} } ]", FindingCodes.BadFilter, "filters[1]")]
    [InlineData("filters: [ { type: URLRewrite, urlRewrite: {} }, { type: RequestRedirect, requestRedirect: {} } ]", FindingCodes.BadFilter, "filters")]
    [InlineData("filters: [ { type: RequestRedirect, requestRedirect: {} } ]", FindingCodes.BadFilter, "backendRefs")]
    [InlineData("filters: [ { type: RequestRedirect, requestRedirect: { statusCode: 304 } } ]", FindingCodes.BadRedirect, "filters[0].requestRedirect.statusCode")]
    [InlineData("filters: [ { type: URLRewrite, urlRewrite: { hostname: \"a:80\" } } ]", FindingCodes.BadHost, "filters[0].urlRewrite.hostname")]
    [InlineData("filters: [ { type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replacePrefixMatch: /a } } } ]", FindingCodes.BadFilter, "filters[0].urlRewrite.path")]
    [InlineData("filters: [ { type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: a } } } ]", FindingCodes.BadRewrite, "filters[0].urlRewrite.path.replaceFullPath")]
    [InlineData("matches: [ { path: { type: Exact, value: /a } } ], filters: [ { type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /a } } } ]", FindingCodes.BadFilter, "filters")]
    [InlineData("filters: [ { type: RequestMirror, requestMirror: { backendRef: { name: a, port: 80 }, percent: 1, fraction: { numerator: 1 } } } ]", FindingCodes.Conflict, "filters[0].requestMirror.fraction")]
    [InlineData("filters: [ { type: RequestMirror, requestMirror: { backendRef: { name: a, port: 80 }, fraction: { numerator: 101 } } } ]", FindingCodes.BadPercentage, "filters[0].requestMirror.fraction")]
    [InlineData("filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: content-length, value: \"1\" } ] } } ]", FindingCodes.BadHeaderEdit, "filters[0].requestHeaderModifier.set[0].name")]
    [InlineData("filters: [ { type: RequestHeaderModifier, requestHeaderModifier: { set: [ { name: a, value: \"\\n\" } ] } } ]", FindingCodes.BadHeaderEdit, "filters[0].requestHeaderModifier.set[0].value")]
    [InlineData("nosuch: 1", FindingCodes.UnknownField, "nosuch")]
    public void Load_what_the_schema_refuses_is_refused(string fields, string code, string path)
        => Loading.Refused(Loading.Yaml(Text($"{fields}, {Backends}")), code, $"spec.rules[0].{path}");

    [Theory]
    [InlineData("{ name: a }", FindingCodes.MissingField, "")]
    [InlineData("{ port: 80 }", FindingCodes.MissingField, "")]
    [InlineData("{ name: \"a:80\", port: 80 }", FindingCodes.BadName, ".name")]
    [InlineData("{ name: a, port: 0 }", FindingCodes.OutOfRange, ".port")]
    [InlineData("{ name: a, port: 80, weight: 1000001 }", FindingCodes.OutOfRange, ".weight")]
    [InlineData("{ name: a, port: 80, subset: v1 }", FindingCodes.UnknownField, ".subset")]
    public void Load_a_backend_that_cannot_be_one_is_refused(string backend, string code, string path)
        => Loading.Refused(Loading.Yaml(Text($"backendRefs: [ {backend} ]")), code, $"spec.rules[0].backendRefs[0]{path}");

    [Theory]
    [InlineData("backendRefs: [ { kind: Bucket, name: a } ]", FindingCodes.NoBackend, "backendRefs[0]")]
    [InlineData("backendRefs: [ { name: a, port: 80, weight: 0 } ]", FindingCodes.NoBackend, "backendRefs")]
    [InlineData("name: a", FindingCodes.NoBackend, "")]
    [InlineData("filters: [ { type: CORS, cors: {} } ]", FindingCodes.UnsupportedFilter, "filters[0].cors")]
    [InlineData("backendRefs: [ { name: a, port: 80, filters: [ { type: RequestMirror, requestMirror: { backendRef: { name: b, port: 80 } } } ] } ]", FindingCodes.UnsupportedFilter, "backendRefs[0].filters[0].requestMirror")]
    [InlineData("filters: [ { type: RequestMirror, requestMirror: { backendRef: { kind: Bucket, name: a } } } ], " + Backends, FindingCodes.NoBackend, "filters[0].requestMirror.backendRef")]
    [InlineData("sessionPersistence: { sessionName: a }, " + Backends, FindingCodes.UnbuiltField, "sessionPersistence")]
    [InlineData("matches: [ { headers: [ { name: a, value: b }, { name: A, value: c } ] } ], " + Backends, FindingCodes.RepeatedCondition, "matches[0].headers[1]")]
    [InlineData("matches: [ { queryParams: [ { name: a, value: b }, { name: a, value: c } ] } ], " + Backends, FindingCodes.RepeatedCondition, "matches[0].queryParams[1]")]
    public void Load_what_is_not_honoured_is_told(string fields, string code, string path)
        => Loading.Warned(Loading.Yaml(Text(fields)), code, path.Length == 0 ? "spec.rules[0]" : $"spec.rules[0].{path}");

    [Fact]
    public void Load_two_rules_of_one_name_are_refused()
    {
        var document = Loading.Yaml(Text($"name: a, {Backends} }}, {{ name: a, {Backends}"));

        Loading.Refused(document, FindingCodes.BadName, "spec.rules[1].name");
    }

    [Fact]
    public void Load_query_parameters_that_differ_in_case_are_two()
        => Loading.Clean(Loading.Yaml(Text($"matches: [ {{ queryParams: [ {{ name: a, value: b }}, {{ name: A, value: c }} ] }} ], {Backends}")));

    [Theory]
    [InlineData("percent: 5", 5)]
    [InlineData("fraction: { numerator: 1, denominator: 8 }", 12.5)]
    [InlineData("fraction: { numerator: 7 }", 7)]
    [InlineData("percent: 0", 0)]
    public void Load_the_share_of_a_mirror(string share, double expected)
    {
        var document = Loading.Yaml(Text($"filters: [ {{ type: RequestMirror, requestMirror: {{ backendRef: {{ name: a, port: 80 }}, {share} }} }} ], {Backends}"));

        Loading.Clean(document);
        Assert.Equal(expected, Assert.Single(OneRoute(document).Rules[0].Action.Mirrors).Percentage);
    }

    [Theory]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    public void Load_durations_in_the_form_of_the_Gateway_API(string written, double milliseconds)
    {
        var document = Loading.Yaml(Text($"timeouts: {{ request: {written} }}, {Backends}"));

        Loading.Clean(document);
        Assert.Equal(milliseconds, OneRoute(document).Rules[0].Action.Timeout?.TotalMilliseconds);
    }

    [Fact]
    public void Load_a_reference_grant_is_told_to_change_nothing()
        => Loading.Informed(
            Loading.Yaml("apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: { name: a }\nspec: { from: [], to: [] }\n"), FindingCodes.UnbuiltResource, "spec");

    private static GatewayRouteConfiguration OneRoute(LoadedDocument document)
    {
        Loading.NotRefused(document);
        return Assert.Single(document.Configuration.GatewayRoutes);
    }

    private static LoadedDocument Rule(string block, string rest)
    {
        var lines = string.Concat(block.Split('\n').Select(line => $"    {line}\n"));
        return Loading.Yaml("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: a }\nspec:\n  parentRefs:\n  - { group: \"\", kind: Service, name: a }\n  rules:\n  -\n"
            + lines + $"    {rest}\n");
    }

    private static string Text(string rule, string version = "v1", string parents = "  - { group: \"\", kind: Service, name: a }\n", string beside = "")
        => $"apiVersion: gateway.networking.k8s.io/{version}\nkind: HTTPRoute\nmetadata: {{ name: a }}\nspec:\n  parentRefs:{(parents.Length == 0 ? " []\n" : "\n" + parents)}"
            + (beside.Length == 0 ? "" : $"  {beside}\n") + $"  rules: [ {{ {rule} }} ]\n";
}
