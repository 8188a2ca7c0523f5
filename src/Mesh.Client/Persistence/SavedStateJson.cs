using System.Text.Json.Serialization;

namespace Mesh.Client.Persistence;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SavedEndpoints))]
[JsonSerializable(typeof(SavedRules))]
internal sealed partial class SavedStateJson : JsonSerializerContext;
