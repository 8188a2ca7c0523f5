namespace Mesh.Client.Configuration;

/// <summary><c>tcpKeepalive</c>; what is null is the operating system's.</summary>
internal sealed record TcpKeepAliveConfiguration
{
    /// <summary>Unanswered probes that end a connection.</summary>
    public int? Probes { get; init; }

    /// <summary>How long a connection is silent before the first probe; in whole seconds.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Between probes; in whole seconds.</summary>
    public TimeSpan? Interval { get; init; }
}
