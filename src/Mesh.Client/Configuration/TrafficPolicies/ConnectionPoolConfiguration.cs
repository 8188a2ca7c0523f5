namespace Mesh.Client.Configuration;

internal sealed record ConnectionPoolConfiguration
{
    /// <summary>TCP and TLS together; null is 10 s.</summary>
    public TimeSpan? ConnectTimeout { get; init; }
}
