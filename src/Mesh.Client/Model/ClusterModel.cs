using System.Collections.Frozen;

namespace Mesh.Client.Model;

/// <summary>A subset of a service on one port with its effective policy. As in Istio a subset is a cluster of its own: it never falls back
/// to other endpoints, and it keeps its own health and balance.</summary>
internal sealed class ClusterModel
{
    private ClusterState? _state;
    private string? _subsetText;

    /// <summary>Port 0: the service declares no ports and the cluster is that of the port the caller wrote.</summary>
    public required ClusterKey Key { get; init; }

    public required ServiceModel Service { get; init; }

    /// <summary>Null where neither the service nor the rule names a port.</summary>
    public PortModel? Port { get; init; }

    /// <summary>Labels an endpoint must carry; empty takes all.</summary>
    public FrozenDictionary<string, string> SubsetLabels { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The labels as one text, the same for the same labels.</summary>
    public string SubsetText => _subsetText ??= SubsetLabels.Count == 0
        ? ""
        : string.Join(',', SubsetLabels.Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));

    public required ClusterPolicy Policy
    {
        get;
        init => (field, Refusal) = (value, value.Refusal);
    }

    /// <summary>That of <see cref="Policy"/>, at hand since every call asks for it.</summary>
    public string? Refusal { get; private init; }

    /// <summary>Where the running state of this cluster was found, so that later calls need no look-up. Written by the one owner of
    /// states, always with the same object for the same key and labels; null before the first call and for port 0.</summary>
    public ClusterState? State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }
}
