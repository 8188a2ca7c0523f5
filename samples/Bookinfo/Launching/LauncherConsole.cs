using System.Runtime.InteropServices;

namespace Bookinfo.Launching;

/// <summary>The launcher as people see it: starts the set, tells them about it, and ends it at Ctrl+C.</summary>
internal static class LauncherConsole
{
    public static async Task<int> RunAsync(BookinfoOptions options)
    {
        using var ending = new CancellationTokenSource();
        using var interrupt = EndAt(PosixSignal.SIGINT, ending);
        using var quit = EndAt(PosixSignal.SIGQUIT, ending);
        using var terminate = EndAt(PosixSignal.SIGTERM, ending);
        using var hangUp = EndAt(PosixSignal.SIGHUP, ending);
        _ = ParentCommand.WatchAsync(ending);
        using var folding = new FoldingOutput(Console.Out, ServiceCatalog.DefaultInstances(ServiceCatalog.DefaultBasePort).Count, TimeProvider.System);

        try
        {
            Console.Out.WriteLine(options.InProcess ? "Bookinfo starts in one process ..." : "Bookinfo starts ...");
            await using var launcher = await BookinfoLauncher.StartAsync(
                options with { Output = options.Verbose ? new PlainOutput(Console.Out) : folding }, ending.Token);
            Console.Out.WriteLine(Welcome.Text(launcher));
            var reporting = ReportDeathsAsync(launcher, folding, ending.Token);
            await Task.WhenAny(reporting, WaitAsync(ending.Token));
            if (reporting.IsCompleted && !ending.IsCancellationRequested)
            {
                throw new BookinfoException("No service is left.");
            }

            Console.Out.WriteLine("\nBookinfo ends.");
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            Console.Out.WriteLine("\nBookinfo ends before it was ready.");
        }

        return 0;
    }

    private static PosixSignalRegistration EndAt(PosixSignal signal, CancellationTokenSource ending)
        => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            ending.Cancel();
        });

    private static Task WaitAsync(CancellationToken cancellationToken)
        => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Completes when no service is left.</summary>
    private static async Task ReportDeathsAsync(BookinfoLauncher launcher, FoldingOutput output, CancellationToken cancellationToken)
    {
        await foreach (var death in launcher.Deaths)
        {
            output.Leave();
            var service = death.Service;
            Console.Out.WriteLine(
                $"""

                {service.Spec.Name} (port {service.Spec.Port}) ended with exit code {death.ExitCode}. The others go on. To start it again, in another console:
                  {ThisProgram.RestartCommand(service.Options)}

                """);
            if (!launcher.Services.Any(s => s.IsRunning && s != service))
            {
                return;
            }

            _ = ReportReturnAsync(service, cancellationToken);
        }
    }

    private static async Task ReportReturnAsync(ServiceInstance service, CancellationToken cancellationToken)
    {
        try
        {
            await HealthProbe.WaitAsync(service.Address, static () => true, cancellationToken);
            Console.Out.WriteLine($"{service.Spec.Service} is back on port {service.Spec.Port}.");
        }
        catch (OperationCanceledException)
        {
            // Bookinfo ends without it.
        }
    }
}
