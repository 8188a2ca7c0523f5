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

    /// <summary>Of one attempt, whatever <see cref="Retries"/> says; at least 1 ms; null is none.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>Why calls that the rule takes are answered and not sent, as a clause; null where they are sent.</summary>
    public string? Refusal { get; init; }

    /// <summary>What calls get whose destination is not defined: 503 in Istio, 500 for an HTTPRoute.</summary>
    public int UndefinedStatus { get; init; } = 503;

    public RouteExtension? Extension { get; init; }

    /// <summary>The rules of another VirtualService stand in place of this one; gone once they do.</summary>
    public DelegateReference? Delegate { get; init; }

    /// <summary>Where the rule was written, if not at its own place in its VirtualService: <c>http[0] team/reviews http[1]</c>, of a route <c>rules[0]</c>.</summary>
    public string? Place { get; init; }

    /// <summary>The delegate or the route that the rule stands in; null: the VirtualService that has it.</summary>
    public ResourceMetadata? WrittenIn { get; init; }
}
