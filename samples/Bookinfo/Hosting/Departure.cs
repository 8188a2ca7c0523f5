namespace Bookinfo.Hosting;

/// <summary>Holds the end of a service back until its callers have heard that it leaves. Kubernetes tells a pod to end and callers that it does at the same
/// time, and a server that closes at once refuses those who hear of it later.</summary>
internal sealed class Departure(ServiceOptions options) : IHostedLifecycleService
{
    /// <summary>For calls that run when the server closes.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    /// <summary>How long the whole end may take. Without a drain a developer waits for it at a console.</summary>
    public static TimeSpan Limit(ServiceOptions options) => options.Drain > TimeSpan.Zero ? options.Drain + Rest : TimeSpan.FromSeconds(1);

    // Before the server is told to stop.
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(options.Drain, cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
