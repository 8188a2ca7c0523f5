namespace Mesh.Client.Configuration;

/// <summary>A Service that a route is attached to.</summary>
/// <param name="Name">The service.</param>
/// <param name="Namespace">Null: that of the route.</param>
/// <param name="Port">Null: all ports, but for <paramref name="PortName"/>.</param>
/// <param name="PortName">Null: all ports, but for <paramref name="Port"/>.</param>
/// <param name="Node">Where it is written.</param>
internal sealed record ServiceParent(string Name, string? Namespace, int? Port, string? PortName, ConfigurationNode Node);
