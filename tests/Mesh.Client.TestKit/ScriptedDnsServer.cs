using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.TestKit;

/// <summary>A name server on loopback, by datagram and over connections, that does to each question what the test says, however wrong.</summary>
internal sealed class ScriptedDnsServer : IDisposable
{
    private const int MaximumAttempts = 20;
    private readonly TcpListener _listener;
    private readonly UdpClient _socket;
    private readonly ConcurrentQueue<string> _questions = new();
    private readonly ConcurrentBag<TcpClient> _connections = [];

    public ScriptedDnsServer(Func<DnsQuery, Task> script)
    {
        Script = script;
        (_listener, _socket) = Open();
        Address = _socket.Client.LocalEndPoint!.ToString()!;
        _ = ServeDatagramsAsync();
        _ = ServeConnectionsAsync();
    }

    public ScriptedDnsServer(Func<DnsQuery, DnsAnswer?> script)
        : this(query => script(query) is { } answer ? query.SendAsync(answer) : Task.CompletedTask)
    {
    }

    /// <summary>What is done to a question; nothing is silence. Replaced at any time.</summary>
    public Func<DnsQuery, Task> Script { get; set; }

    /// <summary>As <c>Mesh:Dns:NameServers</c> takes it.</summary>
    public string Address { get; }

    /// <summary>What was asked, in this order: <c>A reviews</c>, over a connection <c>TCP A reviews</c>.</summary>
    public IReadOnlyList<string> Questions => [.. _questions];

    public void Dispose()
    {
        _socket.Dispose();
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    /// <summary>One port for both.</summary>
    private static (TcpListener Listener, UdpClient Socket) Open()
    {
        for (var attempt = 1; ; attempt++)
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            try
            {
                return (listener, new UdpClient((IPEndPoint)listener.LocalEndpoint));
            }
            catch (SocketException) when (attempt < MaximumAttempts)
            {
                listener.Dispose();
            }
        }
    }

    private async Task ServeDatagramsAsync()
    {
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync();
                Run(new DnsQuery(received.Buffer, IsConnection: false, bytes => _socket.SendAsync(bytes, received.RemoteEndPoint).AsTask()));
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private async Task ServeConnectionsAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptTcpClientAsync();
                _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        try
        {
            var stream = connection.GetStream();
            var length = new byte[2];
            await stream.ReadExactlyAsync(length);
            var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(message);
            Run(new DnsQuery(message, IsConnection: true, bytes => stream.WriteAsync(bytes).AsTask()));
        }
        catch (Exception exception) when (exception is ObjectDisposedException or IOException)
        {
            // The client has gone, or the test is over.
        }
    }

    private void Run(DnsQuery query)
    {
        _questions.Enqueue(query.Text);
        _ = RunAsync(query);
    }

    private async Task RunAsync(DnsQuery query)
    {
        try
        {
            await Script(query);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException or IOException)
        {
            // The client has given up, or the test is over.
        }
    }
}
