using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.GatewayApi;

public sealed class GrpcRouteBindingTests
{
    [Theory]
    [InlineData("service: shop.Cart, method: Add", "Exact", "/shop.Cart/Add")]
    [InlineData("service: shop.Cart", "Prefix", "/shop.Cart/")]
    [InlineData("method: Add", "Regex", "/[^/]+/Add")]
    [InlineData("type: RegularExpression, service: \"shop|store\", method: \"A.*\"", "Regex", "/(?:shop|store)/(?:A.*)")]
    [InlineData("type: RegularExpression, service: \"shop.*\"", "Regex", "/(?:shop.*)/[^/]+")]
    public void Load_service_and_method_are_asked_of_the_path(string method, string kind, string value)
    {
        var document = Route($"matches: [ {{ method: {{ {method} }} }} ]");

        Loading.Clean(document);
        var uri = Assert.Single(document.Configuration.GatewayRoutes[0].Rules[0].Matches).Match.Uri!;
        Assert.Equal((kind, value), (uri.Kind.ToString(), uri.Value));
    }

    [Theory]
    [InlineData("method: {}", "method")]
    [InlineData("method: { service: \"a/b\" }", "method.service")]
    [InlineData("method: { service: 1a }", "method.service")]
    [InlineData("method: { method: a.b }", "method.method")]
    public void Load_a_method_that_cannot_be_one_is_refused(string match, string path)
        => Loading.Refused(Route($"matches: [ {{ {match} }} ]"), FindingCodes.BadRouteMatch, $"spec.rules[0].matches[0].{path}");

    [Fact]
    public void Load_a_rule_without_matches_takes_every_call()
    {
        var document = Route("name: a");

        Assert.Null(Assert.Single(document.Configuration.GatewayRoutes[0].Rules[0].Matches).Match.Uri);
    }

    [Theory]
    [InlineData("timeouts: { request: 1s }")]
    [InlineData("matches: [ { path: { value: /a } } ]")]
    [InlineData("filters: [ { type: URLRewrite } ]")]
    public void Load_what_only_an_http_route_has_is_refused(string fields)
        => Assert.True(Route(fields).IsRefused);

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha2")]
    public void Load_the_version_that_older_clusters_have(string version)
        => Loading.Clean(Route("name: a", version));

    private static LoadedDocument Route(string fields, string version = "v1") => Loading.Yaml($$"""
        apiVersion: gateway.networking.k8s.io/{{version}}
        kind: GRPCRoute
        metadata: { name: a }
        spec: { parentRefs: [ { group: "", kind: Service, name: a } ], rules: [ { {{fields}}, backendRefs: [ { name: a, port: 80 } ] } ] }
        """);
}
