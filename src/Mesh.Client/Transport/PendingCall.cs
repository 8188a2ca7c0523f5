namespace Mesh.Client.Transport;

/// <summary>A call's place in the line for a connection. It is waited for once.</summary>
internal sealed class PendingCall
{
    private readonly ConnectionLimits _limits;
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PendingCall(ConnectionLimits limits, bool isHttp2)
    {
        _limits = limits;
        IsHttp2 = isHttp2;
        Place = new LinkedListNode<PendingCall>(this);
    }

    public bool IsHttp2 { get; }

    /// <summary>In the line of the limits, who alone move it.</summary>
    public LinkedListNode<PendingCall> Place { get; }

    /// <summary>Called once, when the call holds a connection.</summary>
    public void Admit() => _admitted.SetResult();

    /// <summary>Ends when the call holds a connection; a cancelled one holds none.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _admitted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            GiveUp();
            throw;
        }
    }

    /// <summary>The same for synchronous callers.</summary>
    public void Wait(CancellationToken cancellationToken)
    {
        try
        {
            _admitted.Task.Wait(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            GiveUp();
            throw;
        }
    }

    private void GiveUp()
    {
        if (!_limits.TryAbandon(this))
        {
            _limits.Leave(IsHttp2);
        }
    }
}
