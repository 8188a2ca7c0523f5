using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Kubernetes.Access;

/// <summary>The connections to an API server, of this process alone and outside of the mesh.</summary>
/// <remarks>The client library's own handler takes any name from a server whose certificate a private authority has issued; here the name is checked
/// always, by the framework.</remarks>
internal static class ApiTransport
{
    /// <summary>A server or a network that is gone is noticed by pings within this and <see cref="PingLimit"/>, also between two events.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    public static SocketsHttpHandler Create(TransportSettings settings, string place)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectLimit,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingLimit,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            // Each watch is a stream, and servers allow some 250 on a connection.
            EnableMultipleHttp2Connections = true,
            AutomaticDecompression = DecompressionMethods.GZip,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            SslOptions = Tls(settings, place),
        };
        if (settings.Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions Tls(TransportSettings settings, string place)
    {
        var options = new SslClientAuthenticationOptions { ClientCertificateContext = ClientCertificate(settings, place) };
        if (settings.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            ImportAuthorities(options.CertificateChainPolicy.CustomTrustStore, authorities, place);
        }

        if (settings.SkipsTlsCheck)
        {
#pragma warning disable CA5359 // insecure-skip-tls-verify says so in the user's own file
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else
        {
            var name = settings.TlsServerName ?? settings.Server.IdnHost;
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors)
                => errors == SslPolicyErrors.None ? true : throw new AuthenticationException(Explain(certificate, chain, errors, name, place));
        }

        return options;
    }

    private static void ImportAuthorities(X509Certificate2Collection store, string authorities, string place)
    {
        try
        {
            store.ImportFromPem(authorities);
        }
        catch (CryptographicException exception)
        {
            throw new KubernetesAccessException($"The certificate-authority of {place} is no certificate in PEM: {exception.Message}", exception);
        }

        if (store.Count == 0)
        {
            throw new KubernetesAccessException($"The certificate-authority of {place} holds no certificate in PEM.");
        }
    }

    private static SslStreamCertificateContext? ClientCertificate(TransportSettings settings, string place)
    {
        if (settings.ClientCertificate is not { } pem)
        {
            return null;
        }

        try
        {
            var certificate = X509Certificate2.CreateFromPem(pem, settings.ClientKey);
            if (OperatingSystem.IsWindows())
            {
                // Its TLS takes no key that was never in a store.
                certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
            }

            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new KubernetesAccessException($"The client certificate of {place} and its key cannot be used: {exception.Message}", exception);
        }
    }

    private static string Explain(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string name, string place)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return $"The server shows no certificate ({place}).";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var names = certificate is X509Certificate2 full ? string.Join(", ", Names(full).DefaultIfEmpty(full.Subject)) : certificate.Subject;
            return $"The server's certificate is for {names} and not for {name}, by which {place} reaches it; where that is right, set tls-server-name of the cluster.";
        }

        var problems = string.Join(" ", (chain?.ChainStatus ?? []).Select(status => status.StatusInformation.Trim()).Distinct());
        return $"The server's certificate ({certificate.Subject}, issued by {certificate.Issuer}) is not one that the certificate-authority of {place} vouches for: {problems}{ExplainTime(chain)}";
    }

    /// <summary>A certificate that is too new or too old may be right, and the clock wrong.</summary>
    private static string ExplainTime(X509Chain? chain)
        => chain?.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))) is { Certificate: var dated }
            ? $" {dated.Subject} holds from {dated.NotBefore.ToUniversalTime():u} to {dated.NotAfter.ToUniversalTime():u}; it is {TimeProvider.System.GetUtcNow():u} by the clock of this machine."
            : "";

    private static IEnumerable<string> Names(X509Certificate2 certificate)
        => certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())));
}
