using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>HAProxy with <c>balance leastconn</c> before servers.</summary>
internal sealed class HaProxy : IDisposable
{
    public const string Missing = "haproxy is missing: eng/install-test-servers haproxy, or set MESH_HAPROXY to its path";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _file;

    private HaProxy(Process process, string file, string address) => (_process, _file, Address) = (process, file, address);

    /// <summary>As <c>ip:port</c>.</summary>
    public string Address { get; }

    /// <summary>Null where this machine does not have it.</summary>
    public static string? Find()
    {
        // Servers stand where the PATH of an ordinary user does not lead.
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/local/sbin", "/usr/sbin"];
        string?[] candidates = [Environment.GetEnvironmentVariable("MESH_HAPROXY"), .. folders.Select(folder => Path.Combine(folder, "haproxy"))];
        return candidates.FirstOrDefault(File.Exists);
    }

    public static async Task<HaProxy> StartAsync(string program, IReadOnlyList<string> addresses)
    {
        var port = FreePort();
        var file = Path.Combine(Path.GetTempPath(), $"mesh-benchmark-{Guid.NewGuid():N}.cfg");
        await File.WriteAllTextAsync(file, Configure(port, addresses));
        var process = Process.Start(new ProcessStartInfo(program, ["-db", "-f", file])) ?? throw new InvalidOperationException($"{program} could not be started.");
        var proxy = new HaProxy(process, file, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        try
        {
            await proxy.WaitAsync(port);
            return proxy;
        }
        catch
        {
            proxy.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        File.Delete(_file);
    }

    // Without abortonclose calls whose callers have gone would wait on before servers, which no other contender's do.
    private static string Configure(int port, IReadOnlyList<string> addresses)
        => string.Create(CultureInfo.InvariantCulture, $"""
            global
              maxconn 4000
            defaults
              mode http
              timeout connect 1s
              timeout client 30s
              timeout server 30s
              option abortonclose
              http-reuse always
            frontend in
              bind 127.0.0.1:{port}
              default_backend fleet
            backend fleet
              balance leastconn
              {string.Join("\n  ", addresses.Select((address, index) => string.Create(CultureInfo.InvariantCulture, $"server s{index} {address}")))}

            """);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitAsync(int port)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(20);
            }
        }
    }
}
