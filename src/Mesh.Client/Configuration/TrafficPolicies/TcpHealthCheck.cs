namespace Mesh.Client.Configuration;

/// <summary>Connects, and where something is written sends it and waits for the answer.</summary>
/// <param name="Send">A character a byte; empty sends nothing.</param>
/// <param name="Receive">Texts that the answer must contain one after the other, a character a byte; a connection alone is enough where
/// there are none.</param>
internal sealed record TcpHealthCheck(string Send, ValueList<string> Receive) : HealthCheckProtocol;
