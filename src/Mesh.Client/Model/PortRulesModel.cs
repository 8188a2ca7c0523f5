namespace Mesh.Client.Model;

/// <summary>The rules of one port of a host, where they are others than those of its other ports.</summary>
/// <param name="Port">The port of the service that is called.</param>
/// <param name="Rules">What rules it.</param>
internal sealed record PortRulesModel(int Port, VirtualServiceModel Rules);
