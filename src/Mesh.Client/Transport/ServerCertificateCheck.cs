using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Mesh.Client.Transport;

/// <summary>
/// The callback of an <see cref="HttpClientHandler"/> that judges servers. A connection serves many calls, so the callback gets a request of
/// its own that only names the logical host (<c>https://reviews/</c>): no path, port, headers or options of a call.
/// </summary>
/// <param name="Callback">What the application set; equal delegates make equal checks.</param>
internal sealed record ServerCertificateCheck(Func<HttpRequestMessage, X509Certificate2?, X509Chain?, SslPolicyErrors, bool> Callback)
{
    /// <summary>A <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool IsValid(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var address = new UriBuilder(Uri.UriSchemeHttps, ((SslStream)sender).TargetHostName).Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var shown = certificate is null ? null : certificate as X509Certificate2 ?? new X509Certificate2(certificate);
        return Callback(request, shown, chain, errors);
    }
}
