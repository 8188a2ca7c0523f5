using Microsoft.Extensions.Hosting;

namespace Mesh.Client;

/// <summary>Loads the rules with the host, so that a mistake in them shows before the first call.</summary>
internal sealed class MeshStartup(MeshRuntime runtime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        runtime.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
