using Mesh.Client.Resilience;

namespace Mesh.Client.Transport;

/// <summary>The caller's token for one read, joined with the deadline of the call where there is one. HttpClient reads a body under the token
/// it sent with, which the deadline has joined already.</summary>
internal readonly struct CallToken : IDisposable
{
    private readonly CancellationTokenSource? _joined;

    public CallToken(CallDeadline? deadline, CancellationToken cancellationToken)
    {
        if (deadline is null)
        {
            Token = cancellationToken;
        }
        else if (!cancellationToken.CanBeCanceled || cancellationToken == deadline.Parent)
        {
            Token = deadline.Token;
        }
        else
        {
            _joined = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            Token = _joined.Token;
        }
    }

    public CancellationToken Token { get; }

    public void Dispose() => _joined?.Dispose();
}
