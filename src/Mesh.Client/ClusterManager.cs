using Mesh.Client.Model;

namespace Mesh.Client;

/// <summary>The owner of all running cluster state: joins discovery and health into the endpoint sets that picks read.</summary>
internal sealed partial class ClusterManager
{
    /// <summary>The state of the cluster, made and watched on first use. <paramref name="port"/> is what the caller addressed; it counts
    /// where the model's own port is 0. No allocation once the state exists.</summary>
    public ClusterState Get(ClusterModel model, int port) => throw new NotImplementedException();

    /// <summary>True once discovery has answered for the first time (or has failed and been given up for now). Never blocks.</summary>
    public bool IsReady(ClusterState cluster) => throw new NotImplementedException();

    /// <summary>Completes when <see cref="IsReady"/>; cancellable; bounded by the first-answer limit.</summary>
    public Task WaitUntilReadyAsync(ClusterState cluster, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The same for synchronous callers.</summary>
    public void WaitUntilReady(ClusterState cluster, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Takes over new rules: existing states get their new model, states whose key no rule names any more end.</summary>
    public void Apply(MeshSnapshot snapshot) => throw new NotImplementedException();

    /// <summary>Endpoints that left for good; the Transport room drains their connections.</summary>
    public event Action<EndpointState>? EndpointRemoved;

    internal void OnEndpointRemoved(EndpointState endpoint) => EndpointRemoved?.Invoke(endpoint);
}
