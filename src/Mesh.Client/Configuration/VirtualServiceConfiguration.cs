namespace Mesh.Client.Configuration;

internal sealed record VirtualServiceConfiguration : ResourceConfiguration
{
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary><c>mesh</c> where nothing is written; without <c>mesh</c> the rule does not apply to clients.</summary>
    public IReadOnlyList<string> Gateways { get; init; } = ["mesh"];

    public IReadOnlyList<HttpRouteConfiguration> Http { get; init; } = [];

    /// <summary>As written; empty is everywhere.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];

    /// <summary>It stands for no host; rules of others take its rules in.</summary>
    public bool IsDelegate => Hosts.Count == 0;

    public bool AppliesToMesh => Gateways.Contains("mesh");
}
