namespace Mesh.Client.TestKit;

/// <summary>Turns a race into a script: one side stops at the point, the other waits until it is there and says when to go on.</summary>
internal sealed class SyncPoint
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool HasArrived => _arrived.Task.IsCompleted;

    /// <summary>Called by the code under test: reports its arrival and waits for <see cref="Continue"/>.</summary>
    public Task ReachAsync()
    {
        _arrived.TrySetResult();
        return Eventually.EndsAsync(_mayGoOn.Task, "the test to let the sync point go on");
    }

    /// <summary>The same for synchronous code.</summary>
    public void Reach() => ReachAsync().GetAwaiter().GetResult();

    /// <summary>Called by the test: ends when the code under test stands at the point.</summary>
    public Task WaitUntilReachedAsync() => Eventually.EndsAsync(_arrived.Task, "the code under test to reach the sync point");

    public void Continue() => _mayGoOn.TrySetResult();
}
