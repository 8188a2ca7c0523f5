using System.Diagnostics;

namespace Mesh.Client.Benchmarks.Serving;

/// <summary>This program once more, as something that calls go to, in a process of its own, so that its work and its garbage do not count as
/// the client's. It ends when its standard input does.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process, string greeting) => (_process, Greeting) = (process, greeting);

    /// <summary>The line that it began with: where it listens.</summary>
    public string Greeting { get; }

    public static async Task<ChildProcess> StartAsync(params IEnumerable<string> arguments)
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its own executable.");
        var start = new ProcessStartInfo(self) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{self} could not be started.");
        var greeting = await process.StandardOutput.ReadLineAsync();
        return new ChildProcess(process, greeting ?? throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)} ended at once."));
    }

    /// <summary>One line there, one line back. One at a time.</summary>
    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The process ended before it answered '{command}'.");
    }

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
