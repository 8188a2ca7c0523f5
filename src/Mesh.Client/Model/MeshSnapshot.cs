using System.Collections.Frozen;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The compiled rules. Immutable; swapped with one reference write; a call reads it once and stays on it to its end.</summary>
internal sealed class MeshSnapshot
{
    public static MeshSnapshot Empty { get; } = new()
    {
        Version = 0,
        Configuration = MeshConfiguration.Empty,
        Hosts = FrozenDictionary<string, HostModel>.Empty,
        Wildcards = [],
        Clusters = [],
    };

    /// <summary>Counts the swaps of this process, from 1.</summary>
    public required long Version { get; init; }

    public required MeshConfiguration Configuration { get; init; }

    /// <summary>Every exact name a caller may write (short name, <c>name.ns</c>, <c>name.ns.svc</c>, FQDN), without regard to case.</summary>
    public required FrozenDictionary<string, HostModel> Hosts { get; init; }

    /// <summary>Wildcard hosts with the longest suffix first.</summary>
    public required IReadOnlyList<WildcardHostModel> Wildcards { get; init; }

    /// <summary>Every cluster that some rule or service can reach and whose port is known from the rules.</summary>
    public required IReadOnlyList<ClusterModel> Clusters { get; init; }
}
