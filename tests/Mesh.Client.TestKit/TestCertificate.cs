using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.TestKit;

/// <summary>Self-made certificates and clients that trust exactly one of them.</summary>
internal static class TestCertificate
{
    /// <summary>A server certificate for the given DNS names, its own issuer.</summary>
    public static X509Certificate2 For(params string[] names) => Make(names, "1.3.6.1.5.5.7.3.1");

    /// <summary>As <see cref="For"/>, of another time.</summary>
    public static X509Certificate2 During(DateTimeOffset start, DateTimeOffset end, string name) => Make([name], "1.3.6.1.5.5.7.3.1", start, end);

    /// <summary>A certificate that a client may show.</summary>
    public static X509Certificate2 ForClient(string name) => Make([name], "1.3.6.1.5.5.7.3.2");

    /// <summary>Client settings that trust <paramref name="certificate"/> and check the server's name as usual.</summary>
    public static SslClientAuthenticationOptions Trusting(X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }

    private static X509Certificate2 Make(string[] names, string usage)
    {
        var now = TimeProvider.System.GetUtcNow();
        return Make(names, usage, now.AddDays(-1), now.AddDays(30));
    }

    private static X509Certificate2 Make(string[] names, string usage, DateTimeOffset start, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        return request.CreateSelfSigned(start, end);
    }
}
