namespace Mesh.Client.Model;

/// <summary>The running side of a cluster: the endpoints it has now and what its policies remember. Lives as long as some rules name its key.</summary>
internal sealed class ClusterState(ClusterKey key, ClusterModel model)
{
    private ClusterModel _model = model;
    private EndpointSet _endpoints = EndpointSet.Empty;
    private object? _balancer;

    public ClusterKey Key { get; } = key;

    /// <summary>The newest rules for this cluster. Calls use those of their own snapshot; background work uses these.</summary>
    public ClusterModel Model
    {
        get => Volatile.Read(ref _model);
        set => Volatile.Write(ref _model, value);
    }

    public EndpointSet Endpoints => Volatile.Read(ref _endpoints);

    /// <summary>The balancer's memory (positions), owned by the LoadBalancing room; replaced when the policy changes.</summary>
    public object? Balancer
    {
        get => Volatile.Read(ref _balancer);
        set => Volatile.Write(ref _balancer, value);
    }

    /// <summary>Publishes <paramref name="next"/> if nobody published since <paramref name="current"/> was read.</summary>
    public bool TryPublish(EndpointSet current, EndpointSet next) => Interlocked.CompareExchange(ref _endpoints, next, current) == current;
}
