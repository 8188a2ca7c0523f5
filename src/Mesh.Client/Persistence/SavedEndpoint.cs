using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Persistence;

/// <summary>An endpoint as it is written to disk.</summary>
internal sealed record SavedEndpoint
{
    public required string Address { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public string? Locality { get; init; }

    public int Weight { get; init; } = 1;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsForOthers { get; init; }

    public string? Target { get; init; }

    public int[]? Ports { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsDraining { get; init; }

    public static SavedEndpoint Of(Endpoint endpoint) => new()
    {
        Address = endpoint.Address,
        Labels = endpoint.Labels.Count == 0 ? null : endpoint.Labels.ToDictionary(),
        Locality = endpoint.Locality,
        Weight = endpoint.Weight,
        Priority = endpoint.Priority,
        IsForOthers = endpoint.IsForOthers,
        Target = endpoint.Target,
        Ports = endpoint.ServicePorts.Length == 0 ? null : endpoint.ServicePorts,
        IsDraining = endpoint.IsDraining,
    };

    /// <exception cref="FormatException">Nobody who keeps to the format has written that.</exception>
    public Endpoint ToEndpoint(LabelSets labels)
    {
        if (Weight < 1 || Priority is < 0 or > MeshEndpoint.LowestPriority || (Locality is not null && !LocalityText.IsValid(Locality)) || Ports?.Any(port => port is < 1 or > ushort.MaxValue) == true)
        {
            throw new FormatException($"The weight, the priority, the locality or a port of {FindingSink.Quote(Address)} cannot be.");
        }

        return EndpointAddress.Parse(Address) with
        {
            Labels = Labels is { Count: > 0 } ? labels.Get(Labels) : FrozenDictionary<string, string>.Empty,
            Locality = Locality,
            Weight = Weight,
            Priority = Priority,
            IsForOthers = IsForOthers,
            Target = Target,
            ServicePorts = Ports ?? [],
            IsDraining = IsDraining,
        };
    }
}
