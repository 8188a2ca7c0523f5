namespace Mesh.Client.Configuration;

internal sealed record HttpRouteConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public string? Name { get; init; }

    /// <summary>OR between entries; empty matches everything.</summary>
    public IReadOnlyList<HttpMatchConfiguration> Match { get; init; } = [];

    public IReadOnlyList<RouteDestinationConfiguration> Route { get; init; } = [];

    public RedirectConfiguration? Redirect { get; init; }

    public DirectResponseConfiguration? DirectResponse { get; init; }

    public RewriteConfiguration? Rewrite { get; init; }

    public HeadersConfiguration? Headers { get; init; }

    public FaultConfiguration? Fault { get; init; }

    public IReadOnlyList<MirrorConfiguration> Mirrors { get; init; } = [];

    /// <summary>At least 1 ms; null is none.</summary>
    public TimeSpan? Timeout { get; init; }

    public RetriesConfiguration? Retries { get; init; }

    public RouteExtension? Extension { get; init; }

    /// <summary>The rules of another VirtualService stand in place of this one; gone once they do.</summary>
    public DelegateReference? Delegate { get; init; }

    /// <summary>Where the rule was written, if not at its own place in its VirtualService: <c>http[0] team/reviews http[1]</c>.</summary>
    public string? Place { get; init; }

    /// <summary>The delegate that the rule stands in; null: the VirtualService that has it.</summary>
    public ResourceMetadata? WrittenIn { get; init; }
}
