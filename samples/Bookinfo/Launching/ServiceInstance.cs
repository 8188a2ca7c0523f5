using Bookinfo.Hosting;

namespace Bookinfo.Launching;

/// <summary>A handle to one service of the set: kill it, start it again on the same port.</summary>
internal abstract class ServiceInstance(ServiceOptions options)
{
    public ServiceOptions Options { get; } = options;

    public InstanceSpec Spec => Options.Instance;

    public Uri Address => Spec.Address;

    public abstract bool IsRunning { get; }

    /// <summary>Null where the service shares this process, or does not run.</summary>
    public abstract int? ProcessId { get; }

    /// <summary>Called when the service ends although nobody told it to; never for <see cref="KillAsync"/> and <see cref="StopAsync"/>.</summary>
    public Action<ServiceDeath>? Died { get; set; }

    /// <summary>Starts the service, or starts it again, and returns when its health endpoint answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{Spec.Name} runs already.");
        }

        await StartCoreAsync(cancellationToken);
        if (!await HealthProbe.WaitAsync(Address, () => IsRunning, cancellationToken))
        {
            throw new BookinfoException($"{Spec.Name} ended while it started. What it said stands above.");
        }
    }

    /// <summary>Ends the service at once, as a crash would: open connections break.</summary>
    public abstract Task KillAsync();

    /// <summary>Asks the service to end, and makes it where it does not listen.</summary>
    public abstract Task StopAsync();

    protected abstract Task StartCoreAsync(CancellationToken cancellationToken);
}
