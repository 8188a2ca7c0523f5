using System.Collections.Frozen;
using Mesh.Client.Configuration;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>Where endpoints stand: as their node says, else their pod, else as the zone of the slice says where it lies in the region of this process.</summary>
/// <param name="nodeLabels">The labels of a node; null where nodes are not watched or it is not known.</param>
/// <param name="own">The locality of this process; null where it is not known.</param>
internal sealed class Surroundings(Func<string, FrozenDictionary<string, string>?> nodeLabels, string? own)
{
    public const string RegionLabel = "topology.kubernetes.io/region";
    public const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly Dictionary<(string Region, string Zone), string?> _texts = [];

    /// <summary>The locality of this process, from which regions are told.</summary>
    public string? Own { get; } = own;

    /// <summary>The zone of this process; null where it is not known.</summary>
    public string? OwnZone { get; } = own?.Split('/') is [_, { Length: > 0 } zone, ..] ? zone : null;

    /// <summary>One object for each place.</summary>
    public string? Of(SliceMember member, FrozenDictionary<string, string> podLabels)
    {
        var node = member.Node is null ? null : nodeLabels(member.Node);
        var zone = node?.GetValueOrDefault(ZoneLabel) ?? podLabels.GetValueOrDefault(ZoneLabel) ?? member.Zone ?? "";
        return (node?.GetValueOrDefault(RegionLabel) ?? podLabels.GetValueOrDefault(RegionLabel) ?? RegionOf(zone)) is { Length: > 0 } region
            ? Text(region, zone)
            : null;
    }

    public static string? Of(IReadOnlyDictionary<string, string> labels)
        => labels.GetValueOrDefault(RegionLabel) is { Length: > 0 } region ? Valid(region, labels.GetValueOrDefault(ZoneLabel) ?? "") : null;

    /// <summary>Clouds name zones after their region: <c>eu-west-1b</c>, <c>europe-west1-b</c>.</summary>
    private string? RegionOf(string zone)
    {
        if (Own is null || zone.Length == 0)
        {
            return null;
        }

        var parts = Own.Split('/');
        return (parts.Length > 1 && parts[1] == zone) || zone.StartsWith(parts[0], StringComparison.Ordinal) ? parts[0] : null;
    }

    private string? Text(string region, string zone)
    {
        if (!_texts.TryGetValue((region, zone), out var text))
        {
            _texts.Add((region, zone), text = Valid(region, zone));
        }

        return text;
    }

    private static string? Valid(string region, string zone)
    {
        var text = zone.Length == 0 ? region : $"{region}/{zone}";
        return LocalityText.IsValid(text) ? text : null;
    }
}
