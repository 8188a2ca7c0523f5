using System.Text.Json.Serialization;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Tests.Harness;

/// <summary>What scripted objects are read as.</summary>
internal sealed record Thing(ThingSpec? Spec, ThingMetadata? Metadata)
{
    public static ResourceType<Thing> Type { get; } = ResourceType<Thing>.Of("example.test", ["v1"], "things", ThingContext.Default.Thing);

    public string? Value => Spec?.Value;
}

internal sealed record ThingSpec(string? Value);

internal sealed record ThingMetadata(Dictionary<string, string>? Labels);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Thing))]
internal sealed partial class ThingContext : JsonSerializerContext;
