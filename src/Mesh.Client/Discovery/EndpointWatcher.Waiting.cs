namespace Mesh.Client.Discovery;

/// <summary>What the first calls wait for, and how long.</summary>
internal sealed partial class EndpointWatcher
{
    /// <summary>The source has answered, cannot answer, or has had the time to.</summary>
    public bool IsReady => _ready.Task.IsCompleted || _timeProvider.GetElapsedTime(_startedAt) >= RefreshSchedule.FirstAnswerLimit;

    /// <summary>Completes when <see cref="IsReady"/>, never later than the first-answer limit.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var left = RefreshSchedule.FirstAnswerLimit - _timeProvider.GetElapsedTime(_startedAt);
        if (_ready.Task.IsCompleted || left <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await _ready.Task.WaitAsync(left, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Ready, with what there is.
        }
    }

    /// <summary>The same for synchronous callers, who wait on the system's clock: the answer arrives on another thread.</summary>
    public void WaitUntilReady(CancellationToken cancellationToken)
    {
        var left = RefreshSchedule.FirstAnswerLimit - _timeProvider.GetElapsedTime(_startedAt);
        if (!_ready.Task.IsCompleted && left > TimeSpan.Zero)
        {
            _ready.Task.Wait(left, cancellationToken);
        }
    }
}
