namespace Mesh.Client.Configuration;

/// <summary><c>connectionPool</c>, as a whole: one that a narrower policy writes replaces it. A limit of 0 counts as not written, as in Istio.</summary>
internal sealed record ConnectionPoolConfiguration
{
    /// <summary>TCP and TLS together; null is 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    public int MaxConnections { get; init; }

    public TcpKeepAliveConfiguration? TcpKeepAlive { get; init; }

    /// <summary>The age at which a connection takes no more calls.</summary>
    public TimeSpan? MaxConnectionDuration { get; init; }

    /// <summary>The shorter of those of <c>tcp</c> and <c>http</c>; infinite for a connection that stays however long nobody calls.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    public int MaxPendingRequests { get; init; }

    public int MaxRequests { get; init; }

    public int MaxRequestsPerConnection { get; init; }

    public int MaxRetries { get; init; }

    public int MaxConcurrentStreams { get; init; }

    /// <summary><c>h2UpgradePolicy: UPGRADE</c>, and nothing that overrides it.</summary>
    public bool UpgradesToHttp2 { get; init; }

    public Http2KeepAliveConfiguration? Http2KeepAlive { get; init; }
}
