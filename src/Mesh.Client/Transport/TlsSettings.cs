using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Transport;

/// <summary>A value of what <see cref="SslClientAuthenticationOptions"/> holds, which itself compares by reference only.</summary>
internal sealed record TlsSettings
{
    public bool AllowRenegotiation { get; init; }

    public bool AllowRsaPkcs1Padding { get; init; }

    public bool AllowRsaPssPadding { get; init; }

    public bool AllowTlsResume { get; init; }

    public X509ChainPolicy? CertificateChainPolicy { get; init; }

    public X509RevocationMode CertificateRevocationCheckMode { get; init; }

    public CipherSuitesPolicy? CipherSuitesPolicy { get; init; }

    public SslStreamCertificateContext? ClientCertificateContext { get; init; }

    public X509CertificateCollection? ClientCertificates { get; init; }

    /// <summary>In place of <see cref="LocalCertificateSelectionCallback"/>.</summary>
    public ClientIdentity? ClientIdentity { get; init; }

    public SslProtocols EnabledSslProtocols { get; init; }

    public EncryptionPolicy EncryptionPolicy { get; init; }

    public LocalCertificateSelectionCallback? LocalCertificateSelectionCallback { get; init; }

    public RemoteCertificateValidationCallback? RemoteCertificateValidationCallback { get; init; }

    /// <summary>In place of <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public ServerCertificateCheck? ServerCertificateCheck { get; init; }

    public static TlsSettings From(SslClientAuthenticationOptions options) => new()
    {
        AllowRenegotiation = options.AllowRenegotiation,
        AllowRsaPkcs1Padding = options.AllowRsaPkcs1Padding,
        AllowRsaPssPadding = options.AllowRsaPssPadding,
        AllowTlsResume = options.AllowTlsResume,
        CertificateChainPolicy = options.CertificateChainPolicy,
        CertificateRevocationCheckMode = options.CertificateRevocationCheckMode,
        CipherSuitesPolicy = options.CipherSuitesPolicy,
        ClientCertificateContext = options.ClientCertificateContext,
        ClientCertificates = options.ClientCertificates,
        EnabledSslProtocols = options.EnabledSslProtocols,
#pragma warning disable SYSLIB0040 // copied as it is; whether it is wise is the application's choice
        EncryptionPolicy = options.EncryptionPolicy,
#pragma warning restore SYSLIB0040
        LocalCertificateSelectionCallback = options.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
    };

    public static TlsSettings From(HttpClientHandler handler) => From(new SslClientAuthenticationOptions()) with
    {
        CertificateRevocationCheckMode = handler.CheckCertificateRevocationList ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
        ClientIdentity = ClientIdentity.Of(handler),
        EnabledSslProtocols = handler.SslProtocols,
        ServerCertificateCheck = handler.ServerCertificateCustomValidationCallback is { } callback ? new(callback) : null,
    };

    public void ApplyTo(SslClientAuthenticationOptions options)
    {
        options.AllowRenegotiation = AllowRenegotiation;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            options.AllowRsaPkcs1Padding = AllowRsaPkcs1Padding;
            options.AllowRsaPssPadding = AllowRsaPssPadding;
        }

        options.AllowTlsResume = AllowTlsResume;
        options.CertificateChainPolicy = CertificateChainPolicy;
        options.CertificateRevocationCheckMode = CertificateRevocationCheckMode;
        options.CipherSuitesPolicy = CipherSuitesPolicy;
        options.ClientCertificateContext = ClientCertificateContext;
        options.ClientCertificates = ClientCertificates;
        options.EnabledSslProtocols = EnabledSslProtocols;
#pragma warning disable SYSLIB0040
        options.EncryptionPolicy = EncryptionPolicy;
#pragma warning restore SYSLIB0040
        options.LocalCertificateSelectionCallback = ClientIdentity is null ? LocalCertificateSelectionCallback : ClientIdentity.Select;
        options.RemoteCertificateValidationCallback
            = ServerCertificateCheck is null ? RemoteCertificateValidationCallback : ServerCertificateCheck.IsValid;
    }
}
