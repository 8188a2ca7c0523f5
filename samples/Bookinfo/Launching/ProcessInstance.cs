using System.Diagnostics;
using Bookinfo.Hosting;

namespace Bookinfo.Launching;

/// <summary>A service as a process of its own: this program once more, with <c>--service</c>.</summary>
internal sealed class ProcessInstance(ServiceOptions options, IServiceOutput output) : ServiceInstance(options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly Lock _starting = new();
    private Process? _process;
    private Task<int> _ended = Task.FromResult(0);
    private volatile bool _isWanted;

    public override bool IsRunning => !_ended.IsCompleted;

    public override int? ProcessId => IsRunning ? _process?.Id : null;

    public override async Task KillAsync()
    {
        _isWanted = false;
        if (IsRunning)
        {
            _process?.Kill();
        }

        await _ended;
    }

    public override async Task StopAsync()
    {
        lock (_starting)
        {
            _isWanted = false;
        }

        if (IsRunning)
        {
            // The end of its input is the sign to go.
            _process?.StandardInput.Close();
            await Task.WhenAny(_ended, Task.Delay(Patience));
        }

        await KillAsync();
    }

    protected override Task StartCoreAsync(CancellationToken cancellationToken)
    {
        lock (_starting)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _isWanted = true;
            _process = Process.Start(StartInfo()) ?? throw new BookinfoException($"The process of {Spec.Name} could not be started.");
            _ended = WatchAsync(_process);
        }

        return Task.CompletedTask;
    }

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        (info.FileName, var leading) = ThisProgram.Command();
        foreach (var argument in leading.Concat(ServiceArguments.Of(Options)).Concat(["--parent-pid", $"{Environment.ProcessId}"]))
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in Options.Settings)
        {
            // Not as arguments: the session key is nobody else's business, and arguments are for all to see.
            info.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return info;
    }

    private async Task<int> WatchAsync(Process process)
    {
        await Task.WhenAll(RelayAsync(process.StandardOutput), RelayAsync(process.StandardError), process.WaitForExitAsync());
        var exitCode = process.ExitCode;
        if (_isWanted)
        {
            Died?.Invoke(new ServiceDeath(this, exitCode));
        }

        return exitCode;
    }

    private async Task RelayAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            output.Say(Spec, PipedEntry.Read(line));
        }
    }
}
