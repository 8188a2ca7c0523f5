using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>The caller's token for one read, joined with the deadline of the call where there is one. HttpClient reads a body under the token
/// it sent with, which the deadline has joined already. A read waits for bytes, which counts where silence is limited.</summary>
internal readonly struct CallToken : IDisposable
{
    // The joined source, a transfer, or nothing: one field, since reads keep it across their wait.
    private readonly object? _held;

    public CallToken(CallDeadline? deadline, CancellationToken cancellationToken)
    {
        if (deadline is null)
        {
            Token = cancellationToken;
            return;
        }

        CancellationTokenSource? joined = null;
        Token = deadline.Token;
        if (cancellationToken.CanBeCanceled && cancellationToken != deadline.Parent)
        {
            joined = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            Token = joined.Token;
        }

        _held = deadline.WatchesSilence ? new Transfer(deadline, joined) : joined;
    }

    public CancellationToken Token { get; }

    public void Dispose() => (_held as IDisposable)?.Dispose();

    private sealed class Transfer : IDisposable
    {
        private readonly CallDeadline _deadline;
        private readonly CancellationTokenSource? _joined;

        public Transfer(CallDeadline deadline, CancellationTokenSource? joined)
        {
            (_deadline, _joined) = (deadline, joined);
            deadline.BeginTransfer();
        }

        public void Dispose()
        {
            _deadline.EndTransfer();
            _joined?.Dispose();
        }
    }
}
