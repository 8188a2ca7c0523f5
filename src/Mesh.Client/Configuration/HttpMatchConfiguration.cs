namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>match</c>: all that is set must hold.</summary>
internal sealed record HttpMatchConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public string? Name { get; init; }

    public StringMatchConfiguration? Uri { get; init; }

    public StringMatchConfiguration? Method { get; init; }

    public StringMatchConfiguration? Scheme { get; init; }

    public StringMatchConfiguration? Authority { get; init; }

    /// <summary>Header name (lower case) to condition.</summary>
    public IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> Headers { get; init; } = [];

    public bool IgnoreUriCase { get; init; }

    public int? Port { get; init; }

    /// <summary>Bound gateways of this match; empty takes the VirtualService's.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = [];

    /// <summary>The name of a condition that is written but not built yet (<c>queryParams</c>, <c>withoutHeaders</c>, ...); such a
    /// match never holds, since ignoring a condition would send calls to rules that were not meant for them.</summary>
    public string? UnbuiltCondition { get; init; }
}
