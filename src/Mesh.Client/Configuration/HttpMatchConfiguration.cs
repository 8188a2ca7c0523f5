using System.Collections.Frozen;

namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>match</c>: all that is set must hold.</summary>
internal sealed record HttpMatchConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public string? Name { get; init; }

    /// <summary>As explanations name it: <c>rules[0].matches[1]</c> of a route; null: by its place in the VirtualService.</summary>
    public string? Place { get; init; }

    public StringMatchConfiguration? Uri { get; init; }

    public StringMatchConfiguration? Method { get; init; }

    public StringMatchConfiguration? Scheme { get; init; }

    public StringMatchConfiguration? Authority { get; init; }

    /// <summary>Header name (lower case) to condition.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> Headers { get; init; } = [];

    /// <summary>Header name (lower case) to a condition that must not hold; but for presence, a header that is not there counts as empty.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> WithoutHeaders { get; init; } = [];

    /// <summary>Name to condition; names with regard to case.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> QueryParams { get; init; } = [];

    /// <summary>Labels that the calling workload must carry; not asked where <see cref="Gateways"/> are written, as in Istio.</summary>
    public IReadOnlyDictionary<string, string> SourceLabels { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The namespace of the calling workload; not asked where <see cref="Gateways"/> are written, as in Istio.</summary>
    public string? SourceNamespace { get; init; }

    public bool IgnoreUriCase { get; init; }

    public int? Port { get; init; }

    /// <summary>Bound gateways of this match; empty takes the VirtualService's.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>The name of a condition that cannot be looked at in a client (a claim of a token); such a match never holds, since ignoring
    /// a condition would send calls to rules that were not meant for them.</summary>
    public string? UnbuiltCondition { get; init; }
}
