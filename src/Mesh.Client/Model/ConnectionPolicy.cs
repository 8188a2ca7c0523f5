using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>How a cluster wants its connections made and kept. Equality is part of what makes connections the same.</summary>
internal sealed record ConnectionPolicy
{
    public static ConnectionPolicy Default { get; } = new();

    /// <summary>TCP and TLS together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The age at which a connection takes no more calls; null leaves it to the client's own settings.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>How long a connection stays open without calls, infinite for ever; null leaves it to the client's own settings.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Calls after which a connection takes no more; 0 for no limit.</summary>
    public int MaxRequests { get; init; }

    public TcpKeepAliveConfiguration? TcpKeepAlive { get; init; }

    public Http2KeepAliveConfiguration? Http2KeepAlive { get; init; }
}
