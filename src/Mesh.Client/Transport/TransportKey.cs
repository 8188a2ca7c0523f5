using Mesh.Client.Model;

namespace Mesh.Client.Transport;

/// <summary>What makes connections the same: where they go and how they are made.</summary>
/// <param name="Address">Where they go.</param>
/// <param name="Policy">What the client's own handler asks for.</param>
/// <param name="Connections">What the cluster's rules ask for.</param>
/// <param name="Tls">The TLS that the mesh adds; null where it adds none.</param>
internal readonly record struct TransportKey(string Address, TransportPolicy Policy, ConnectionPolicy Connections, ClusterTls? Tls);
