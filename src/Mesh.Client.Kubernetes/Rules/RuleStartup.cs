using Microsoft.Extensions.Hosting;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>Has the host wait for the first rules before anything else of it starts, and without a thread.</summary>
internal sealed class RuleStartup(KubernetesRuleSource source) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => source.WaitAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
