namespace Mesh.Client.Kubernetes.Watching;

/// <summary>An attempt to list or watch that failed. It stays inside the room: the loop asks again, status and logs show the message.</summary>
internal sealed class WatchException : Exception
{
    public WatchException()
    {
    }

    public WatchException(string message)
        : base(message)
    {
    }

    public WatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public WatchException(WatchFailure kind, string message, TimeSpan? retryAfter = null)
        : base(message)
    {
        Kind = kind;
        RetryAfter = retryAfter;
    }

    public WatchFailure Kind { get; }

    /// <summary>The server knows who asks, and does not let them.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>What the server asks for; null where it asks for nothing.</summary>
    public TimeSpan? RetryAfter { get; }
}
