using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.TestKit;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

public sealed class ClientIdentityTests
{
    [Fact]
    public void Same_certificate_in_another_object_is_the_same_identity()
    {
        using var certificate = TestCertificate.ForClient("caller");
        using var again = new X509Certificate2(certificate);
        Assert.Equal(IdentityOf(certificate), IdentityOf(again));
        Assert.Equal(IdentityOf(certificate)!.GetHashCode(), IdentityOf(again)!.GetHashCode());
    }

    [Fact]
    public void Other_certificate_of_the_same_name_is_another_identity()
    {
        using var certificate = TestCertificate.ForClient("caller");
        using var renewed = TestCertificate.ForClient("caller");
        Assert.NotEqual(IdentityOf(certificate), IdentityOf(renewed));
    }

    [Fact]
    public void Certificate_that_is_not_for_clients_or_has_no_key_is_passed_over()
    {
        using var server = TestCertificate.For("caller");
        using var full = TestCertificate.ForClient("keyless");
        using var keyless = X509CertificateLoader.LoadCertificate(full.RawData);
        using var certificate = TestCertificate.ForClient("caller");
        Assert.Equal(IdentityOf(certificate), IdentityOf(server, keyless, certificate));
    }

    [Fact]
    public void No_certificate_for_clients_is_no_identity()
    {
        using var server = TestCertificate.For("caller");
        Assert.Null(IdentityOf(server));
    }

    [Fact]
    public void Identity_outlives_the_object_that_the_application_disposes()
    {
        var certificate = TestCertificate.ForClient("caller");
        var identity = IdentityOf(certificate)!;
        certificate.Dispose();

        var shown = Assert.IsType<X509Certificate2>(identity.Select(this, "shop", [], null, []));
        Assert.Equal("CN=caller", shown.Subject);
        Assert.True(shown.HasPrivateKey);
    }

    private static ClientIdentity? IdentityOf(params X509Certificate2[] certificates)
    {
        using var handler = new HttpClientHandler();
        handler.ClientCertificates.AddRange(certificates);
        return ClientIdentity.Of(handler);
    }
}
