using Bookinfo.Hosting;

namespace Bookinfo.Launching;

/// <summary>A service inside this process, with a service provider, a configuration and a mesh of its own.</summary>
internal sealed class InProcessInstance(ServiceOptions options, IServiceOutput output) : ServiceInstance(options)
{
    private WebApplication? _app;

    public override bool IsRunning => _app is not null;

    public override int? ProcessId => null;

    public override Task KillAsync() => EndAsync(new CancellationToken(canceled: true));

    public override Task StopAsync() => EndAsync(CancellationToken.None);

    protected override async Task StartCoreAsync(CancellationToken cancellationToken)
    {
        var app = ServiceHost.Build(Options, text => output.Say(Spec, text), services => services.AddSingleton<IHostLifetime, NoLifetime>());
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        _app = app;
    }

    private async Task EndAsync(CancellationToken patience)
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app)
        {
            return;
        }

        try
        {
            await app.StopAsync(patience);
        }
        catch (OperationCanceledException)
        {
            // No patience left: what was under way has been broken off.
        }

        await app.DisposeAsync();
    }

    /// <summary>Signals belong to the launcher, not to each of its services.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
