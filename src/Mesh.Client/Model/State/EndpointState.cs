namespace Mesh.Client.Model;

/// <summary>
/// What is known of one endpoint of one cluster from its calls. It outlives a swap of the rules and a change of the endpoint's labels;
/// it goes when discovery drops the address. Counters only: requests write it without a lock, policies read it.
/// </summary>
/// <param name="endpoint">The address.</param>
/// <param name="joinedAt">When it joined the cluster, as a timestamp of the mesh's TimeProvider.</param>
internal sealed class EndpointState(Endpoint endpoint, long joinedAt = EndpointState.JoinedLongAgo)
{
    /// <summary>What <see cref="ConnectFailedUntil"/> says before the first failure and after an answer.</summary>
    public const long NoConnectFailure = long.MinValue;

    /// <summary>What <see cref="JoinedAt"/> says of an endpoint that needs no slow start.</summary>
    public const long JoinedLongAgo = long.MinValue;

    private const int InBalance = 0;
    private const int Ejecting = 1;
    private const int Ejected = 2;
    private const int Reopened = 3;

    private readonly EndpointHealth _health = new();
    private Endpoint _endpoint = endpoint;
    private object? _breaker;
    private object? _transports;
    private long _joinedAt = joinedAt;
    private int _ejection = InBalance;
    private int _failedChecks;
    private bool _isBroken;
    private bool _isLeaving;
    private bool _isDraining = endpoint.IsDraining;

    // Those of two endpoints are two cache lines apart, so that calls to one do not slow down picks of its neighbour in memory.
    private EndpointWords _words = new();

    /// <summary>The newest description of the address.</summary>
    public Endpoint Endpoint
    {
        get => Volatile.Read(ref _endpoint);
        set
        {
            Volatile.Write(ref _endpoint, value);
            Volatile.Write(ref _isDraining, value.IsDraining);
        }
    }

    /// <summary>That of <see cref="Endpoint"/>, beside what else decides who may be picked: who decides reads it of thousands.</summary>
    public bool IsDraining => Volatile.Read(ref _isDraining);

    /// <summary>Calls under way, from the pick to the end of the response body.</summary>
    public int InFlight => Volatile.Read(ref _words.InFlight);

    /// <summary>Consecutive errors and ejection record, owned by the Health room.</summary>
    public EndpointHealth Health => _health;

    /// <summary>Out of the available set by decision of the Health room, which alone sets it in a running mesh, together with the count
    /// that <see cref="ClusterState.Ejected"/> keeps.</summary>
    public bool IsEjected
    {
        get => Volatile.Read(ref _ejection) >= Ejected;
        set => Volatile.Write(ref _ejection, value ? Ejected : InBalance);
    }

    /// <summary>Out of the available set by an active health check, whatever calls say.</summary>
    public bool IsFailing => Volatile.Read(ref _failedChecks) > 0;

    /// <summary>Out of the available set by its open circuit breaker, even where so few are left that ejected ones are used; set by the Resilience
    /// room alone.</summary>
    public bool IsBroken
    {
        get => Volatile.Read(ref _isBroken);
        set => Volatile.Write(ref _isBroken, value);
    }

    /// <summary>Gets no more picks: discovery dropped it, or it drains while others can be picked. Its connections end with the calls on them.</summary>
    public bool IsLeaving
    {
        get => Volatile.Read(ref _isLeaving);
        set => Volatile.Write(ref _isLeaving, value);
    }

    /// <summary>May be picked: calls, checks and circuit breaker agree.</summary>
    public bool IsAvailable => !IsEjected && !IsFailing && !IsBroken;

    /// <summary>A timestamp of the mesh's TimeProvider until which picks prefer others, after a connection could not be made.</summary>
    public long ConnectFailedUntil
    {
        get => Volatile.Read(ref _words.ConnectFailedUntil);
        set => Volatile.Write(ref _words.ConnectFailedUntil, value);
    }

    /// <summary>The timestamp from which its age counts: that of its joining the cluster, or of the last <see cref="RestartAge"/>.</summary>
    public long JoinedAt => Volatile.Read(ref _joinedAt);

    /// <summary>It is as if it had just joined: to be called where an active health check finds it healthy again, before the set is published
    /// that has it back.</summary>
    public void RestartAge(long now) => Volatile.Write(ref _joinedAt, now);

    /// <summary>Moves <see cref="ConnectFailedUntil"/> if nobody moved it since <paramref name="current"/> was read.</summary>
    public bool TryMarkConnectFailed(long current, long until) => Interlocked.CompareExchange(ref _words.ConnectFailedUntil, until, current) == current;

    /// <summary>The connections of this endpoint, by kind of client; owned by the Transport room; null before the first call.</summary>
    public object? Transports
    {
        get => _transports;
        set => _transports = value;
    }

    /// <summary>For the LoadBalancing room, which keeps there what its policies learn.</summary>
    public ref EndpointWords Words => ref _words;

    /// <summary>The circuit breaker, owned by the Resilience room; null before the first call under one.</summary>
    public object? Breaker => Volatile.Read(ref _breaker);

    /// <summary>Sets <see cref="Breaker"/> where nobody has yet.</summary>
    /// <returns>What is set now.</returns>
    public object SetBreaker(object breaker) => Interlocked.CompareExchange(ref _breaker, breaker, null) ?? breaker;

    /// <summary>Rules ask for none any more.</summary>
    public void ForgetBreaker() => Volatile.Write(ref _breaker, null);

    public void BeginCall() => Interlocked.Increment(ref _words.InFlight);

    public void EndCall() => Interlocked.Decrement(ref _words.InFlight);

    /// <summary>One more of its health checks keeps calls away.</summary>
    public void BeginFailedCheck() => Interlocked.Increment(ref _failedChecks);

    public void EndFailedCheck() => Interlocked.Decrement(ref _failedChecks);

    /// <summary>True for the one caller who may write the ejection record and then calls <see cref="CompleteEjection"/> or
    /// <see cref="CancelEjection"/>; the endpoint stays in balance until then.</summary>
    public bool TryBeginEjection() => Interlocked.CompareExchange(ref _ejection, Ejecting, InBalance) == InBalance;

    public void CompleteEjection() => Volatile.Write(ref _ejection, Ejected);

    public void CancelEjection() => Volatile.Write(ref _ejection, InBalance);

    /// <summary>As <see cref="TryBeginEjection"/> for an endpoint that is ejected already and stays so; ends with
    /// <see cref="CompleteEjection"/>.</summary>
    public bool TryReopenEjection() => Interlocked.CompareExchange(ref _ejection, Reopened, Ejected) == Ejected;

    /// <summary>True for the one caller who ended the ejection.</summary>
    public bool TryEndEjection() => Interlocked.CompareExchange(ref _ejection, InBalance, Ejected) == Ejected;
}
