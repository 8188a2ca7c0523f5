using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary>Istio's messages do not tell an empty text from one that is not written.</summary>
public sealed class EmptyTextTests
{
    private const string Reviews = "route: [ { destination: { host: reviews } } ]";

    [Theory]
    [InlineData("name: \"\", " + Reviews)]
    [InlineData("match: [ { name: \"\", sourceNamespace: \"\", uri: { exact: /a } } ], " + Reviews)]
    [InlineData("route: [ { destination: { host: reviews, subset: \"\" } } ]")]
    [InlineData("mirror: { host: a, subset: \"\" }, " + Reviews)]
    [InlineData("delegate: { name: a, namespace: \"\" }")]
    [InlineData("redirect: { uri: \"\", prefixRewrite: /b, authority: \"\", scheme: \"\" }, match: [ { uri: { prefix: /a } } ]")]
    [InlineData("rewrite: { uri: \"\", authority: b }, " + Reviews)]
    [InlineData("rewrite: { uri: \"\", uriRegexRewrite: { match: a, rewrite: b } }, " + Reviews)]
    [InlineData("directResponse: { status: 200, body: { string: \"\" } }")]
    public void Load_an_empty_text_in_a_rule_is_as_good_as_not_written(string rule) => Loading.Clean(Loading.Route($"- {{ {rule} }}\n"));

    [Theory]
    [InlineData("redirect: { uri: \"\" }", FindingCodes.BadRedirect, "redirect")]
    [InlineData("rewrite: { uri: \"\", authority: \"\" }, " + Reviews, FindingCodes.BadRewrite, "rewrite")]
    [InlineData("route: [ { destination: { host: \"\" } } ]", FindingCodes.MissingField, "route[0].destination.host")]
    public void Load_an_empty_text_where_one_is_needed_is_refused(string rule, string code, string path)
        => Loading.Refused(Loading.Route($"- {{ {rule} }}\n"), code, "spec.http[0]." + path);

    [Fact]
    public void Load_an_empty_subset_is_none()
        => Assert.Null(Loading.FirstRoute(Loading.Route("- route: [ { destination: { host: a, subset: \"\" } } ]\n")).Route[0].Subset);

    [Theory]
    [InlineData("sni: \"\"")]
    [InlineData("caCertificates: \"\"")]
    [InlineData("credentialName: \"\", caCrl: \"\", clientCertificate: \"\", privateKey: \"\"")]
    public void Load_an_empty_text_in_tls_is_as_good_as_not_written(string fields)
        => Loading.Clean(Loading.Destination($"trafficPolicy: {{ tls: {{ mode: SIMPLE, {fields} }} }}\n"));

    [Fact]
    public void Load_empty_localities_and_protocols_are_none()
    {
        var document = Loading.Section("""
            { "Workload": { "Name": "", "Locality": "" }, "Services": { "a": { "Ports": [ { "Number": 80, "Name": "", "Protocol": "" } ], "Endpoints": [ { "Address": "10.0.0.1", "Locality": "" } ] } },
              "WorkloadEntries": { "w": { "address": "10.0.0.1", "locality": "" } },
              "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "http", "protocol": "" } ], "endpoints": [ { "address": "10.0.0.1", "locality": "" } ] } } }
            """);

        Loading.Clean(document);
        Assert.Null(document.Configuration.Workload.Locality);
        Assert.Null(document.Configuration.Services[0].Endpoints[0].Locality);
        Assert.Null(document.Configuration.WorkloadEntries[0].Locality);
        Assert.Null(document.Configuration.ServiceEntries[0].Ports[0].Protocol);
    }
}
