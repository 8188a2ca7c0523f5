using System.Collections.Frozen;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Kubernetes.Identity;

/// <summary>Where this process stands. Thread-safe.</summary>
/// <param name="node">Its node, by the variable <c>NODE_NAME</c>; null where it is not known.</param>
/// <param name="documents">Told of the place of the node.</param>
/// <param name="mesh">The live rules.</param>
internal sealed class OwnPlace(string? node, ServiceDocuments documents, Func<IMeshConfigurationAccessor> mesh)
{
    /// <param name="environment">Variables of the environment.</param>
    public static string? NodeOf(Func<string, string?> environment) => environment("NODE_NAME");

    public string? Node { get; } = string.IsNullOrEmpty(node) ? null : node;

    /// <summary>As the rules have it, whoever told them.</summary>
    public string? Locality => mesh().Current.Workload.Locality;

    /// <param name="labels">Of its node.</param>
    public void Learn(FrozenDictionary<string, string> labels) => documents.SetPlace(Surroundings.Of(labels));
}
