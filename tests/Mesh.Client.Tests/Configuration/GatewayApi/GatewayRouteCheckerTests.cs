using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.GatewayApi;

/// <summary>What only shows across documents.</summary>
public sealed class GatewayRouteCheckerTests
{
    private const string Services = """{ "Services": { "a": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1" } ] } } }""";

    [Fact]
    public void Merge_a_route_to_what_is_declared_has_no_findings()
        => Assert.Empty(Merge(Services, Route("HTTPRoute", "a", "name: a, port: 80, sectionName: http")));

    [Theory]
    [InlineData("name: a, port: 81", "'a.default.svc.cluster.local' declares no port 81")]
    [InlineData("name: a, sectionName: grpc", "'a.default.svc.cluster.local' declares no port 'grpc'")]
    [InlineData("name: a, port: 80, sectionName: grpc", "declares no port 80 that is named 'grpc'")]
    public void Merge_a_parent_port_that_is_not_declared_is_told(string parent, string message)
    {
        var finding = Loading.Find(Merge(Services, Route("HTTPRoute", "a", parent)), FindingCodes.DanglingParent, "spec.parentRefs[0]");

        Assert.Equal(("HTTPRoute default/a", MeshFindingSeverity.Warning), (finding.Resource, finding.Severity));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Services, MeshFindingSeverity.Info)]
    [InlineData("""{ "Services": { "unknown": { "Discovery": "Dns" } } }""", MeshFindingSeverity.Warning)]
    public void Merge_a_parent_port_by_name_waits_for_the_declaration_of_its_service(string section, MeshFindingSeverity severity)
    {
        var finding = Loading.Find(Merge(section, Route("HTTPRoute", "a", "name: unknown, sectionName: http")), FindingCodes.DanglingParent, "spec.parentRefs[0]");

        Assert.Equal(severity, finding.Severity);
    }

    [Fact]
    public void Merge_a_backend_port_that_is_not_declared_is_told_once()
    {
        var findings = Merge(Services, Route("HTTPRoute", "a", "name: a }, { group: \"\", kind: Service, name: b", port: 81));

        Assert.Equal("spec.rules[0].backendRefs[0].port", Assert.Single(findings, finding => finding.Code == FindingCodes.UndeclaredPort).Path);
    }

    [Fact]
    public void Merge_a_backend_that_nothing_will_find_is_told()
        => Loading.Find(Merge("""{ "DefaultDiscovery": "None" }""", Route("HTTPRoute", "a", "name: a")), FindingCodes.DanglingHost, "spec.rules[0].backendRefs[0].name");

    [Fact]
    public void Merge_an_http_route_beside_a_grpc_route_is_told()
    {
        var finding = Loading.Find(Merge(Services, Route("HTTPRoute", "a", "name: a"), Route("GRPCRoute", "b", "name: a")), FindingCodes.RouteBesideGrpcRoute, "spec.parentRefs[0]");

        Assert.Equal("HTTPRoute default/a", finding.Resource);
    }

    [Theory]
    [InlineData("default", "2020-01-02T00:00:00Z", "VirtualService default/v")]
    [InlineData("other", "2020-01-02T00:00:00Z", "HTTPRoute default/a")]
    [InlineData("other", "2019-01-01T00:00:00Z", "VirtualService default/v")]
    public void Merge_a_route_and_a_virtual_service_for_one_host_are_told_at_the_one_that_is_not_used(string client, string created, string expected)
    {
        var rule = Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: v, namespace: default, creationTimestamp: 2020-01-01T00:00:00Z }\n"
            + "spec: { hosts: [ a ], http: [ { route: [ { destination: { host: a } } ] } ] }\n");
        var route = Route("HTTPRoute", $"a, namespace: default, creationTimestamp: {created}", "name: a");

        var findings = ConfigurationMerger.Merge([Loading.Section($$"""{ "Namespace": "{{client}}" }"""), route, rule]).Findings;

        Assert.Equal(expected, Assert.Single(findings, finding => finding.Code == FindingCodes.RouteBesideVirtualService).Resource);
    }

    [Fact]
    public void Merge_a_route_of_a_third_namespace_is_told()
    {
        var findings = Merge(Services, Route("HTTPRoute", "a, namespace: consumer", "name: a, namespace: default"));

        Assert.Contains("clients of 'consumer' alone", Loading.Find(findings, FindingCodes.RouteOfOtherNamespace, "spec.parentRefs[0]").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_a_route_that_gives_way_to_one_of_the_callers_namespace_is_told()
    {
        var findings = ConfigurationMerger.Merge(
            [Loading.Section("""{ "Namespace": "consumer" }"""), Route("HTTPRoute", "a, namespace: default", "name: a"), Route("HTTPRoute", "b, namespace: consumer", "name: a, namespace: default")]).Findings;

        Assert.Equal("HTTPRoute default/a", Assert.Single(findings, finding => finding.Code == FindingCodes.RouteOfOtherNamespace).Resource);
    }

    private static IReadOnlyList<MeshFinding> Merge(string section, params LoadedDocument[] routes) => ConfigurationMerger.Merge([Loading.Section(section), .. routes]).Findings;

    private static LoadedDocument Route(string kind, string name, string parent, int port = 80)
    {
        var document = Loading.Yaml($$"""
            apiVersion: gateway.networking.k8s.io/v1
            kind: {{kind}}
            metadata: { name: {{name}} }
            spec: { parentRefs: [ { group: "", kind: Service, {{parent}} } ], rules: [ { backendRefs: [ { name: a, port: {{port}} } ] } ] }
            """);
        Loading.NotRefused(document);
        return document;
    }
}
