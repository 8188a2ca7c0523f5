using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>What a request's URI addresses in the mesh.</summary>
/// <param name="Host">The host's model.</param>
/// <param name="Port">The service port after the rules for default ports; what <c>match.port</c> sees.</param>
internal readonly record struct HostMatch(HostModel Host, int Port);
