namespace Mesh.Client.Model;

/// <summary>
/// What is known of one endpoint of one cluster from its calls. It outlives a swap of the rules and a change of the endpoint's labels;
/// it goes when discovery drops the address. Counters only: requests write it without a lock, policies read it.
/// </summary>
internal sealed class EndpointState(Endpoint endpoint)
{
    private Endpoint _endpoint = endpoint;
    private int _inFlight;
    private int _isEjected;
    private long _connectFailedUntil = long.MinValue;

    /// <summary>The newest description of the address.</summary>
    public Endpoint Endpoint
    {
        get => Volatile.Read(ref _endpoint);
        set => Volatile.Write(ref _endpoint, value);
    }

    /// <summary>Calls under way, from the pick to the end of the response body.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Consecutive errors and ejection record, owned by the Health room.</summary>
    public EndpointHealth Health { get; } = new();

    /// <summary>Out of the available set by decision of the Health room.</summary>
    public bool IsEjected
    {
        get => Volatile.Read(ref _isEjected) != 0;
        set => Volatile.Write(ref _isEjected, value ? 1 : 0);
    }

    /// <summary>A timestamp of the mesh's TimeProvider until which picks prefer others, after a connection could not be made.</summary>
    public long ConnectFailedUntil
    {
        get => Volatile.Read(ref _connectFailedUntil);
        set => Volatile.Write(ref _connectFailedUntil, value);
    }

    /// <summary>The connections of this endpoint, owned by the Transport room; null before the first call.</summary>
    public object? Transport { get; set; }

    public void BeginCall() => Interlocked.Increment(ref _inFlight);

    public void EndCall() => Interlocked.Decrement(ref _inFlight);
}
