using System.Text.Json.Nodes;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>One place of the section: what the schema says about it, and what the program says about a value there.</summary>
/// <param name="Outer">Null for the section itself.</param>
/// <param name="Name">The key or field; null for the section and for the first item of a list.</param>
/// <param name="Schema">Without reference.</param>
internal sealed record SchemaPlace(SchemaPlace? Outer, string? Name, JsonObject Schema)
{
    public string Path => Outer is null ? "Mesh" : $"{Outer.Path}:{Name ?? "0"}";

    /// <summary>Rules are spelt as Istio spells them, settings and services as docs/configuration.md does; the binder itself does not care.</summary>
    public bool IsIstio => Path.Count(':') > 1 && !Path.StartsWith("Mesh:Services:", StringComparison.Ordinal);

    /// <summary>Other fields than those listed are refused.</summary>
    public bool IsClosed => Schema["additionalProperties"] is JsonValue;

    /// <summary>No value is valid: the program refuses the field by name.</summary>
    public bool IsForbidden => Schema["not"] is JsonObject { Count: 0 };

    public IEnumerable<string> Fields => (Schema["properties"] as JsonObject ?? []).Select(property => property.Key);

    public bool Is(string type) => Schema["type"] switch
    {
        JsonArray types => types.Any(each => each!.GetValue<string>() == type),
        JsonValue single => single.GetValue<string>() == type,
        _ => false,
    };

    /// <summary>What the program finds in <paramref name="value"/> at this place, or <paramref name="below"/> it.</summary>
    public IReadOnlyList<MeshFinding> Findings(JsonNode? value, string below = "") => [.. All(value).Where(finding => finding.Path == Path + below)];

    /// <summary>What makes the program refuse the value for itself, and not for what lies inside it or is written beside it.</summary>
    public IReadOnlyList<MeshFinding> Refusals(JsonNode? value)
        => [.. All(value).Where(finding => finding.RefusesDocument && finding.Code != FindingCodes.Conflict
            && (finding.Path == Path || (finding.Path == Outer?.Path && finding.Code == FindingCodes.BadStringMatch)))];

    public override string ToString() => Path;

    private IReadOnlyList<MeshFinding> All(JsonNode? value) => Loading.Section(Section(value).ToJsonString()).Findings;

    /// <summary>A section that holds the value at this place and around it what is required, without which the program might not look at it.</summary>
    private JsonNode Section(JsonNode? value)
    {
        var node = value?.DeepClone();
        for (var place = this; place.Outer is { } outer; place = outer)
        {
            if (place.Name is null)
            {
                node = new JsonArray(node);
                continue;
            }

            var mapping = Required(outer.Schema);
            mapping[place.Name] = node;
            node = mapping;
        }

        return node!;
    }

    private static JsonObject Required(JsonObject schema)
    {
        var mapping = new JsonObject();
        foreach (var name in schema["required"] as JsonArray ?? [])
        {
            mapping[name!.GetValue<string>()] = Example(SchemaFile.Resolve(schema["properties"]![name.GetValue<string>()]!));
        }

        return mapping;
    }

    private static JsonNode Example(JsonObject schema)
        => schema["type"]!.GetValue<string>() switch
        {
            "object" => Required(schema),
            "integer" => schema["minimum"]!.DeepClone(),
            _ => schema["examples"]?[0]!.DeepClone() ?? SchemaFile.AnyKey,
        };
}
