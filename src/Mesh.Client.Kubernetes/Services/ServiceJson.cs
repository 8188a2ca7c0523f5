using System.Text.Json.Serialization;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServiceObject))]
[JsonSerializable(typeof(EndpointSliceObject))]
[JsonSerializable(typeof(LabelledObject))]
internal sealed partial class ServiceJson : JsonSerializerContext;
