using System.Globalization;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>The server of the brownout in a process of its own.</summary>
internal sealed class BrownoutProcess : IDisposable
{
    private readonly ChildProcess _process;

    private BrownoutProcess(ChildProcess process) => _process = process;

    /// <summary>As <c>ip:port</c>.</summary>
    public string Address => $"127.0.0.1:{_process.Greeting}";

    public static async Task<BrownoutProcess> StartAsync() => new(await ChildProcess.StartAsync("brownout"));

    public Task EmployAsync(int workers) => _process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"workers {workers}"));

    /// <summary>Until no call is left.</summary>
    public Task QuietenAsync() => _process.AskAsync("idle");

    /// <summary>Calls that came since this was asked last.</summary>
    public async Task<int> CountAsync() => int.Parse(await _process.AskAsync("count"), CultureInfo.InvariantCulture);

    public void Dispose() => _process.Dispose();
}
