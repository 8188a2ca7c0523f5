namespace Mesh.Client.Discovery;

/// <summary>A source could not say where the endpoints are. It stays inside the Discovery room: calls see no endpoints, logs and status the message.</summary>
internal sealed class DiscoveryException : Exception
{
    public DiscoveryException()
    {
    }

    public DiscoveryException(string message)
        : base(message)
    {
    }

    public DiscoveryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Asking again cannot help; only other rules can.</summary>
    public bool IsPermanent { get; init; }

    /// <summary>Nobody said anything, so that asking something else would be in vain too.</summary>
    public bool IsSilence { get; init; }
}
