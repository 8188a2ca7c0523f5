using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Where a request goes and by which rule. Exactly one of <see cref="Cluster"/> and <see cref="Failure"/> is set, or
/// neither where the rule answers by itself.</summary>
internal readonly struct RouteDecision
{
    /// <summary>Null where no VirtualService applies, or where none of its rules matched.</summary>
    public RouteRuleModel? Rule { get; init; }

    public ClusterModel? Cluster { get; init; }

    /// <summary>What the rule changes on the messages; null for nothing.</summary>
    public EditsModel? Edits { get; init; }

    /// <summary>Null where there is a cluster. One reference, so that a decision is handed over in registers or by words, on which nobody waits.</summary>
    public RouteFailure? Failed { get; init; }

    /// <summary>NoRoute or NoCluster; None where there is a cluster.</summary>
    public MeshResponseFlags Failure => Failed?.Flag ?? MeshResponseFlags.None;

    /// <summary>That of <see cref="Failed"/>.</summary>
    public string? Reason => Failed?.Reason;
}
