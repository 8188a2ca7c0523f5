namespace Mesh.Client.Transport;

/// <summary>What makes connections the same: where they go and how they are made.</summary>
internal readonly record struct TransportKey(string Address, TransportPolicy Policy, TimeSpan ConnectTimeout);
