using System.Text.Json.Serialization;

namespace Mesh.Client.Kubernetes.OpenShift;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RouteObject))]
internal sealed partial class RouteJson : JsonSerializerContext;
