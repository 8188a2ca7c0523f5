using System.Text.Json.Nodes;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Schema;

/// <summary>A resource as Istio's YAML has it, written as a section of appsettings.json.</summary>
internal static class SectionJson
{
    /// <summary>The map of each kind.</summary>
    public static IReadOnlyDictionary<string, string> Maps { get; } = new Dictionary<string, string>
    {
        ["VirtualService"] = "VirtualServices",
        ["DestinationRule"] = "DestinationRules",
        ["ServiceEntry"] = "ServiceEntries",
        ["WorkloadEntry"] = "WorkloadEntries",
        ["HTTPRoute"] = "HTTPRoutes",
        ["GRPCRoute"] = "GRPCRoutes",
        ["Gateway"] = "Gateways",
        ["Sidecar"] = "Sidecars",
        ["PeerAuthentication"] = "PeerAuthentications",
        ["RequestAuthentication"] = "RequestAuthentications",
        ["AuthorizationPolicy"] = "AuthorizationPolicies",
    };

    /// <summary>Null where the section has no map for the kind.</summary>
    public static JsonObject? FromYaml(string resource)
    {
        var node = YamlNodeReader.Read("rules.yaml", resource, []).Single();
        return Maps.TryGetValue(node.Field("kind")!.Text!, out var map)
            ? new JsonObject { ["Mesh"] = new JsonObject { [map] = new JsonObject { [SchemaFile.AnyKey] = Convert(node.Field("spec")!) } } }
            : null;
    }

    private static JsonNode? Convert(ConfigurationNode node) => node.Kind switch
    {
        NodeKind.Mapping => new JsonObject(node.Properties.Select(property => KeyValuePair.Create(property.Key, Convert(property.Value)))),
        NodeKind.Sequence => new JsonArray([.. node.Items.Select(Convert)]),
        NodeKind.Number or NodeKind.Boolean => JsonNode.Parse(node.Text!),
        NodeKind.Null => null,
        _ => JsonValue.Create(node.Text),
    };
}
