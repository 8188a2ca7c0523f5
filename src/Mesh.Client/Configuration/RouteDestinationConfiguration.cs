namespace Mesh.Client.Configuration;

internal sealed record RouteDestinationConfiguration
{
    public required ConfigurationNode Node { get; init; }

    /// <summary>As written; short names resolve in the namespace of the rule.</summary>
    public required string Host { get; init; }

    public string? Subset { get; init; }

    public int? Port { get; init; }

    public HeadersConfiguration? Headers { get; init; }

    /// <summary>Relative; 0 where nothing is written. A single destination gets everything whatever its weight.</summary>
    public int Weight { get; init; }
}
