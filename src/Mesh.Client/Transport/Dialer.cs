using System.Net;
using System.Net.Sockets;
using Mesh.Client.Configuration;

namespace Mesh.Client.Transport;

/// <summary>Dials one fixed target. It never chooses: the pick did, and a connection once made would ignore any later choice.</summary>
internal sealed class Dialer
{
    private readonly EndPoint _target;
    private readonly TimeProvider _timeProvider;
    private readonly TcpKeepAliveConfiguration? _keepAlive;

    /// <param name="target">Where it connects to.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="keepAlive">Probes on silent connections; null for none.</param>
    public Dialer(EndPoint target, TimeProvider timeProvider, TcpKeepAliveConfiguration? keepAlive = null)
    {
        _target = target;
        _timeProvider = timeProvider;
        _keepAlive = keepAlive;
    }

    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) => ConnectAsync(cancellationToken);

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_target is DnsEndPoint { Host: var host, Port: var port } && !IPAddress.TryParse(host, out _))
        {
            return await ConnectByNameAsync(host, port, cancellationToken).ConfigureAwait(false);
        }

        return await ConnectAsync(_target, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Stream> ConnectByNameAsync(string host, int port, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        return addresses.Length > 0
            ? await HappyEyeballs.ConnectAsync(
                HappyEyeballs.Order(addresses),
                (address, stop) => ConnectAsync(new IPEndPoint(address, port), stop).AsTask(),
                _timeProvider,
                cancellationToken).ConfigureAwait(false)
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private async ValueTask<Stream> ConnectAsync(EndPoint target, CancellationToken cancellationToken)
    {
        var protocol = target is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (protocol == ProtocolType.Tcp)
            {
                socket.NoDelay = true;
                SetKeepAlive(socket);
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

    private void SetKeepAlive(Socket socket)
    {
        if (_keepAlive is null)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        Set(SocketOptionName.TcpKeepAliveRetryCount, _keepAlive.Probes);
        Set(SocketOptionName.TcpKeepAliveTime, (int?)_keepAlive.Time?.TotalSeconds);
        Set(SocketOptionName.TcpKeepAliveInterval, (int?)_keepAlive.Interval?.TotalSeconds);

        void Set(SocketOptionName option, int? value)
        {
            if (value is { } number)
            {
                socket.SetSocketOption(SocketOptionLevel.Tcp, option, number);
            }
        }
    }
}
