using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.Transport;

/// <summary>Dials one fixed target. It never chooses: the pick did, and a connection once made would ignore any later choice.</summary>
internal sealed class Dialer
{
    private readonly EndPoint _target;

    public Dialer(EndPoint target) => _target = target;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (_target is DnsEndPoint { Host: var host, Port: var port } && !IPAddress.TryParse(host, out _))
        {
            return await ConnectByNameAsync(host, port, cancellationToken).ConfigureAwait(false);
        }

        return await ConnectAsync(_target, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A name may have several addresses; the first that answers counts, in the order the resolver gives.</summary>
    private static async ValueTask<Stream> ConnectByNameAsync(string host, int port, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (var address in addresses)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                failure = exception;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint target, CancellationToken cancellationToken)
    {
        var protocol = target is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (protocol == ProtocolType.Tcp)
            {
                socket.NoDelay = true;
            }

            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
