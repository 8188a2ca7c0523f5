namespace Mesh.Client.Configuration;

/// <summary>One endpoint in Istio's words: a resource of its own, or an entry of a ServiceEntry's <c>endpoints</c>.</summary>
internal sealed record WorkloadEntryConfiguration : ResourceConfiguration
{
    /// <summary>An IP address, a name, or <c>unix:path</c>; without a port.</summary>
    public required string Address { get; init; }

    /// <summary>Name of a port of the service to the port that listens; what is not here listens at the service's target port.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>();

    /// <summary>Those of the spec and of the metadata; of two values the metadata's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public string? Locality { get; init; }

    public int Weight { get; init; } = 1;
}
