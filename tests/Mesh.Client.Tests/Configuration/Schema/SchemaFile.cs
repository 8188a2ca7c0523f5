using System.Text.Json.Nodes;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>The JSON schema of the package, as a tree without references.</summary>
internal static class SchemaFile
{
    public const string AnyKey = "a";

    public static string Text { get; } = File.ReadAllText(RepositoryRoot.Combine("src", "Mesh.Client", "ConfigurationSchema.json"));

    public static JsonObject Root { get; } = JsonNode.Parse(Text)!.AsObject();

    /// <summary>Every place of the section that the schema describes, outermost first.</summary>
    public static IReadOnlyList<SchemaPlace> Places { get; } = [.. Below(new SchemaPlace(null, null, Resolve(Root["properties"]!["Mesh"]!)))];

    public static JsonObject Resolve(JsonNode schema)
    {
        const string Prefix = "#/definitions/";
        while (schema["$ref"] is { } reference)
        {
            schema = Root["definitions"]![reference.GetValue<string>()[Prefix.Length..]]
                ?? throw new InvalidOperationException($"There is no definition {reference}.");
        }

        return schema.AsObject();
    }

    private static IEnumerable<SchemaPlace> Below(SchemaPlace place)
    {
        yield return place;
        foreach (var (name, child) in Children(place))
        {
            foreach (var inner in Below(new SchemaPlace(place, name, Resolve(child))))
            {
                yield return inner;
            }
        }
    }

    private static IEnumerable<(string? Name, JsonNode Schema)> Children(SchemaPlace place)
    {
        foreach (var (name, child) in place.Schema["properties"] as JsonObject ?? [])
        {
            yield return (name, child!);
        }

        if (place.Schema["additionalProperties"] is JsonObject values)
        {
            yield return (AnyKey, values);
        }

        if (place.Is("array"))
        {
            yield return (null, place.Schema["items"] ?? new JsonObject());
        }
    }
}
