namespace Mesh.Client.Transport;

/// <summary>Whether the mesh may make the connections of a client in place of its primary handler.</summary>
internal static class TransportOwnership
{
    /// <summary>Null where it may; else why not, to be read after "the primary handler".</summary>
    public static string? ObstacleOf(HttpMessageHandler? handler) => handler switch
    {
        // It may override SendAsync, and what happens there must go on happening.
        HttpClientHandler when handler.GetType() != typeof(HttpClientHandler) => "is a subclass of HttpClientHandler",
        SocketsHttpHandler { ConnectCallback: not null } => "has a ConnectCallback",
        SocketsHttpHandler { PlaintextStreamFilter: not null } => "has a PlaintextStreamFilter",
        SocketsHttpHandler { Proxy: not null } or HttpClientHandler { Proxy: not null } => "has a Proxy",
        SocketsHttpHandler { Credentials: not null } or HttpClientHandler { Credentials: not null } => "has Credentials",
        SocketsHttpHandler or HttpClientHandler => null,
        DelegatingHandler => "is a DelegatingHandler around another one",
        _ => "is neither a SocketsHttpHandler nor an HttpClientHandler",
    };
}
