using System.Diagnostics;
using System.Globalization;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>The service for tests as a process of its own. It ends with its standard input, and so with this process, however that ends.</summary>
internal sealed class TestServiceProcess : IAsyncDisposable
{
    private static readonly HttpClient Plain = new();

    private readonly Process _process;

    private TestServiceProcess(Process process, int port, int http2Port) => (_process, Port, Http2Port) = (process, port, http2Port);

    public int Port { get; }

    /// <summary>For HTTP/2 with prior knowledge, without TLS.</summary>
    public int Http2Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public string Http2Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Http2Port}");

    /// <param name="mesh">A JSON file with its section Mesh; null for none.</param>
    /// <param name="next">What it calls to answer <c>/hop</c>; null where it is the last one.</param>
    public static async Task<TestServiceProcess> StartAsync(string? mesh = null, string? next = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Mesh.Client.TestService.dll"));
        foreach (var (name, value) in new[] { ("--mesh", mesh), ("--next", next) })
        {
            if (value is not null)
            {
                start.ArgumentList.Add(name);
                start.ArgumentList.Add(value);
            }
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The test service could not be started.");
        var greeting = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return greeting?.Split(' ') is [var port, var http2Port]
            ? new TestServiceProcess(process, int.Parse(port, CultureInfo.InvariantCulture), int.Parse(http2Port, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The test service printed '{greeting}' instead of its ports.");
    }

    /// <summary>Calls of <c>/hop</c> and <c>/answer</c> that came since it was started, and those of them that are being answered.</summary>
    public async Task<(int All, int Present)> CountAsync()
    {
        var text = await Plain.GetStringAsync(new Uri($"http://{Address}/calls"));
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return (int.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(space + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>What it answers <c>/hop</c> with from now on, where it is the last one.</summary>
    public async Task AnswerAsync(int status)
    {
        using var response = await Plain.PostAsync(new Uri($"http://{Address}/status/{status}"), content: null);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
