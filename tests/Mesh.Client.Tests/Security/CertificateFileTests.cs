using Mesh.Client.Security;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Configuration.Sources;

namespace Mesh.Client.Tests.Security;

public sealed class CertificateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static bool HasLinks => !OperatingSystem.IsWindows();

    public void Dispose() => _folder.Dispose();

    [Fact(SkipUnless = nameof(HasLinks), Skip = "links need rights here")]
    public void Read_follows_a_swapped_link_as_Kubernetes_makes_it()
    {
        using var first = TestCertificate.For("a.example");
        using var second = TestCertificate.For("b.example");
        _folder.Write("..1/ca.pem", first.ExportCertificatePem());
        _folder.Write("..2/ca.pem", second.ExportCertificatePem());
        File.CreateSymbolicLink(_folder.PathOf("..data"), "..1");
        File.CreateSymbolicLink(_folder.PathOf("ca.pem"), "..data/ca.pem");
        var file = new CertificateFile(_folder.PathOf("ca.pem"), "rule");
        Assert.Equal(first.Thumbprint, Assert.Single(file.Read()).Thumbprint);

        File.Delete(_folder.PathOf("..data"));
        File.CreateSymbolicLink(_folder.PathOf("..data"), "..2");

        Assert.Equal(second.Thumbprint, Assert.Single(file.Read()).Thumbprint);
    }

    [Fact]
    public void Read_takes_every_certificate_and_parses_an_unchanged_file_once()
    {
        using var first = TestCertificate.For("a.example");
        using var second = TestCertificate.For("b.example");
        var file = new CertificateFile(_folder.Write("ca.pem", first.ExportCertificatePem() + "\n" + second.ExportCertificatePem()), "rule");
        var read = file.Read();

        Assert.Equal(2, read.Count);
        Assert.Same(read, file.Read());
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public void Read_of_a_file_without_certificates_names_file_and_rule(string text)
    {
        var path = _folder.Write("ca.pem", text);
        var failure = Assert.Throws<CertificateFileException>(() => new CertificateFile(path, "DestinationRule default/shop").Read());

        Assert.Contains($"caCertificates '{path}' of DestinationRule default/shop cannot be used", failure.Message, StringComparison.Ordinal);
    }
}
