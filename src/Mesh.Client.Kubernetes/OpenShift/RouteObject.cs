using System.Text.Json;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.OpenShift;

/// <summary>What is read of a Route: the host and path by which the outside reaches Services. Keys and certificates are not read.</summary>
/// <param name="Spec">What is wanted.</param>
/// <param name="Status">What routers made of it; null before one has seen it.</param>
internal sealed record RouteObject(RouteSpec? Spec, RouteStatus? Status)
{
    public static ResourceType<RouteObject> Type { get; } = ResourceType<RouteObject>.Of("route.openshift.io", ["v1"], "routes", RouteJson.Default.RouteObject);
}

/// <param name="Host">Null: the router makes one, and says it in the status.</param>
/// <param name="Path">Its beginning; null for every path.</param>
/// <param name="To">Who answers.</param>
/// <param name="AlternateBackends">Who shares the calls with it, by weight.</param>
/// <param name="Port">Null where the Service has one port.</param>
/// <param name="Tls">Null: plain HTTP.</param>
/// <param name="WildcardPolicy"><c>None</c> (also null), or <c>Subdomain</c>: the host's sisters too.</param>
internal sealed record RouteSpec(
    string? Host,
    string? Path,
    RouteTarget? To,
    IReadOnlyList<RouteTarget>? AlternateBackends,
    RoutePort? Port,
    RouteTls? Tls,
    string? WildcardPolicy);

/// <param name="Kind"><c>Service</c>.</param>
/// <param name="Name">In the namespace of the Route.</param>
/// <param name="Weight">0 to 256; null stands for 100.</param>
internal sealed record RouteTarget(string? Kind, string? Name, int? Weight);

/// <param name="TargetPort">The name or number of a port of the endpoints, not of the Service.</param>
internal sealed record RoutePort(JsonElement TargetPort);

/// <param name="Termination"><c>edge</c>, <c>reencrypt</c> or <c>passthrough</c>.</param>
/// <param name="InsecureEdgeTerminationPolicy">What becomes of plain HTTP: <c>None</c> (also null), <c>Allow</c> or <c>Redirect</c>.</param>
internal sealed record RouteTls(string? Termination, string? InsecureEdgeTerminationPolicy);

internal sealed record RouteStatus(IReadOnlyList<RouteIngress>? Ingress);

/// <param name="Host">The host by which this router serves the Route.</param>
/// <param name="RouterName">The router.</param>
/// <param name="Conditions"><c>Admitted</c> among them.</param>
internal sealed record RouteIngress(string? Host, string? RouterName, IReadOnlyList<RouteCondition>? Conditions);

/// <param name="Type">Such as <c>Admitted</c>.</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
internal sealed record RouteCondition(string? Type, string? Status);
