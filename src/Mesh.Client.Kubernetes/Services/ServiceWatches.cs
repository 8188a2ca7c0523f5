using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>What is followed of the API server for the services that are called, each thing once.</summary>
internal sealed class ServiceWatches(KubernetesCluster cluster) : IDisposable
{
    private readonly WatchPool<ServiceObject> _services = Pool(cluster, static () => ServiceObject.Type);
    private readonly WatchPool<Slice> _slices = Pool(cluster, static () => Slice.Type);
    private readonly WatchPool<ObjectLabels> _pods = Pool(cluster, ObjectLabels.Pods);
    private readonly WatchPool<ObjectLabels> _nodes = Pool(cluster, ObjectLabels.Nodes);

    /// <summary>How many watches there are.</summary>
    public int Count => _services.Count + _slices.Count + _pods.Count + _nodes.Count;

    public WatchLease<ServiceObject> Service(ResourceKey service, Action wake)
        => _services.Follow(new ResourceScope(service.Namespace) { FieldSelector = $"metadata.name={service.Name}" }, wake);

    public WatchLease<Slice> Slices(ResourceKey service, Action wake)
        => _slices.Follow(new ResourceScope(service.Namespace) { LabelSelector = $"kubernetes.io/service-name={service.Name}" }, wake);

    /// <param name="space">The namespace.</param>
    /// <param name="selector">As a Service has it; not empty.</param>
    /// <param name="wake">Called after each change.</param>
    public WatchLease<ObjectLabels> Pods(string space, IReadOnlyDictionary<string, string> selector, Action wake)
        => _pods.Follow(new ResourceScope(space) { LabelSelector = SelectorText(selector) }, wake);

    public WatchLease<ObjectLabels> Nodes(Action wake) => _nodes.Follow(ResourceScope.Everywhere, wake);

    /// <summary>In one order, whatever that of the server.</summary>
    public static string SelectorText(IReadOnlyDictionary<string, string> selector)
        => string.Join(',', selector.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));

    public void Dispose()
    {
        _services.Dispose();
        _slices.Dispose();
        _pods.Dispose();
        _nodes.Dispose();
    }

    private static WatchPool<T> Pool<T>(KubernetesCluster cluster, Func<ResourceType<T>> type)
        where T : class
        => new(scope => cluster.Watch(type(), scope), cluster.TimeProvider, cluster.Logger);
}
