using System.Net;
using System.Net.Security;
using Mesh.Client.Security;

namespace Mesh.Client.Transport;

/// <summary>Dials, and speaks TLS as a rule asks for it. SocketsHttpHandler takes a stream that is TLS already as it is.</summary>
internal sealed class TlsDialer(Dialer dialer, ServerCheck check)
{
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        => ConnectAsync(ProtocolsOf(context.InitialRequestMessage), cancellationToken);

    /// <param name="protocols">What is spoken over the connection; empty leaves it open.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<Stream> ConnectAsync(List<SslApplicationProtocol> protocols, CancellationToken cancellationToken)
    {
        // First, since without authorities to trust there is nothing to connect for.
        var options = check.CreateOptions(protocols);
        var inner = await dialer.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var stream = new SslStream(inner);
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static List<SslApplicationProtocol> ProtocolsOf(HttpRequestMessage request)
    {
        if (request.Version < HttpVersion.Version20 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher)
        {
            return [SslApplicationProtocol.Http11];
        }

        return request.Version >= HttpVersion.Version20 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower
            ? [SslApplicationProtocol.Http2]
            : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
    }
}
