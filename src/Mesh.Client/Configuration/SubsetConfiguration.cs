namespace Mesh.Client.Configuration;

internal sealed record SubsetConfiguration
{
    public required ConfigurationNode Node { get; init; }

    public required string Name { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public TrafficPolicyConfiguration? TrafficPolicy { get; init; }
}
