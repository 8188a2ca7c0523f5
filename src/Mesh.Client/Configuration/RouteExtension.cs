namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh.routes.&lt;name&gt;</c> of a VirtualService: what Istio has no field for in a rule.</summary>
internal sealed record RouteExtension
{
    public required ConfigurationNode Node { get; init; }

    /// <summary>From the start of a call to its response headers, over all attempts; null is none.</summary>
    public TimeSpan? HeadersTimeout { get; init; }

    /// <summary>The longest silence while a body moves; null is none.</summary>
    public TimeSpan? IdleTimeout { get; init; }
}
