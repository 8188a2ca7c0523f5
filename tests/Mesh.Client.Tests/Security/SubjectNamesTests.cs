using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.Security;

namespace Mesh.Client.Tests.Security;

public sealed class SubjectNamesTests
{
    [Theory]
    [InlineData("a.example", true)]
    [InlineData("A.EXAMPLE", true)]
    [InlineData("b.a.example", false)]
    [InlineData("x.wild.example", true)]
    [InlineData("x.y.wild.example", false)]
    [InlineData("*.wild.example", true)]
    [InlineData("*.a.example", false)]
    [InlineData("my_service.ns", false)]
    [InlineData("common", false)]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.2", false)]
    [InlineData("spiffe://cluster.local/ns/default/sa/shop", true)]
    [InlineData("spiffe://cluster.local/ns/default/sa/other", false)]
    public void Carries_knows_names_addresses_and_uris(string name, bool expected)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.example");
        names.AddDnsName("*.wild.example");
        names.AddIpAddress(IPAddress.Parse("10.0.0.1"));
        names.AddUri(new Uri("spiffe://cluster.local/ns/default/sa/shop"));
        using var certificate = Certificate(names.Build());

        Assert.Equal(expected, SubjectNames.Carries(certificate, name));
    }

    [Theory]
    [InlineData("common")]
    [InlineData("spiffe://cluster.local/ns/default/sa/shop")]
    public void Certificate_without_alternative_names_carries_none(string name)
    {
        using var certificate = Certificate();

        Assert.False(SubjectNames.Carries(certificate, name));
    }

    [Fact]
    public void Names_that_cannot_be_read_are_not_carried()
    {
        using var certificate = Certificate(new X509Extension("2.5.29.17", [0x30, 0x05, 0x86, 0x7F], critical: false));

        Assert.False(SubjectNames.Carries(certificate, "spiffe://a/b"));
    }

    private static X509Certificate2 Certificate(params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=common", key, HashAlgorithmName.SHA256);
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
