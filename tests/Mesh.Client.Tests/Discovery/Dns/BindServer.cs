using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>BIND 9 on loopback as the server of the zone <c>mesh.test</c>, whose records a test changes while it runs.</summary>
internal sealed class BindServer : IDisposable
{
    /// <summary>Two servers may have found the same port free.</summary>
    private const int StartAttempts = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-bind").FullName;
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;
    private int _port;
    private int _serial;
    private bool _takesUpdates;

    private string Loaded => string.Create(CultureInfo.InvariantCulture, $"zone mesh.test/IN: loaded serial {_serial}");

    private BindServer()
    {
    }

    /// <summary>As <c>Mesh:Dns:NameServers</c> takes it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <param name="records">The zone, a line each: <c>name ttl type data</c>.</param>
    public static Task<BindServer> StartAsync(params string[] records) => StartAsync(new BindServer(), records);

    /// <summary>For <see cref="UpdateAsync"/> in place of <see cref="ChangeAsync"/>, and for as many records of a name as there are.</summary>
    public static Task<BindServer> StartDynamicAsync(params string[] records) => StartAsync(new BindServer { _takesUpdates = true }, records);

    private static async Task<BindServer> StartAsync(BindServer server, string[] records)
    {
        try
        {
            server.WriteZone(records);
            await server.StartAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the server answers by these records, and no others.</summary>
    public async Task ChangeAsync(params string[] records)
    {
        WriteZone(records);
        if (_process is null)
        {
            return;
        }

        using var hangUp = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -HUP {_process.Id}")]);
        await hangUp.WaitForExitAsync();
        await UntilLoggedAsync(Loaded);
    }

    /// <inheritdoc cref="DnsUpdate.SendAsync"/>
    public Task UpdateAsync(params string[] changes) => DnsUpdate.SendAsync(IPEndPoint.Parse(Address), "mesh.test", changes);

    public void Stop()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>On the same port, where it has had one.</summary>
    public async Task StartAsync()
    {
        var isFirst = _port == 0;
        for (var attempt = 1; ; attempt++)
        {
            _port = isFirst ? FindPort() : _port;
            Launch();
            await UntilLoggedAsync(" running");
            if (_process is { HasExited: false } && Has("#" + _port.ToString(CultureInfo.InvariantCulture)) && Has(Loaded))
            {
                return;
            }

            var log = string.Join('\n', _log);
            Stop();
            if (!isFirst || attempt == StartAttempts)
            {
                throw new InvalidOperationException($"BIND did not start:\n{log}");
            }
        }
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private void Launch()
    {
        _log.Clear();
        File.WriteAllText(Path.Combine(_folder, "named.conf"), string.Create(CultureInfo.InvariantCulture, $$"""
            options {
              directory "{{_folder}}"; pid-file none; session-keyfile none; lock-file none;
              listen-on port {{_port}} { 127.0.0.1; }; listen-on-v6 { none; };
              recursion no; notify no; dnssec-validation no;
            };
            controls { };
            zone "mesh.test" { type primary; file "zone"; {{(_takesUpdates ? "allow-update { 127.0.0.1; }; max-records-per-type 0;" : "")}} };
            """));
        var start = new ProcessStartInfo(ExternalPrograms.Named ?? throw new InvalidOperationException(ExternalPrograms.NamedMissing))
        {
            ArgumentList = { "-g", "-n", "1", "-c", Path.Combine(_folder, "named.conf") },
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginErrorReadLine();
    }

    private void WriteZone(string[] records)
    {
        var zone = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"$TTL 1\n@ SOA ns admin {++_serial} 3600 600 86400 1\n@ NS ns\nns A 127.0.0.1\n"));
        zone.AppendJoin('\n', records).Append('\n');
        File.WriteAllText(Path.Combine(_folder, "zone"), zone.ToString());
    }

    private Task UntilLoggedAsync(string text) => Eventually.TrueAsync(
        () => _process is not { HasExited: false } || Has(text), $"\"{text}\" in the log of BIND");

    private bool Has(string end) => _log.Any(line => line.EndsWith(end, StringComparison.Ordinal));

    /// <summary>Free for TCP, which BIND needs too.</summary>
    private static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
