using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary>What is legal in Istio and not built here: it loads, and it is never ignored in silence.</summary>
public sealed class UnbuiltTests
{
    [Theory]
    [InlineData("headers")]
    [InlineData("withoutHeaders")]
    public void Load_a_condition_on_a_claim_never_holds_away_from_gateways(string name)
    {
        var document = Loading.Match($"- {name}: {{ \"@request.auth.claims.sub\": {{ exact: a }} }}\n");

        Assert.Equal("@request.auth.claims.sub", Loading.FirstRoute(document).Match[0].UnbuiltCondition);
        Loading.Warned(document, FindingCodes.UnbuiltCondition, $"spec.http[0].match[0].{name}.@request.auth.claims.sub");
    }

    [Theory]
    [InlineData("corsPolicy: { allowMethods: [ GET ] }", "corsPolicy")]
    public void Load_an_unbuilt_field_of_a_rule_is_told(string field, string path)
    {
        var document = Loading.Route($"- {field}\n  route:\n  - destination: {{ host: a }}\n");

        Loading.Warned(document, FindingCodes.UnbuiltField, "spec.http[0]." + path);
    }

    [Theory]
    [InlineData("tunnel: { protocol: CONNECT }", "tunnel")]
    [InlineData("proxyProtocol: { version: V1 }", "proxyProtocol")]
    [InlineData("retryBudget: { budgetInterval: 10s }", "retryBudget.budgetInterval")]
    public void Load_an_unbuilt_field_of_a_policy_is_told(string field, string path)
        => Loading.Warned(Loading.Destination($"trafficPolicy:\n  {field}\n"), FindingCodes.UnbuiltField, "spec.trafficPolicy." + path);

    [Theory]
    [InlineData("MUTUAL")]
    [InlineData("ISTIO_MUTUAL")]
    public void Load_tls_is_an_error_that_leaves_the_document_in_force(string mode)
    {
        var document = Loading.Destination($"trafficPolicy:\n  tls: {{ mode: {mode} }}\nsubsets:\n- name: v1\n  labels: {{ version: v1 }}\n  trafficPolicy:\n    tls: {{ mode: {mode} }}\n");

        Loading.Secured(document, "spec.trafficPolicy.tls");
        Loading.Secured(document, "spec.subsets[0].trafficPolicy.tls");
        var rule = Loading.FirstDestination(document);
        Assert.Equal($"tls mode {mode}", rule.TrafficPolicy!.Tls!.Unbuilt);
        Assert.Equal($"tls mode {mode}", rule.Subsets[0].TrafficPolicy!.Tls!.Unbuilt);
    }

    [Theory]
    [InlineData("{ mode: DISABLE }")]
    [InlineData("{}")]
    public void Load_tls_that_is_disabled_is_honoured(string tls)
    {
        var document = Loading.Destination($"trafficPolicy:\n  tls: {tls}\n");

        Loading.Clean(document);
        Assert.Null(Loading.FirstDestination(document).TrafficPolicy!.Tls!.Unbuilt);
    }

    [Fact]
    public void Load_tls_of_one_port_that_is_not_built_closes_that_port()
    {
        var document = Loading.Destination("trafficPolicy:\n  portLevelSettings:\n  - port: { number: 443 }\n    tls: { mode: MUTUAL }\n");

        Loading.Secured(document, "spec.trafficPolicy.portLevelSettings[0].tls");
        Assert.Equal("tls mode MUTUAL on port 443", Loading.FirstDestination(document).TrafficPolicy!.Ports[0].Value.Tls!.Unbuilt);
    }

    [Theory]
    [InlineData("AuthorizationPolicy", "rules: [ {} ]", true)]
    [InlineData("AuthorizationPolicy", "", true)]
    [InlineData("RequestAuthentication", "jwtRules: []", true)]
    [InlineData("PeerAuthentication", "mtls: { mode: STRICT }", true)]
    [InlineData("PeerAuthentication", "portLevelMtls: { 8080: { mode: STRICT } }", true)]
    [InlineData("PeerAuthentication", "mtls: { mode: PERMISSIVE }", false)]
    public void Load_security_resources_are_errors_that_refuse_nothing(string kind, string spec, bool isSecurity)
    {
        var document = Loading.Yaml($"apiVersion: security.istio.io/v1\nkind: {kind}\nmetadata:\n  name: a\n{(spec.Length == 0 ? "" : $"spec:\n  {spec}\n")}");

        Loading.NotRefused(document);
        var finding = Assert.Single(document.Findings);
        Assert.Equal(isSecurity ? FindingCodes.UnbuiltSecurity : FindingCodes.UnbuiltResource, finding.Code);
        Assert.Equal($"{kind} a", finding.Resource);
    }

    [Theory]
    [InlineData("networking.istio.io/v1", "WorkloadGroup")]
    [InlineData("networking.istio.io/v1alpha3", "EnvoyFilter")]
    [InlineData("telemetry.istio.io/v1", "Telemetry")]
    [InlineData("extensions.istio.io/v1alpha1", "WasmPlugin")]
    [InlineData("gateway.networking.k8s.io/v1", "TCPRoute")]
    [InlineData("gateway.networking.k8s.io/v1", "Gateway")]
    public void Load_other_resources_are_told(string version, string kind)
    {
        var document = Loading.Yaml($"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: a\nspec:\n  hosts: [ a.com ]\n");

        Loading.NotRefused(document);
        var finding = Assert.Single(document.Findings);
        Assert.Equal((FindingCodes.UnbuiltResource, MeshFindingSeverity.Warning), (finding.Code, finding.Severity));
    }

    [Fact]
    public void Load_a_gateway_is_accepted_and_kept_by_name()
    {
        var document = Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: edge\nspec:\n  servers: []\n");

        Loading.Informed(document, FindingCodes.GatewayAccepted, "spec");
        Assert.Equal("edge", Assert.Single(document.Configuration.Gateways).Metadata.Name);
    }

    [Theory]
    [InlineData("x-mesh: { routes: {} }\n", "x-mesh")]
    [InlineData("metadata: { name: reviews, annotations: { mesh-client/x-mesh: \"{}\" } }\n", "metadata.annotations")]
    public void Load_our_own_extensions_are_told(string line, string path)
    {
        var metadata = line.StartsWith("metadata", StringComparison.Ordinal) ? line : "metadata: { name: reviews }\n" + line;

        Loading.Warned(Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n{metadata}spec: {{ hosts: [ reviews.example ] }}\n"), FindingCodes.UnbuiltField, path);
    }

    [Fact]
    public void Load_a_virtual_service_for_connections_alone_does_nothing_and_says_so()
    {
        var document = Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec: { hosts: [ a ], tcp: [ { route: [ { destination: { host: a } } ] } ] }\n");

        Loading.Warned(document, FindingCodes.UnbuiltField, "spec.tcp");
        Assert.Empty(document.Configuration.VirtualServices);
    }
}
