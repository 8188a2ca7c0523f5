namespace Mesh.Client.Transport;

/// <summary>What an attempt holds of the limits of its cluster. A value: it goes over to the body of the answer, which gives it back.</summary>
internal struct PoolHold
{
    private ConnectionLimits? _limits;
    private bool _holdsRetry;
    private bool _isHttp2;

    /// <summary>Of a cluster with limits: one of its connections is held.</summary>
    public bool HoldsConnection { get; private set; }

    /// <summary>False where the limits turn the call away; else a connection is held, or the call is <paramref name="pending"/> until it is.</summary>
    public bool TryEnter(ConnectionLimits limits, bool isHttp2, out PendingCall? pending)
    {
        (_limits, _isHttp2) = (limits, isHttp2);
        var isIn = limits.TryEnter(isHttp2, out pending);
        HoldsConnection = isIn && pending is null;
        return isIn;
    }

    /// <summary>The same without waiting.</summary>
    public bool TryEnterAtOnce(ConnectionLimits limits, bool isHttp2)
    {
        (_limits, _isHttp2) = (limits, isHttp2);
        return HoldsConnection = limits.TryEnterAtOnce(isHttp2);
    }

    /// <summary>The call was let in.</summary>
    public void Admitted() => HoldsConnection = true;

    /// <summary>The next attempt is one of the retries under way, which the limits, if there are any, have granted.</summary>
    public void BeginRetry(ConnectionLimits? limits) => (_limits, _holdsRetry) = (limits, limits is not null);

    /// <summary>Gives all of it back. Idempotent.</summary>
    public void Leave()
    {
        if (HoldsConnection)
        {
            HoldsConnection = false;
            _limits!.Leave(_isHttp2);
        }

        EndRetry();
    }

    /// <summary>Gives back a retry under way alone. Idempotent.</summary>
    public void EndRetry()
    {
        if (_holdsRetry)
        {
            _holdsRetry = false;
            _limits!.EndRetry();
        }
    }
}
