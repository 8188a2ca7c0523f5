using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bookinfo.Hosting;

/// <summary>The life of a service that a launcher started: it ends with the launcher, however that ends.</summary>
/// <remarks>
/// The launcher holds the other end of standard input, which the operating system closes even when the launcher is killed; its process id is
/// watched as well, in case somebody else inherited that end. Ctrl+C reaches every process of the console: the launcher answers it, not the child.
/// </remarks>
internal sealed class ChildLifetime(int parentProcessId, IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private readonly List<PosixSignalRegistration> _signals = [];
    private int _ending;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        Handle(PosixSignal.SIGINT, static () => { });
        Handle(PosixSignal.SIGQUIT, static () => { });
        Handle(PosixSignal.SIGTERM, End);
        StartThread(ReadToEndOfInput);
        StartThread(WaitForParent);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());

    private void Handle(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        action();
    }));

    // Threads of their own: a starved thread pool must not keep an orphan alive.
    private static void StartThread(ThreadStart work) => new Thread(work) { IsBackground = true, Name = "Launcher watch" }.Start();

    private void ReadToEndOfInput()
    {
        var input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[64];
        try
        {
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken pipe says the same as its end.
        }

        End();
    }

    private void WaitForParent()
    {
        try
        {
            using var parent = Process.GetProcessById(parentProcessId);
            parent.WaitForExit();
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }

        End();
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _ending, 1) != 0)
        {
            return;
        }

        StartThread(() =>
        {
            Thread.Sleep(Grace);
            Environment.Exit(0);
        });
        application.StopApplication();
    }
}
