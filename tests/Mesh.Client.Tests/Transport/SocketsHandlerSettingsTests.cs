using System.Net.Security;
using System.Reflection;
using Mesh.Client.Model;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Transport;

/// <summary>What becomes of every property of a client's SocketsHttpHandler.</summary>
public sealed class SocketsHandlerSettingsTests
{
    /// <summary>In the order of <see cref="TransportPolicy"/>, then what is refused, what happens above, and what has no meaning there.</summary>
    private static readonly string[] SocketsSettings =
    [
        "ActivityHeadersPropagator", "AutomaticDecompression", "ConnectTimeout", "EnableMultipleHttp2Connections", "Expect100ContinueTimeout",
        "InitialHttp2StreamWindowSize", "KeepAlivePingDelay", "KeepAlivePingPolicy", "KeepAlivePingTimeout", "MaxConnectionsPerServer",
        "MaxResponseDrainSize", "MaxResponseHeadersLength", "MeterFactory", "PooledConnectionIdleTimeout", "PooledConnectionLifetime",
        "RequestHeaderEncodingSelector", "ResponseDrainTimeout", "ResponseHeaderEncodingSelector", "SslOptions",
        "ConnectCallback", "Credentials", "PlaintextStreamFilter", "Proxy",
        "AllowAutoRedirect", "CookieContainer", "MaxAutomaticRedirections", "UseCookies",
        "DefaultProxyCredentials", "EnableMultipleHttp3Connections", "PreAuthenticate", "Properties", "UseProxy",
    ];

    /// <summary>Those of <see cref="TlsSettings"/>, then what SocketsHttpHandler sets itself for each connection.</summary>
    private static readonly string[] TlsOptions =
    [
        "AllowRenegotiation", "AllowRsaPkcs1Padding", "AllowRsaPssPadding", "AllowTlsResume", "CertificateChainPolicy",
        "CertificateRevocationCheckMode", "CipherSuitesPolicy", "ClientCertificateContext", "ClientCertificates", "EnabledSslProtocols",
        "EncryptionPolicy", "LocalCertificateSelectionCallback", "RemoteCertificateValidationCallback",
        "ApplicationProtocols", "TargetHost",
    ];

    [Fact]
    public void Properties_of_SocketsHttpHandler_are_all_accounted_for()
        => Assert.Equal(SocketsSettings.Order(StringComparer.Ordinal), PropertiesOf<SocketsHttpHandler>());

    [Fact]
    public void Properties_of_SslClientAuthenticationOptions_are_all_accounted_for()
        => Assert.Equal(TlsOptions.Order(StringComparer.Ordinal), PropertiesOf<SslClientAuthenticationOptions>());

    [Fact]
    public void Tls_paddings_that_SocketsHttpHandler_refuses_stay_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "The settings exist on Linux and Windows.");
#pragma warning disable CA1416 // skipped above
        using var sockets = new SocketsHttpHandler { SslOptions = new() { AllowRsaPkcs1Padding = false } };
        using var made = TransportPolicy.FromPrimaryHandler(sockets)!.CreateHandler(new ConnectionPolicy { ConnectTimeout = TimeSpan.FromSeconds(1) });
        Assert.False(made.SslOptions.AllowRsaPkcs1Padding);
#pragma warning restore CA1416
    }

    private static IEnumerable<string> PropertiesOf<T>()
        => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).Order(StringComparer.Ordinal);
}
