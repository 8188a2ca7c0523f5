namespace Mesh.Client.Configuration;

/// <summary><c>http2KeepAlive</c>: PING frames, while calls are under way and while none is.</summary>
internal sealed record Http2KeepAliveConfiguration
{
    /// <summary>A connection that is silent so long is asked.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>A connection that does not answer so long is closed; null is the platform's 20 s.</summary>
    public TimeSpan? Timeout { get; init; }
}
