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
        Hosts = HostIndex.Empty,
        Wildcards = [],
        Clusters = [],
    };

    /// <summary>Counts the swaps of this process, from 1.</summary>
    public required long Version { get; init; }

    public required MeshConfiguration Configuration { get; init; }

    /// <summary>Every exact name a caller may write (short name, <c>name.ns</c>, <c>name.ns.svc</c>, FQDN), without regard to case.</summary>
    public required HostIndex Hosts { get; init; }

    /// <summary>Wildcard hosts with the longest suffix first.</summary>
    public required IReadOnlyList<WildcardHostModel> Wildcards
    {
        get;
        init
        {
            field = value;
            WildcardsBySuffix = new HostIndex([.. value.Select(wildcard => KeyValuePair.Create(wildcard.Suffix, wildcard.Host))]);
            WildcardLengths = value.All(wildcard => wildcard.Suffix[0] == '.') ? [] : [.. value.Select(wildcard => wildcard.Suffix.Length).Distinct().OrderDescending()];
        }
    }

    /// <summary><see cref="Wildcards"/> by suffix, so that a look-up costs one probe per label of the name however many there are.</summary>
    public HostIndex WildcardsBySuffix { get; private init; } = HostIndex.Empty;

    /// <summary>The lengths of the suffixes, the longest first, where one begins inside a label (<c>*-x.foo.com</c>); empty where all begin
    /// with a dot, which tells where to look.</summary>
    public int[] WildcardLengths { get; private init; } = [];

    /// <summary>Wildcards of ServiceEntries, whose calls pass by also under <c>REGISTRY_ONLY</c>.</summary>
    public IReadOnlyList<PassThroughHost> PassThrough
    {
        get;
        init
        {
            field = value;
            PassThroughBySuffix = value.ToFrozenDictionary(host => host.Suffix, StringComparer.OrdinalIgnoreCase);
            PassThroughLengths = [.. value.Select(host => host.Suffix.Length).Distinct().OrderDescending()];
        }
    } = [];

    /// <summary><see cref="PassThrough"/> by suffix, of which there is one each.</summary>
    public FrozenDictionary<string, PassThroughHost> PassThroughBySuffix { get; private init; } = FrozenDictionary<string, PassThroughHost>.Empty;

    /// <summary>The lengths of those suffixes, the longest first: few, and where to look.</summary>
    public int[] PassThroughLengths { get; private init; } = [];

    /// <summary>That of the Sidecar of this process, else that of the mesh.</summary>
    public OutboundTrafficPolicyMode OutboundTrafficPolicy { get; init; }

    /// <summary>Where <see cref="OutboundTrafficPolicy"/> is written.</summary>
    public string OutboundTrafficPolicyPlace { get; init; } = "";

    /// <summary>Every cluster that a rule, a service or a caller's choice of subset can reach; those of services without declared ports under port 0.</summary>
    public required IReadOnlyList<ClusterModel> Clusters { get; init; }

    /// <summary><see cref="Clusters"/> by key.</summary>
    public IReadOnlyDictionary<ClusterKey, ClusterModel> ClustersByKey
    {
        get => field ??= Clusters.ToDictionary(cluster => cluster.Key);
        init;
    }

    /// <summary>The patterns of the rules as written, for the snapshot that follows: what calls have built of them is kept.</summary>
    public IReadOnlyDictionary<string, Re2Matcher> Patterns { get; init; } = FrozenDictionary<string, Re2Matcher>.Empty;

    /// <summary>The cluster of a key, else the one of its service and subset for every port; null where the rules know neither.</summary>
    public ClusterModel? FindCluster(ClusterKey key)
        => ClustersByKey.TryGetValue(key, out var cluster) || ClustersByKey.TryGetValue(key with { Port = 0 }, out cluster) ? cluster : null;
}
