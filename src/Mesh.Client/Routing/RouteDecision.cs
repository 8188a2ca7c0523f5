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

    /// <summary>NoRoute or NoCluster; None where there is a cluster. A rule whose action is refused gives NoCluster.</summary>
    public MeshResponseFlags Failure { get; init; }

    /// <summary>The one-line reason that names rule and value, for the body of the mesh's own answer; built only on failure.</summary>
    public string? Reason { get; init; }
}
