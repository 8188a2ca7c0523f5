using System.Diagnostics;
using System.Globalization;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>The load server in a process of its own, so that its work and its garbage do not count as the client's.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<ServerProcess> StartAsync()
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its own executable.");
        var start = new ProcessStartInfo(self) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        start.ArgumentList.Add("serve");
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{self} could not be started.");
        var line = await process.StandardOutput.ReadLineAsync();
        return int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new ServerProcess(process, port)
            : throw new InvalidOperationException($"The load server printed '{line}' instead of its port.");
    }

    /// <summary>The same server under several addresses, as if it were several.</summary>
    public IReadOnlyList<string> Addresses(int count)
        => [.. Enumerable.Range(1, count).Select(index => string.Create(CultureInfo.InvariantCulture, $"127.0.{index >> 8}.{index & 255}:{Port}"))];

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
