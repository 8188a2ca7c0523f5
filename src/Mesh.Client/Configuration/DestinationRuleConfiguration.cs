namespace Mesh.Client.Configuration;

internal sealed record DestinationRuleConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public required ResourceMetadata Metadata { get; init; }

    public required string Host { get; init; }

    public TrafficPolicyConfiguration? TrafficPolicy { get; init; }

    public IReadOnlyList<SubsetConfiguration> Subsets { get; init; } = [];
}
