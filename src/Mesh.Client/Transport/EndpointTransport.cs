namespace Mesh.Client.Transport;

/// <summary>
/// The connections of one client policy to one address. Counted by call: after <see cref="Close"/> no call may begin, those under way
/// finish, and the last one closes the connections.
/// </summary>
internal sealed class EndpointTransport : IDisposable
{
    private const int Closed = int.MinValue;

    private readonly HttpMessageInvoker _invoker;
    private readonly int _callLimit;
    private int _calls;
    private int _begun;

    public EndpointTransport(TransportKey key, HttpMessageHandler handler, ConnectionWatch watch, long createdAt)
    {
        Key = key;
        Watch = watch;
        _callLimit = key.Connections.MaxRequests > 1 ? key.Connections.MaxRequests : 0;
        _invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        LastUsed = createdAt;
    }

    public TransportKey Key { get; }

    public ConnectionWatch Watch { get; }

    /// <summary>A timestamp of the last pick; written without order, since only its age in minutes matters.</summary>
    public long LastUsed { get; set; }

    public bool IsClosed => Volatile.Read(ref _calls) < 0;

    public bool IsIdle => Volatile.Read(ref _calls) == 0;

    /// <summary>False after <see cref="Close"/>; the call then counts as unsent and another transport is taken.</summary>
    public bool TryBeginCall()
    {
        if (Interlocked.Increment(ref _calls) <= 0)
        {
            EndCall();
            return false;
        }

        // Who comes after the last call that the connections may carry goes to fresh ones; these end with their calls.
        if (_callLimit == 0 || Interlocked.Increment(ref _begun) <= _callLimit)
        {
            return true;
        }

        Close();
        EndCall();
        return false;
    }

    public void EndCall()
    {
        if (Interlocked.Decrement(ref _calls) == Closed)
        {
            _invoker.Dispose();
        }
    }

    /// <summary>Ends it for new calls. Idempotent.</summary>
    public void Close()
    {
        int calls;
        do
        {
            calls = Volatile.Read(ref _calls);
            if (calls < 0)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _calls, Closed + calls, calls) != calls);

        if (calls == 0)
        {
            _invoker.Dispose();
        }
    }

    /// <summary>Cuts what is still running; for the end of the mesh itself.</summary>
    public void Dispose()
    {
        Close();
        _invoker.Dispose();
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => _invoker.SendAsync(request, cancellationToken);

    public HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        => _invoker.Send(request, cancellationToken);
}
