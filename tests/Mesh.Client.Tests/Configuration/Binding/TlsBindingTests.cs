using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class TlsBindingTests
{
    [Fact]
    public void Load_simple_tls_is_clean()
    {
        var document = Load("{ mode: SIMPLE, sni: a.example, caCertificates: /ca.pem, subjectAltNames: [ b.example, \"spiffe://c/d\" ] }");

        Loading.Clean(document);
        var tls = Loading.FirstDestination(document).TrafficPolicy!.Tls!;
        Assert.Equal((TlsMode.Simple, "a.example", "/ca.pem", 2), (tls.Mode, tls.Sni, tls.CaCertificates, tls.SubjectAltNames.Count));
    }

    [Fact]
    public void Load_tls_that_checks_nothing_is_told()
        => Loading.Warned(Load("{ mode: SIMPLE, insecureSkipVerify: true }"), FindingCodes.BadTls, "spec.trafficPolicy.tls.insecureSkipVerify");

    [Theory]
    [InlineData("{ sni: a.example }", "")]
    [InlineData("{ mode: DISABLE, caCertificates: /a }", "")]
    [InlineData("{ mode: SIMPLE, clientCertificate: /a }", ".clientCertificate")]
    public void Load_tls_fields_without_effect_are_told(string tls, string path)
        => Loading.Warned(Load(tls), FindingCodes.BadTls, "spec.trafficPolicy.tls" + path);

    [Theory]
    [InlineData("{ mode: SIMPLE, credentialName: a }", "tls credentialName")]
    [InlineData("{ mode: SIMPLE, caCrl: /a }", "tls caCrl")]
    [InlineData("{ mode: MUTUAL, clientCertificate: /a, privateKey: /b }", "tls mode MUTUAL")]
    public void Load_tls_that_is_not_built_closes_the_host(string tls, string what)
    {
        var document = Load(tls);

        Loading.Secured(document, "spec.trafficPolicy.tls");
        Assert.Equal(what, Loading.FirstDestination(document).TrafficPolicy!.Tls!.Unbuilt);
    }

    [Theory]
    [InlineData("{ mode: SIMPEL }", FindingCodes.UnknownValue, "mode")]
    [InlineData("{ mode: SIMPLE, sni: \"a:443\" }", FindingCodes.BadTls, "sni")]
    [InlineData("{ mode: SIMPLE, subjectAltNames: [ \" \" ] }", FindingCodes.BadTls, "subjectAltNames[0]")]
    [InlineData("{ mode: SIMPLE, subjectAltNames: [ \"*.a.example\", \"a b\" ] }", FindingCodes.BadTls, "subjectAltNames[1]")]
    [InlineData("{ mode: SIMPLE, insecureSkipVerify: 1 }", FindingCodes.WrongType, "insecureSkipVerify")]
    public void Load_tls_that_cannot_be_read_is_refused(string tls, string code, string field)
        => Loading.Refused(Load(tls), code, "spec.trafficPolicy.tls." + field);

    [Fact]
    public void Load_two_settings_of_one_port_are_refused()
        => Loading.Refused(
            Loading.Destination("trafficPolicy:\n  portLevelSettings: [ { port: { number: 80 } }, { port: { number: 80 } } ]\n"),
            FindingCodes.DuplicatePort,
            "spec.trafficPolicy.portLevelSettings[1]");

    private static LoadedDocument Load(string tls) => Loading.Destination($"trafficPolicy:\n  tls: {tls}\n");
}
