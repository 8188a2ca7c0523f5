using System.Globalization;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>The uneven fleet in a process of its own.</summary>
internal sealed class FleetProcess : IDisposable
{
    private readonly ChildProcess _process;

    private FleetProcess(ChildProcess process) => _process = process;

    /// <summary>As <c>ip:port</c>.</summary>
    public IReadOnlyList<string> Addresses => [.. _process.Greeting.Split(' ').Select(port => $"127.0.0.1:{port}")];

    public static async Task<FleetProcess> StartAsync(int servers)
        => new(await ChildProcess.StartAsync("fleet", servers.ToString(CultureInfo.InvariantCulture)));

    public Task SlowDownAsync(int server) => _process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"slow {server}"));

    /// <summary>That server leaves some of its calls lying.</summary>
    public Task StallAsync(int server) => _process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"stall {server}"));

    /// <summary>Until no call is left.</summary>
    public Task QuietenAsync() => _process.AskAsync("idle");

    /// <summary>Calls that came since this was asked last, and those of them that came to a server while it was slow.</summary>
    public async Task<(int All, int Slow)> CountAsync()
    {
        var answer = await _process.AskAsync("count");
        return answer.Split(' ') is [var all, var slow]
            ? (int.Parse(all, CultureInfo.InvariantCulture), int.Parse(slow, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The fleet answered '{answer}' to count.");
    }

    public void Dispose() => _process.Dispose();
}
