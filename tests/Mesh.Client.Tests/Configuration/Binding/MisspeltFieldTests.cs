using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary>One mistake is one finding: what only follows from a misspelt name is not told beside it.</summary>
public sealed class MisspeltFieldTests
{
    [Theory]
    [InlineData("http:\n  - route:\n    - { destination: { host: a }, weigth: 90 }\n    - { destination: { host: b }, weigth: 10 }", "hosts", "spec.http[0].route[0].weigth", 2)]
    [InlineData("http:\n  - rotue:\n    - destination: { host: a }", "hosts", "spec.http[0].rotue", 1)]
    [InlineData("http:\n  - rediretc: { uri: /a }", "hosts", "spec.http[0].rediretc", 1)]
    [InlineData("http:\n  - delegat: { name: a }", "hosts", "spec.http[0].delegat", 1)]
    [InlineData("http:\n  - route:\n    - destinaton: { host: a }", "hosts", "spec.http[0].route[0].destinaton", 1)]
    [InlineData("http:\n  - route:\n    - destination: { hots: a }", "hosts", "spec.http[0].route[0].destination.hots", 1)]
    [InlineData("http:\n  - route:\n    - destination: { host: a, port: { nubmer: 1 } }", "hosts", "spec.http[0].route[0].destination.port.nubmer", 1)]
    [InlineData("htpt:\n  - route:\n    - destination: { host: a }", "hosts", "spec.htpt", 1)]
    [InlineData("gateways: [ mesh ]\n  http:\n  - delegate: { name: a }", "hosst", "spec.hosst", 1)]
    public void Load_a_misspelt_field_of_a_VirtualService_is_the_only_finding(string spec, string hosts, string path, int findings)
    {
        var document = Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ name: a }}\nspec:\n  {hosts}: [ a ]\n  {spec}\n");

        Loading.Refused(document, FindingCodes.UnknownField, path);
        Assert.True(document.Findings.Count == findings, string.Join('\n', document.Findings));
    }

    [Fact]
    public void Load_a_missing_field_beside_an_unknown_one_that_is_not_alike_is_told()
    {
        var document = Loading.Route("- route:\n  - destination: { colour: red }");

        Loading.Refused(document, FindingCodes.UnknownField, "spec.http[0].route[0].destination.colour");
        Loading.Refused(document, FindingCodes.MissingField, "spec.http[0].route[0].destination");
    }

    [Fact]
    public void Load_a_misspelt_name_of_an_unnamed_object_refuses_it()
        => Loading.Refused(Loading.Yaml("apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { nam: a }\n"), FindingCodes.UnknownField, "metadata.nam");

    [Fact]
    public void Load_a_misspelt_kind_is_not_passed_over()
        => Assert.True(Loading.Yaml("apiVersion: networking.istio.io/v1\nkinds: Sidecar\nmetadata: { name: a }\n").IsRefused);
}
