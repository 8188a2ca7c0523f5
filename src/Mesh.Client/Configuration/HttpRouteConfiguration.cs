namespace Mesh.Client.Configuration;

internal sealed record HttpRouteConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public string? Name { get; init; }

    /// <summary>OR between entries; empty matches everything.</summary>
    public IReadOnlyList<HttpMatchConfiguration> Match { get; init; } = [];

    public IReadOnlyList<RouteDestinationConfiguration> Route { get; init; } = [];

    public FaultConfiguration? Fault { get; init; }

    /// <summary>At least 1 ms; null is none.</summary>
    public TimeSpan? Timeout { get; init; }

    public RetriesConfiguration? Retries { get; init; }

    /// <summary>The name of an action that is written but not built yet (<c>redirect</c>, <c>directResponse</c>, <c>delegate</c>,
    /// <c>rewrite</c>): calls that match are answered 503 rather than sent somewhere the author did not mean.</summary>
    public string? UnbuiltAction { get; init; }
}
