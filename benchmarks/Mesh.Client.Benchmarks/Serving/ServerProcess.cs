using System.Globalization;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>The load server in a process of its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly ChildProcess _process;

    private ServerProcess(ChildProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<ServerProcess> StartAsync()
    {
        var process = await ChildProcess.StartAsync("serve");
        return int.TryParse(process.Greeting, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new ServerProcess(process, port)
            : throw new InvalidOperationException($"The load server printed '{process.Greeting}' instead of its port.");
    }

    /// <summary>The same server under several addresses, as if it were several.</summary>
    public IReadOnlyList<string> Addresses(int count)
        => [.. Enumerable.Range(1, count).Select(index => string.Create(CultureInfo.InvariantCulture, $"127.0.{index >> 8}.{index & 255}:{Port}"))];

    public void Dispose() => _process.Dispose();
}
