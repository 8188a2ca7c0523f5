using System.Collections.Frozen;
using System.Text.Json;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.Model;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>Pods and nodes, of which nothing but labels is read. Those of one watch that carry the same labels share one object of them.</summary>
/// <param name="Labels">Empty where there are none.</param>
internal sealed record ObjectLabels(FrozenDictionary<string, string> Labels)
{
    /// <summary>For one watch.</summary>
    public static ResourceType<ObjectLabels> Pods() => Of("pods");

    /// <summary>For one watch. Those that tell the place, of some thirty.</summary>
    public static ResourceType<ObjectLabels> Nodes() => Of("nodes", static label => label is Surroundings.RegionLabel or Surroundings.ZoneLabel);

    private static ResourceType<ObjectLabels> Of(string plural, Func<string, bool>? isRead = null)
    {
        var sets = new LabelSets();
        return new("", ["v1"], plural, (_, json) => new ObjectLabels(
            JsonSerializer.Deserialize(json, ServiceJson.Default.LabelledObject)?.Metadata?.Labels is { Count: > 0 } labels
                ? sets.Get(isRead is null ? labels : labels.Where(label => isRead(label.Key)).ToDictionary(StringComparer.Ordinal))
                : FrozenDictionary<string, string>.Empty))
        {
            IsMetadataOnly = true,
        };
    }
}

internal sealed record LabelledObject(LabelledMetadata? Metadata);

internal sealed record LabelledMetadata(Dictionary<string, string>? Labels);
