using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Client.TestKit;

namespace Mesh.Client.EndToEnd.Tests.Harness;

/// <summary>The sample as people start it: its launcher as a process, known by what its console says.</summary>
internal sealed partial class BookinfoConsole : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Process _process;

    private BookinfoConsole(Process process) => _process = process;

    /// <summary>Everything printed so far, errors included.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public string Text => string.Join('\n', Lines);

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Where the console says that the page is.</summary>
    public Uri Page => new(PageLine().Match(Text) is { Success: true } match
        ? match.Groups["address"].Value
        : throw new InvalidOperationException($"Bookinfo printed no address of its page:\n{Text}"));

    /// <summary>The services as the console names them (<c>reviews v2</c>), with the authority each listens on.</summary>
    public IReadOnlyDictionary<string, string> Services => ReadyLine().Matches(Text)
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["address"].Value, StringComparer.Ordinal);

    /// <summary>The process ids that the console prints, by service.</summary>
    public IReadOnlyDictionary<string, int> ServiceProcessIds => ReadyLine().Matches(Text)
        .Where(match => match.Groups["pid"].Success)
        .ToDictionary(
            match => match.Groups["name"].Value, match => int.Parse(match.Groups["pid"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>Starts it on free ports and returns when all services are ready.</summary>
    public static async Task<BookinfoConsole> StartAsync(params string[] arguments)
    {
        var console = Start(["--base-port", "0", .. arguments]);
        try
        {
            await Eventually.TrueAsync(
                () => Task.FromResult(console.HasExited || console.Text.Contains("services are ready", StringComparison.Ordinal)),
                StartDeadline,
                "Bookinfo to be ready");
            await Eventually.TrueAsync(() => console.HasExited || PageLine().IsMatch(console.Text));
            return console.HasExited ? throw new InvalidOperationException($"Bookinfo ended while it started:\n{console.Text}") : console;
        }
        catch
        {
            await console.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it with exactly these arguments and does not wait for anything.</summary>
    public static BookinfoConsole Start(params IEnumerable<string> arguments) => StartIn(new Dictionary<string, string>(), arguments);

    /// <summary>The same with these variables beside those of the tests.</summary>
    public static BookinfoConsole StartIn(IReadOnlyDictionary<string, string> variables, IEnumerable<string> arguments)
    {
        // The library lies beside the tests; dotnet is whatever runs this test, or what the PATH finds.
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Bookinfo.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var console = new BookinfoConsole(process);
        process.OutputDataReceived += (_, line) => console.Add(line.Data);
        process.ErrorDataReceived += (_, line) => console.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return console;
    }

    /// <summary>Waits until the console has said so.</summary>
    public Task SaysAsync(string text) => Eventually.TrueAsync(() => Text.Contains(text, StringComparison.Ordinal), $"the console to say '{text}'");

    /// <summary>What Ctrl+C does; returns when the launcher has ended.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.EndsAsync(_process.WaitForExitAsync(), "Bookinfo after an interrupt");
    }

    /// <summary>What a kubelet does first when a pod is to end; returns when the signal was sent.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Kills the launcher alone, without a chance to clean up.</summary>
    public async Task KillLauncherAsync()
    {
        _process.Kill();
        await Eventually.EndsAsync(_process.WaitForExitAsync(), "the killed launcher");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                _lines.Add(line);
            }
        }
    }

    [GeneratedRegex(@"^\s+Page\s+(?<address>http://\S+)", RegexOptions.Multiline)]
    private static partial Regex PageLine();

    [GeneratedRegex(@"^\s+(?<name>\S.*?)\s+(?<address>\S+:\d+)\s+ready(, pid (?<pid>\d+))?\s*$", RegexOptions.Multiline)]
    private static partial Regex ReadyLine();
}
