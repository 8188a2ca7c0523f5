using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Conversion;

public sealed class SectionToIstioTests
{
    [Fact]
    public void ToIstioYaml_rules_become_documents_in_the_order_of_the_section()
        => Assert.Equal("""
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata:
              name: a
              namespace: prod
              labels:
                app: "1"
            spec:
              mtls:
                mode: STRICT
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata:
              name: reviews
            spec:
              host: reviews
              trafficPolicy:
                outlierDetection:
                  consecutive5xxErrors: 5
                  interval: 10s

            """, Converting.ToYaml("""
            { "PeerAuthentications": { "prod/a": { "metadata": { "labels": { "app": "1" } }, "mtls": { "mode": "STRICT" } } },
              "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 5, "interval": "10s" } } } } }
            """), ignoreLineEndingDifferences: true);

    [Fact]
    public void ToIstioYaml_routes_become_objects_of_the_Gateway_API()
        => Assert.Equal("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata:
              name: a
            spec:
              parentRefs:
              - group: ""
                kind: Service
                name: a
              rules:
              - backendRefs:
                - name: a
                  port: 80

            """, Converting.ToYaml("""
            { "HTTPRoutes": { "a": { "parentRefs": [ { "group": "", "Kind": "Service", "name": "a" } ], "rules": [ { "BackendRefs": [ { "name": "a", "port": 80 } ] } ] } } }
            """), ignoreLineEndingDifferences: true);

    [Theory]
    [InlineData("yes")]
    [InlineData("Off")]
    [InlineData("n")]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("1e5")]
    [InlineData("1_000")]
    [InlineData("12:30:45")]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("0x1")]
    [InlineData("0o7")]
    [InlineData(".inf")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T12:00:00Z")]
    [InlineData("*")]
    [InlineData("*.example.com")]
    [InlineData(" lead")]
    [InlineData("trail ")]
    [InlineData("a: b")]
    [InlineData("a:")]
    [InlineData("a #b")]
    [InlineData("a\nb\n")]
    [InlineData("\ttab")]
    [InlineData("- a")]
    [InlineData("[a]")]
    [InlineData("'a'")]
    [InlineData("true")]
    [InlineData("<<")]
    [InlineData("---")]
    [InlineData("\u0000\u001b\u0085\u2028\ufeff\U0001F600")]
    public void ToIstioYaml_text_that_YAML_would_read_otherwise_is_quoted(string text)
    {
        var yaml = Converting.ToYaml($$"""{ "Gateways": { "edge": { "v": {{System.Text.Json.JsonSerializer.Serialize(text)}} } } }""");

        Assert.Contains("\n  v: \"", yaml, StringComparison.Ordinal);
        var value = Assert.Single(YamlNodeReader.Read("a.yaml", yaml, [])).Find("spec")!.Find("v")!;
        Assert.Equal((NodeKind.String, text), (value.Kind, value.Text));
    }

    [Theory]
    [InlineData("reviews.default.svc.cluster.local")]
    [InlineData("10s")]
    [InlineData("1.5ms")]
    [InlineData("/ratings/v2")]
    [InlineData("prod/a, prod/b")]
    [InlineData("a:b")]
    public void ToIstioYaml_text_that_can_only_be_text_stands_plain(string text)
        => Assert.Contains($"\n  v: {text}\n", Converting.ToYaml($$"""{ "Gateways": { "edge": { "v": "{{text}}" } } }"""), StringComparison.Ordinal);

    [Fact]
    public void ToIstioYaml_a_long_text_stays_on_one_line()
    {
        var text = string.Concat(Enumerable.Repeat("word: ", 60)) + "end";

        Assert.Contains($"\n  v: \"{text}\"\n", Converting.ToYaml($$"""{ "Gateways": { "edge": { "v": "{{text}}" } } }"""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.50")]
    [InlineData("-0")]
    [InlineData("1E400")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("true")]
    public void ToIstioYaml_numbers_and_empty_values_stay_as_written(string json)
        => Assert.Contains($"\n  v: {json}\n", Converting.ToYaml($$"""{ "Gateways": { "edge": { "v": {{json}} } } }"""), StringComparison.Ordinal);

    [Fact]
    public void ToIstioYaml_names_and_values_that_the_schema_knows_get_its_spelling_and_others_stay()
    {
        var yaml = Converting.ToYaml("""
            { "destinationrules": { "a": { "HOST": "a", "TrafficPolicy": { "LoadBalancer": { "Simple": "round_robin" }, "outlier_detection": { "Interval": "1s" } },
                "Subsets": [ { "Name": "v1", "Labels": { "App": "Yes" } } ] } },
              "Gateways": { "edge": { "Servers": [], "Later": [] } } }
            """);

        Assert.Contains("""
              host: a
              trafficPolicy:
                loadBalancer:
                  simple: ROUND_ROBIN
                outlierDetection:
                  interval: 1s
              subsets:
              - name: v1
                labels:
                  App: "Yes"
            """.ReplaceLineEndings("\n"), yaml, StringComparison.Ordinal);
        Assert.Contains("  servers: []\n  Later: []", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Namespace", "\"prod\"")]
    [InlineData("Domain", "\"a.local\"")]
    [InlineData("Workload", "{ \"Name\": \"a\" }")]
    [InlineData("OutboundTrafficPolicy", "{ \"Mode\": \"ALLOW_ANY\" }")]
    [InlineData("DefaultDiscovery", "\"None\"")]
    [InlineData("Seed", "5")]
    [InlineData("Propagation", "{}")]
    [InlineData("Dns", "{}")]
    [InlineData("x-mesh", "{}")]
    public void ToIstioYaml_a_setting_is_reported(string key, string value)
    {
        var result = MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("appsettings.json", $$"""{ "Gateways": { "edge": {} }, "{{key}}": {{value}} }"""));

        Assert.Equal($"Mesh:{key}", Converting.LeftOut(result).Path);
        Assert.StartsWith("apiVersion", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ToIstioYaml_the_namespace_that_is_left_out_is_named()
        => Assert.Contains("prod", Converting.LeftOut(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json", """{ "Namespace": "prod" }"""))).Fix, StringComparison.Ordinal);

    [Fact]
    public void ToIstioYaml_a_file_with_other_sections_is_read_too()
        => Assert.StartsWith("apiVersion", Converting.ToYaml("""
            { "Logging": { "LogLevel": {} }, // not ours
              "mesh": { "Gateways": { "edge": {} } } }
            """), StringComparison.Ordinal);

    [Fact]
    public void ToIstioYaml_a_section_that_is_spread_over_the_file_is_refused()
        => Converting.Refused(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json", """{ "Mesh": {}, "Mesh:Namespace": "prod" }""")), FindingCodes.DuplicateKey);

    [Fact]
    public void ToIstioYaml_an_empty_section_is_an_empty_text() => Assert.Equal("", Converting.ToYaml("{}"));

    [Fact]
    public void ToIstioYaml_a_section_that_the_mesh_refuses_gives_the_findings_of_loading_and_no_text()
    {
        var document = MeshDocument.FromMeshJson("appsettings.json", "{ \"Gateways\": { \"edge\": {} },\n\"VirtualService\": {} }");

        var result = MeshConversion.ToIstioYaml(document);

        Assert.Null(result.Text);
        Assert.Equal(DocumentLoader.Load(document).Findings, result.Findings);
        Assert.Contains(result.Findings, finding => finding is { Code: FindingCodes.UnknownField, Line: 2 });
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{ \"a\": \"\\ud800\" }")]
    public void ToIstioYaml_a_text_that_is_no_section_is_refused(string json)
        => Assert.False(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json", json)).Succeeded);

    [Fact]
    public void ToIstioYaml_the_extension_becomes_the_annotation()
        => Assert.Contains("""
              annotations:
                mesh-client/x-mesh: "{\"routes\":{\"a\":[1.0,\"x\"]}}"
            spec: {}
            """.ReplaceLineEndings("\n"), Converting.ToYaml("""{ "Gateways": { "edge": { "metadata": { "annotations": null }, "X-Mesh": { "routes": { "a": [ 1.0, "x" ] } } } } }"""), StringComparison.Ordinal);

    [Fact]
    public void ToIstioYaml_extension_and_annotation_together_are_refused()
        => Converting.Refused(MeshConversion.ToIstioYaml(MeshDocument.FromMeshJson("a.json",
            """{ "Gateways": { "edge": { "metadata": { "annotations": { "mesh-client/x-mesh": "{}" } }, "x-mesh": {} } } }""")), FindingCodes.ConvertedTwice);

    [Fact]
    public void ToIstioYaml_resources_are_no_section()
        => Assert.Throws<ArgumentException>(() => MeshConversion.ToIstioYaml(MeshDocument.FromIstioYaml("a.yaml", "")));
}
