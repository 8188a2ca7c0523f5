using Bookinfo.Launching;

namespace Bookinfo.Hosting;

/// <summary>Runs one service in this process until it is told to end.</summary>
internal static class ServiceRunner
{
    public static async Task<int> RunAsync(ServiceOptions options, int? parentProcessId)
    {
        // Asked before the server does, which would fail with a page of stack trace.
        if (PortPlan.Probe(options.Instance.Port) is { } error)
        {
            throw new BookinfoException(PortMessages.CannotListen(options.Instance, error, "choose another one with --port"));
        }

        Action<string> log = parentProcessId is null ? Console.Out.WriteLine : static text => Console.Out.WriteLine(PipedEntry.Write(text));
        var app = ServiceHost.Build(options, log, services =>
        {
            if (parentProcessId is { } id)
            {
                services.AddSingleton<IHostLifetime>(provider => new ChildLifetime(id, provider.GetRequiredService<IHostApplicationLifetime>()));
            }
        });
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Told to end before it was ready, as where another service of the set cannot start.
                return 0;
            }

            if (parentProcessId is null)
            {
                Announce(options, app.Configuration);
            }

            using var ending = new CancellationTokenSource();
            _ = ParentCommand.WatchAsync(ending);
            await app.WaitForShutdownAsync(ending.Token);
            return 0;
        }
    }

    private static void Announce(ServiceOptions options, IConfiguration configuration)
    {
        var instance = options.Instance;
        Console.Out.WriteLine($"{instance.Name} answers on {options.Url} as {options.PodName}, pid {Environment.ProcessId}. Ctrl+C ends it.");
        var endpoints = configuration.GetSection($"Mesh:Services:{instance.Service}:Endpoints").GetChildren().Select(e => e["Address"]).ToList();
        if (endpoints.Count > 0 && !endpoints.Contains(instance.Authority))
        {
            Console.Out.WriteLine(
                $"No other service will call it: Mesh:Services:{instance.Service} has no endpoint {instance.Authority} (it has {string.Join(", ", endpoints)}). "
                + "Add it there, or take one of those with --port.");
        }
    }
}
