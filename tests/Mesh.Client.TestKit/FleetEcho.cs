namespace Mesh.Client.TestKit;

/// <summary>What a fleet server answers unless told otherwise, as JSON: the request as it arrived.</summary>
/// <param name="Server">The index of the server in its fleet.</param>
/// <param name="Host">The Host header or <c>:authority</c>, with port where there was one.</param>
/// <param name="Sni">The server name of the TLS handshake; null without TLS or name.</param>
/// <param name="ConnectionId">The same for requests that shared a connection.</param>
internal sealed record FleetEcho(
    int Server,
    string Method,
    string Path,
    string Host,
    string Scheme,
    string Protocol,
    string? Sni,
    string ConnectionId,
    Dictionary<string, string> Headers,
    string Body);
