namespace Mesh.Client.Kubernetes.Services;

/// <summary>Says to one who waits that there is something to look at. Set any number of times it wakes once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Does not run what waits.</summary>
    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Waits until it is set, and takes that back. What happened before is to be looked at afterwards.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await Volatile.Read(ref _set).Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _set, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
