using System.Collections.Frozen;

namespace Mesh.Client.Diagnostics;

/// <summary>A subset of a service on one port: its policy, and what is known of its endpoints. Immutable.</summary>
public sealed class MeshClusterExplanation
{
    internal MeshClusterExplanation()
    {
    }

    /// <summary>In Envoy's syntax: <c>outbound|9080|v1|reviews.default.svc.cluster.local</c>.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The fully qualified name of the service.</summary>
    public string Service { get; internal init; } = "";

    /// <summary>Null for the whole service.</summary>
    public string? Subset { get; internal init; }

    /// <summary>What endpoints must carry to belong to the subset; empty takes all.</summary>
    public IReadOnlyDictionary<string, string> SubsetLabels { get; internal init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The DestinationRules that define subset and policy, such as <c>DestinationRule default/reviews</c>; null where there is none
    /// and the policy is the default.</summary>
    public string? DestinationRules { get; internal init; }

    /// <summary>The traffic policy: balancing, connect timeout, outlier detection.</summary>
    public IReadOnlyList<MeshSetting> Settings { get; internal init; } = [];

    /// <summary>Where endpoints come from, as <c>Discovery</c> of a service names it, such as <c>Dns</c>.</summary>
    public string Discovery { get; internal init; } = "";

    /// <summary>How discovery stands: <c>Known</c>, <c>Empty</c>, <c>Stale</c> (an earlier answer is served on, or of several names one has not
    /// been answered yet) or <c>Failed</c>; null where it was not asked or has not answered yet.</summary>
    public string? DiscoveryState { get; internal init; }

    /// <summary>The time since the last answer that confirmed the endpoints, of several names since that of the name which was confirmed longest
    /// ago; while nothing was ever answered, the time since discovery began. Null where it was not asked or has not answered yet.</summary>
    public TimeSpan? DiscoveryAge { get; internal init; }

    /// <summary>The last failure or empty answer of discovery; null while all is well.</summary>
    public string? DiscoveryProblem { get; internal init; }

    /// <summary>Some call of this process went to the cluster, so that the health of its endpoints is known.</summary>
    public bool WasCalled { get; internal init; }

    /// <summary>No endpoint is picked: calls go to the address that the caller wrote, by the client's own handler (<c>PASSTHROUGH</c>).</summary>
    public bool IsPassThrough { get; internal init; }

    /// <summary>So few endpoints are healthy that ejected ones are used again (<c>minHealthPercent</c>).</summary>
    public bool IsPanicking { get; internal init; }

    /// <summary>The policy has outlier detection that can eject none of the endpoints: they are too few for its <c>maxEjectionPercent</c>.</summary>
    public bool IsEjectionImpossible { get; internal init; }

    /// <summary>Who gets which part of the calls, in order of preference; empty of a cluster that was not called yet, and where nobody may be
    /// picked.</summary>
    public IReadOnlyList<MeshGroupExplanation> Groups { get; internal init; } = [];

    /// <summary>All endpoints of the subset, ejected ones included, in the order of discovery. Of a cluster that was not called yet: those that
    /// stand in the rules, or that calls to another subset of the service have made known.</summary>
    public IReadOnlyList<MeshEndpointExplanation> Endpoints { get; internal init; } = [];
}
