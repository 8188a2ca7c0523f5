using System.Text.Json;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>What is read of a Service.</summary>
internal sealed record ServiceObject(ServiceMetadata? Metadata, ServiceSpec? Spec)
{
    public static ResourceType<ServiceObject> Type { get; } = ResourceType<ServiceObject>.Of("", ["v1"], "services", ServiceJson.Default.ServiceObject);
}

internal sealed record ServiceMetadata(string? CreationTimestamp);

/// <param name="Type"><c>ClusterIP</c> and so on; <c>ExternalName</c> is the one that matters.</param>
/// <param name="ExternalName">The name that stands for the service, of that type.</param>
/// <param name="Selector">Labels of its pods; null or empty where somebody else writes its slices.</param>
/// <param name="Ports">Null for a headless service without ports.</param>
/// <param name="IpFamilies"><c>IPv4</c> and <c>IPv6</c>, the preferred first.</param>
/// <param name="PublishNotReadyAddresses">Pods that are not ready are to be called too.</param>
/// <param name="InternalTrafficPolicy"><c>Local</c>: only endpoints of the caller's node are to be called.</param>
internal sealed record ServiceSpec(
    string? Type,
    string? ExternalName,
    IReadOnlyDictionary<string, string>? Selector,
    IReadOnlyList<ServicePortObject>? Ports,
    IReadOnlyList<string>? IpFamilies,
    bool PublishNotReadyAddresses,
    string? InternalTrafficPolicy = null)
{
    public static ServiceSpec Empty { get; } = new(null, null, null, null, null, false);

    public bool IsLocal => InternalTrafficPolicy == "Local";

    public bool IsExternalName => Type == "ExternalName";

    /// <summary>Those of TCP: calls of the mesh know no other.</summary>
    public IEnumerable<ServicePortObject> TcpPorts => (Ports ?? []).Where(port => port.Protocol is null or "" or "TCP");
}

/// <param name="Name">Null or empty where the service has one port.</param>
/// <param name="Port">What callers address.</param>
/// <param name="TargetPort">A number, or the name of a port of the pods.</param>
/// <param name="Protocol">Null: TCP.</param>
/// <param name="AppProtocol">Such as <c>kubernetes.io/h2c</c>.</param>
internal sealed record ServicePortObject(string? Name, int Port, JsonElement? TargetPort, string? Protocol, string? AppProtocol);
