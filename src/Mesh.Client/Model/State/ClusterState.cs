namespace Mesh.Client.Model;

/// <summary>The running side of a cluster: the endpoints it has now and what its policies remember. Lives as long as some rules
/// name its key with its labels.</summary>
internal sealed class ClusterState(ClusterKey key, ClusterModel model)
{
    private ClusterModel _model = model;
    private EndpointSet _endpoints = EndpointSet.Empty;
    private object? _balancer;
    private object? _sweep;
    private object? _limits;
    private object? _healthChecks;
    private int _ejected;
    private long _lastUsed;
    private bool _isUsed;

    public ClusterKey Key { get; } = key;

    /// <summary><see cref="Key"/> in Envoy's syntax, for spans.</summary>
    public string Name => field ??= Key.ToString();

    /// <summary>The newest rules for this cluster. Calls use those of their own snapshot; background work uses these.</summary>
    public ClusterModel Model
    {
        get => Volatile.Read(ref _model);
        set => Volatile.Write(ref _model, value);
    }

    /// <summary>Stands for whatever callers write, where the policy passes calls through.</summary>
    public EndpointState AddressOfCaller { get; } = new(new() { Address = "", Host = "" });

    public EndpointSet Endpoints => Volatile.Read(ref _endpoints);

    /// <summary>The balancer's memory (positions), owned by the LoadBalancing room; replaced when the policy changes.</summary>
    public object? Balancer
    {
        get => Volatile.Read(ref _balancer);
        set => Volatile.Write(ref _balancer, value);
    }

    /// <summary>What calls hold of the cluster's limits, owned by the Transport room; null as long as no rules limit anything.</summary>
    public object? Limits
    {
        get => Volatile.Read(ref _limits);
        set => Volatile.Write(ref _limits, value);
    }

    /// <summary>What budgets and limits remember of the cluster's calls, owned by the Resilience room; set by the one owner of states before
    /// anyone else sees this object.</summary>
    public object? Resilience { get; set; }

    /// <summary>Where the endpoints come from, owned by the one owner of states, who sets it before anyone else sees this object.</summary>
    public object? Membership { get; set; }

    /// <summary>The timestamp of the newest call, kept where the port is the caller's.</summary>
    public long LastUsed
    {
        get => Volatile.Read(ref _lastUsed);
        set => Volatile.Write(ref _lastUsed, value);
    }

    /// <summary>Notes that there is a call. Written once for each look at it, so that callers share the memory it is in.</summary>
    public void MarkUsed()
    {
        if (!Volatile.Read(ref _isUsed))
        {
            Volatile.Write(ref _isUsed, true);
        }
    }

    /// <summary>Whether there was a call since this was asked for the last time.</summary>
    public bool TakeUse() => Interlocked.Exchange(ref _isUsed, false);

    /// <summary>How many endpoints are ejected, owned by the Health room.</summary>
    public int Ejected => Volatile.Read(ref _ejected);

    /// <summary>Hears of every set; set by the one owner of states, before anyone else sees this object.</summary>
    public IEndpointSetListener? Listener { get; set; }

    /// <summary>Publishes <paramref name="next"/> if nobody published since <paramref name="current"/> was read.</summary>
    public bool TryPublish(EndpointSet current, EndpointSet next)
    {
        Listener?.OnPublishing(current, next);
        if (Interlocked.CompareExchange(ref _endpoints, next, current) != current)
        {
            return false;
        }

        Listener?.OnPublished();
        return true;
    }

    /// <summary>Counts one more ejected endpoint if nobody counted since <paramref name="current"/> was read.</summary>
    public bool TryAddEjected(int current) => Interlocked.CompareExchange(ref _ejected, current + 1, current) == current;

    public void AddEjected() => Interlocked.Increment(ref _ejected);

    public void RemoveEjected() => Interlocked.Decrement(ref _ejected);

    /// <summary>The Health room's timer for this cluster, made by whoever needs it first.</summary>
    public T GetSweep<T, TArgument>(TArgument argument, Func<ClusterState, TArgument, T> create)
        where T : class
    {
        if (Volatile.Read(ref _sweep) is T found)
        {
            return found;
        }

        var made = create(this, argument);
        return (T)(Interlocked.CompareExchange(ref _sweep, made, null) ?? made);
    }

    /// <summary>The Health room's checks of this cluster; null where rules never asked for any.</summary>
    public object? HealthChecks => Volatile.Read(ref _healthChecks);

    /// <summary>The same, made by whoever needs it first.</summary>
    public T GetHealthChecks<T, TArgument>(TArgument argument, Func<ClusterState, TArgument, T> create)
        where T : class
    {
        if (HealthChecks is T found)
        {
            return found;
        }

        var made = create(this, argument);
        return (T)(Interlocked.CompareExchange(ref _healthChecks, made, null) ?? made);
    }
}
