using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Conversion;

public sealed class IstioToSectionTests
{
    private const string Spec = "spec: { hosts: [ reviews ], http: [ { route: [ { destination: { host: reviews } } ] } ] }\n";

    [Fact]
    public void ToAppSettings_a_rule_becomes_an_entry_of_its_map()
        => Assert.Equal("""
            {
              "Mesh": {
                "Gateways": {
                  "edge": {
                    "servers": []
                  }
                }
              }
            }

            """, Converting.ToJson("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: edge }\nspec: { servers: [] }\n"), ignoreLineEndingDifferences: true);

    [Theory]
    [InlineData("VirtualServices", "networking.istio.io/v1", "VirtualService", "hosts: [ a ], http: [ { route: [ { destination: { host: a } } ] } ]")]
    [InlineData("DestinationRules", "networking.istio.io/v1beta1", "DestinationRule", "host: a")]
    [InlineData("Gateways", "networking.istio.io/v1alpha3", "Gateway", "servers: []")]
    [InlineData("ServiceEntries", "networking.istio.io/v1", "ServiceEntry", "hosts: [ a.example ], ports: [ { number: 80, name: http, protocol: HTTP } ], resolution: DNS")]
    [InlineData("WorkloadEntries", "networking.istio.io/v1", "WorkloadEntry", "address: 10.0.0.1, labels: { app: a }")]
    [InlineData("Sidecars", "networking.istio.io/v1", "Sidecar", "egress: [ { hosts: [ './*' ] } ]")]
    [InlineData("HTTPRoutes", "gateway.networking.k8s.io/v1beta1", "HTTPRoute", "parentRefs: [ { group: \"\", kind: Service, name: a } ], rules: [ { backendRefs: [ { name: a, port: 80 } ] } ]")]
    [InlineData("GRPCRoutes", "gateway.networking.k8s.io/v1", "GRPCRoute", "parentRefs: [ { group: \"\", kind: Service, name: a } ], rules: [ { backendRefs: [ { name: a, port: 80 } ] } ]")]
    [InlineData("PeerAuthentications", "security.istio.io/v1", "PeerAuthentication", "mtls: { mode: STRICT }")]
    [InlineData("RequestAuthentications", "security.istio.io/v1", "RequestAuthentication", "jwtRules: []")]
    [InlineData("AuthorizationPolicies", "security.istio.io/v1", "AuthorizationPolicy", "rules: [ {} ]")]
    public void ToAppSettings_every_kind_with_a_map_is_taken_over(string map, string version, string kind, string spec)
    {
        var json = Converting.ToJson($"apiVersion: {version}\nkind: {kind}\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n");

        Assert.Single(Section(json).Find(map)!.Properties, entry => entry.Key == "a");
    }

    [Fact]
    public void ToAppSettings_a_Gateway_of_the_Gateway_API_is_not_taken_for_one_of_Istio()
    {
        var result = MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: edge }\nspec: { gatewayClassName: a }\n"));

        Assert.Contains(result.Findings, finding => finding.Code == FindingCodes.NotConverted);
        Assert.DoesNotContain("Gateways", result.Text ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void ToAppSettings_an_object_without_namespace_keeps_its_name_and_one_with_it_has_both_in_the_key()
    {
        var json = Converting.ToJson(Rule("name: reviews") + "---\n" + Rule("name: reviews, namespace: prod"));

        Assert.Equal(["reviews", "prod/reviews"], Section(json).Find("VirtualServices")!.Properties.Select(entry => entry.Key));
    }

    [Fact]
    public void ToAppSettings_labels_annotations_and_time_stamp_stay_and_what_the_server_added_goes()
    {
        var json = Converting.ToJson(Rule("name: reviews, uid: x, generation: 3, labels: { a: b }, annotations: { c: '1' }, creationTimestamp: 2026-01-31T12:00:00Z") + "status: {}\n");

        Assert.Equal(
            """{labels:{a:"b"},annotations:{c:"1"},creationTimestamp:"2026-01-31T12:00:00Z"}""",
            Sources.NodeText.Of(Section(json).Find("VirtualServices")!.Find("reviews")!.Find("metadata")));
    }

    [Fact]
    public void ToAppSettings_lists_of_every_form_are_walked_through()
    {
        var list = "{ \"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [ " + Gateway("a") + ", { \"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [ " + Gateway("b") + " ] } ] }";
        var result = MeshConversion.ToAppSettings(MeshDocument.FromIstioJson("a.json", list), MeshDocument.FromIstioJson("b.json", $"[ {Gateway("c")} ]"));

        Assert.Equal(["a", "b", "c"], Section(Converting.Text(result)).Find("Gateways")!.Properties.Select(entry => entry.Key));
    }

    [Fact]
    public void ToAppSettings_empty_documents_give_an_empty_section()
        => Assert.Empty(Section(Converting.ToJson("---\n---\n# nothing\n")).Properties);

    [Fact]
    public void ToAppSettings_a_kind_of_Istio_without_a_map_is_reported()
    {
        var result = MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("rules.yaml",
            Rule("name: reviews") + "---\napiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: { name: a }\nspec: {}\n"));

        var finding = Converting.LeftOut(result);
        Assert.Equal(("rules.yaml", 6), (finding.Source, finding.Line));
        Assert.Contains("EnvoyFilter of networking.istio.io/v1alpha3", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToAppSettings_an_object_that_is_no_rule_is_reported()
    {
        var result = MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("rules.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\n---\n" + Rule("name: reviews")));

        Assert.Contains("Deployment of apps/v1", Converting.LeftOut(result, MeshFindingSeverity.Info).Message, StringComparison.Ordinal);
        Assert.Contains("reviews", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ToAppSettings_the_same_object_in_two_documents_is_refused_with_both_places()
    {
        var result = MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", Rule("name: reviews")), MeshDocument.FromIstioYaml("b.yaml", "\n" + Rule("name: reviews")));

        var finding = Converting.Refused(result, FindingCodes.ConvertedTwice);
        Assert.Equal(("VirtualService reviews", "b.yaml", 2), (finding.Resource, finding.Source, finding.Line));
        Assert.Contains("a.yaml(1)", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToAppSettings_a_rule_that_the_mesh_refuses_gives_the_findings_of_loading_and_no_text()
    {
        var document = MeshDocument.FromIstioYaml("rules.yaml", Rule("name: reviews").Replace("http:", "htpp:", StringComparison.Ordinal));

        var result = MeshConversion.ToAppSettings(document);

        Assert.Null(result.Text);
        Assert.Equal(DocumentLoader.Load(document).Findings, result.Findings);
        Assert.Contains(result.Findings, finding => finding is { Code: FindingCodes.UnknownField, Line: 4 });
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: b\n c: d")]
    [InlineData("just text")]
    [InlineData("a: *b")]
    public void ToAppSettings_a_text_that_is_no_list_of_resources_is_refused(string yaml)
    {
        var document = MeshDocument.FromIstioYaml("rules.yaml", yaml);

        var result = MeshConversion.ToAppSettings(document);

        Assert.False(result.Succeeded);
        Assert.Equal(DocumentLoader.Load(document).Findings, result.Findings);
    }

    [Fact]
    public void ToAppSettings_one_bad_document_of_two_leaves_no_half_result()
        => Assert.Null(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", Rule("name: reviews")), MeshDocument.FromIstioYaml("b.yaml", "a: [")).Text);

    [Theory]
    [InlineData("0x50", "80")]
    [InlineData("1.50", "1.50")]
    public void ToAppSettings_numbers_stay_as_written_or_get_the_spelling_of_JSON(string yaml, string json)
        => Assert.Equal(json, Section(Converting.ToJson(GatewayYaml($"n: {yaml}"))).Find("Gateways")!.Find("edge")!.Find("n")!.Text);

    [Fact]
    public void ToAppSettings_a_number_that_JSON_does_not_have_is_refused()
        => Assert.Equal("spec.n[1]", Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", GatewayYaml("n: [ 1, .inf ]"))), FindingCodes.NotWritable).Path);

    [Fact]
    public void ToAppSettings_fields_that_differ_in_case_alone_are_refused()
        => Assert.Equal("spec.m", Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", GatewayYaml("M: 1, m: 2"))), FindingCodes.ConvertedTwice).Path);

    [Fact]
    public void ToAppSettings_keys_that_differ_in_case_alone_are_refused()
        => Assert.Equal("spec.m.a", Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", GatewayYaml("m: { A: 1, a: 2 }"))), FindingCodes.ConvertedTwice).Path);

    [Fact]
    public void ToAppSettings_half_a_surrogate_pair_is_refused()
        => Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", GatewayYaml("m: 'x\ud800'"))), FindingCodes.NotWritable);

    [Fact]
    public void ToAppSettings_a_field_of_the_spec_called_metadata_is_refused()
        => Assert.Equal("spec.metadata", Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", GatewayYaml("metadata: {}"))), FindingCodes.ConvertedTwice).Path);

    [Fact]
    public void ToAppSettings_what_would_be_nested_too_deep_to_be_read_again_is_refused()
    {
        var deepest = GatewayYaml("a: " + new string('[', 62) + new string(']', 62));
        Loading.NotRefused(Loading.Yaml(deepest));

        Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml", deepest)), FindingCodes.TooDeep);
    }

    [Theory]
    [InlineData("x-mesh: { routes: { a: [ 1 ] } }\n", "name: edge")]
    [InlineData("", "name: edge, annotations: { mesh-client/x-mesh: '{ \"routes\": { \"a\": [ 1 ] } }' }")]
    public void ToAppSettings_the_extension_comes_from_the_block_or_the_annotation(string block, string metadata)
    {
        var entry = Section(Converting.ToJson($"apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{ {metadata} }}\nspec: {{}}\n{block}")).Find("Gateways")!.Find("edge")!;

        Assert.Equal("{x-mesh:{routes:{a:[1]}}}", Sources.NodeText.Of(entry));
    }

    [Fact]
    public void ToAppSettings_other_annotations_stay_beside_the_extension()
    {
        var entry = Section(Converting.ToJson("apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: edge, annotations: { a: b, mesh-client/x-mesh: '{}' } }\n")).Find("Gateways")!.Find("edge")!;

        Assert.Equal("{metadata:{annotations:{a:\"b\"}},x-mesh:{}}", Sources.NodeText.Of(entry));
    }

    [Fact]
    public void ToAppSettings_an_extension_that_is_not_JSON_is_refused()
        => Assert.Equal("metadata.annotations.mesh-client/x-mesh", Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml",
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: edge, annotations: { mesh-client/x-mesh: '{ a' } }\n")), FindingCodes.NotReadable).Path);

    [Fact]
    public void ToAppSettings_block_and_annotation_together_are_refused()
        => Converting.Refused(MeshConversion.ToAppSettings(MeshDocument.FromIstioYaml("a.yaml",
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: edge, annotations: { mesh-client/x-mesh: '{}' } }\nx-mesh: {}\n")), FindingCodes.ConvertedTwice);

    [Fact]
    public void ToAppSettings_a_section_is_no_document_of_Istio()
        => Assert.Throws<ArgumentException>(() => MeshConversion.ToAppSettings(MeshDocument.FromMeshJson("a.json", "{}")));

    private static string Rule(string metadata) => $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ {metadata} }}\n{Spec}";

    private static string Gateway(string name) => $"{{ \"apiVersion\": \"networking.istio.io/v1\", \"kind\": \"Gateway\", \"metadata\": {{ \"name\": \"{name}\" }}, \"spec\": {{}} }}";

    private static string GatewayYaml(string spec) => $"apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{ name: edge }}\nspec: {{ {spec} }}\n";

    private static ConfigurationNode Section(string json) => JsonNodeReader.Read("a.json", json, "", PathStyle.Colons, [])!.Find("Mesh")!;
}
