using System.Collections.Frozen;

namespace Mesh.Client.Model;

/// <summary>A subset of a service on one port with its effective policy. As in Istio a subset is a cluster of its own: it never falls back
/// to other endpoints, and it keeps its own health and balance.</summary>
internal sealed class ClusterModel
{
    private ClusterState? _state;

    /// <summary>Port 0: the service declares no ports and the cluster is that of the port the caller wrote.</summary>
    public required ClusterKey Key { get; init; }

    public required ServiceModel Service { get; init; }

    /// <summary>Null where the service declares no ports.</summary>
    public PortModel? Port { get; init; }

    /// <summary>Labels an endpoint must carry; empty takes all.</summary>
    public FrozenDictionary<string, string> SubsetLabels { get; init; } = FrozenDictionary<string, string>.Empty;

    public required ClusterPolicy Policy { get; init; }

    /// <summary>Where the running state of this cluster was found, so that later calls need no look-up. Written by the one owner of
    /// states, always with the same object for the same key; null before the first call and for port 0.</summary>
    public ClusterState? State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }
}
