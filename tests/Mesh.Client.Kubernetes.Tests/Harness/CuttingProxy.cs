using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>A network to the API server that a test may cut: existing connections end, and new ones are refused until it is mended.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly Task _accepting;
    private bool _isCut;
    private long _received;
    private int _open;

    public CuttingProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        Address = new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>How many connections were made through it.</summary>
    public int Connections { get; private set; }

    /// <summary>How many of them are there now.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>What the server has sent through it.</summary>
    public long BytesReceived => Interlocked.Read(ref _received);

    /// <summary>An administrator's, by which the server is reached through it.</summary>
    public async Task<string> KubeConfigAsync(KubeServer api)
    {
        var path = api.File($"through-{Address.Port}.kubeconfig");
        await File.WriteAllTextAsync(path, KubeConfigs.For(Address, api.File("ca.crt"), $"token: {await File.ReadAllTextAsync(api.File("admin.token"))}"));
        return path;
    }

    /// <summary>Ends what is open; new connections come through.</summary>
    public void Break()
    {
        lock (_gate)
        {
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    public void Cut()
    {
        Volatile.Write(ref _isCut, true);
        Break();
    }

    public void Mend() => Volatile.Write(ref _isCut, false);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Break();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                if (Volatile.Read(ref _isCut))
                {
                    client.Dispose();
                    continue;
                }

                Connections++;
                Interlocked.Increment(ref _open);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                lock (_gate)
                {
                    _sockets.AddRange([client, server]);
                }

                _ = RelayAsync(client, server);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task RelayAsync(Socket client, Socket server)
    {
        try
        {
            await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
            await Task.WhenAny(CopyAsync(client, server, null), CopyAsync(server, client, count => Interlocked.Add(ref _received, count)));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut meanwhile.
        }
        finally
        {
            client.Dispose();
            server.Dispose();
            Interlocked.Decrement(ref _open);
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, Action<int>? copied)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                copied?.Invoke(count);
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either side is gone.
        }
    }
}
