namespace Mesh.Client.Configuration;

/// <summary>Who this process is: its workload name, labels and locality (<c>region/zone/subzone</c>).</summary>
internal sealed record WorkloadConfiguration
{
    public string? Name { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public string? Locality { get; init; }
}
