namespace Mesh.Client.Configuration;

internal sealed record RouteDestinationConfiguration
{
    public required ConfigurationNode Node { get; init; }

    /// <summary>As written; short names resolve in the namespace of the rule.</summary>
    public required string Host { get; init; }

    /// <summary>Where a short <see cref="Host"/> belongs; null: the namespace of the rule.</summary>
    public string? Namespace { get; init; }

    /// <summary>Why calls that are drawn for it go nowhere, as a clause; null where it is a destination.</summary>
    public string? Problem { get; init; }

    public string? Subset { get; init; }

    public int? Port { get; init; }

    public HeadersConfiguration? Headers { get; init; }

    /// <summary>Relative; 0 where nothing is written. A single destination gets everything whatever its weight.</summary>
    public int Weight { get; init; }
}
