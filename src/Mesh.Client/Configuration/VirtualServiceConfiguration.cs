namespace Mesh.Client.Configuration;

internal sealed record VirtualServiceConfiguration : ResourceConfiguration
{
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary><c>mesh</c> where nothing is written; without <c>mesh</c> the rule does not apply to clients.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = ["mesh"];

    public IReadOnlyList<HttpRouteConfiguration> Http { get; init; } = [];

    /// <summary>As written; empty is everywhere.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];

    /// <summary>The routes of the Gateway API that it was made of; empty: it was written.</summary>
    public IReadOnlyList<ResourceMetadata> MadeOf { get; init; } = [];

    /// <summary>As results and explanations name it.</summary>
    public string Title => MadeOf.Count == 0 ? Metadata.ToString() : string.Join(", ", MadeOf);

    /// <summary>It stands for no host; rules of others take its rules in.</summary>
    public bool IsDelegate => Hosts.Count == 0;

    public bool AppliesToMesh => Gateways.Contains("mesh");
}
