using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

public sealed class SuppressionTests
{
    private const string Istio = "galley.istio.io/analyze-suppress";
    private const string Own = "mesh-client/suppress";
    private const string Kiali = "kiali.io/ignore-validations";

    [Theory]
    [InlineData(Istio, "IST0130")]
    [InlineData(Istio, "IST0101, IST0130")]
    [InlineData(Istio, "*")]
    [InlineData(Own, "MESH0209")]
    [InlineData(Own, "mesh0209,KIA1107")]
    [InlineData(Own, "IST0130")]
    [InlineData(Kiali, "")]
    [InlineData(Kiali, "MESH0209")]
    public void Load_a_suppressed_finding_is_not_told(string annotation, string codes) => Loading.Clean(Unreachable(annotation, codes));

    [Theory]
    [InlineData(Own, "IST0131")]
    [InlineData(Own, "")]
    [InlineData(Istio, "")]
    [InlineData(Kiali, "KIA1107,KIA0601")]
    [InlineData("istio.io/suppress", "*")]
    public void Load_another_finding_is_told(string annotation, string codes) => Loading.Warned(Unreachable(annotation, codes), FindingCodes.Unreachable, "spec.http[1]");

    [Fact]
    public void Load_an_error_is_told_and_refuses_whatever_is_suppressed()
        => Loading.Refused(Rule($"{Own}: '*'", "timeout: 3"), FindingCodes.BadDuration, "spec.http[0].timeout");

    [Fact]
    public void Load_a_suppression_ends_with_its_object()
        => Assert.Single(Loading.Yaml(Text($"{Own}: '*'", "name: a") + "  - name: b\n    route:\n    - destination: { host: a }\n---\n"
            + Text("a: b", "name: a") + "  - name: b\n    route:\n    - destination: { host: a }\n").Findings);

    [Theory]
    [InlineData(Own, "MESH0209,MESH9999")]
    [InlineData(Istio, "IST9999")]
    [InlineData(Kiali, "KIA1107, KIA9999")]
    public void Load_a_code_that_does_not_exist_is_told(string annotation, string codes)
    {
        var document = Rule($"{annotation}: \"{codes}\"", "name: a");

        Assert.Contains("9999'", Loading.Informed(document, FindingCodes.BadSuppression, $"metadata.annotations.{annotation}").Message, StringComparison.Ordinal);
        Assert.Single(document.Findings);
    }

    [Theory]
    [InlineData(Istio, "IST0108")]
    [InlineData(Kiali, "KIA0301")]
    public void Load_what_istioctl_or_Kiali_alone_finds_may_be_suppressed(string annotation, string code) => Loading.Clean(Rule($"{annotation}: {code}", "name: a"));

    [Theory]
    [InlineData(Istio, "IST0101", 0)]
    [InlineData(Kiali, "KIA1107", 0)]
    [InlineData(Kiali, "IST0101", 0)]
    [InlineData(Kiali, "KIA1106", 1)]
    public void Merge_the_codes_of_each_annotation_are_aliases_of_ours(string annotation, string codes, int left)
        => Assert.Equal(left, ConfigurationMerger.Merge([Loading.Yaml(Text($"{annotation}: \"{codes}\"", "name: a").Replace("{ host: a }", "{ host: a, subset: v1 }", StringComparison.Ordinal))]).Findings.Count);

    [Theory]
    [InlineData("IST0101", 0)]
    [InlineData("MESH0703", 0)]
    [InlineData("IST0109", 1)]
    public void Merge_findings_across_documents_are_suppressed_in_the_section_too(string codes, int left)
    {
        var document = Loading.Section($$"""
            { "VirtualServices": { "a": { "metadata": { "annotations": { "{{Own}}": "{{codes}}" } }, "hosts": [ "a" ], "http": [ { "route": [ { "destination": { "host": "a", "subset": "v1" } } ] } ] } } }
            """);

        Assert.Equal(left, document.Findings.Count + ConfigurationMerger.Merge([document]).Findings.Count);
    }

    private static LoadedDocument Unreachable(string annotation, string codes)
        => Loading.Yaml(Text($"{annotation}: \"{codes}\"", "name: a") + "  - name: b\n    route:\n    - destination: { host: a }\n");

    private static LoadedDocument Rule(string annotation, string field) => Loading.Yaml(Text(annotation, field));

    private static string Text(string annotation, string field) => $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: reviews
          annotations:
            {annotation}
        spec:
          hosts: [ reviews ]
          http:
          - {field}
            route:
            - destination: {"{ host: a }"}

        """;
}
