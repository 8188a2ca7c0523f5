namespace Mesh.Client.Configuration;

internal sealed record DestinationRuleConfiguration : ResourceConfiguration
{
    public required string Host { get; init; }

    public TrafficPolicyConfiguration? TrafficPolicy { get; init; }

    public IReadOnlyList<SubsetConfiguration> Subsets { get; init; } = [];

    /// <summary>Labels of the clients of the same namespace that the rule is for; null: all that see it.</summary>
    public IReadOnlyDictionary<string, string>? WorkloadSelector { get; init; }

    /// <summary>As written; empty is everywhere.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];
}
