namespace Mesh.Client.Kubernetes.Watching;

/// <summary>One who follows a watch that others may follow too; disposing it ends that, and the watch some time after the last.</summary>
/// <param name="watch">The watch.</param>
/// <param name="subscription">Its changes.</param>
/// <param name="leave">Told whether somebody may come back soon.</param>
internal sealed class WatchLease<T>(ResourceWatch<T> watch, ResourceSubscription<T> subscription, Action<bool> leave) : IDisposable
    where T : class
{
    private int _isDisposed;

    public ResourceWatch<T> Watch { get; } = watch;

    /// <summary>What changed since the last look.</summary>
    public ResourceChanges<T>? Take() => subscription.Take();

    public void Dispose() => End(isExpectedBack: true);

    /// <summary>Nobody will want it again soon: the watch ends with the last.</summary>
    public void Abandon() => End(isExpectedBack: false);

    private void End(bool isExpectedBack)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            subscription.Dispose();
            leave(isExpectedBack);
        }
    }
}
