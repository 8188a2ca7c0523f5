namespace Mesh.Client;

/// <summary>How the mesh handled a call. Immutable and safe for use by several threads.</summary>
public sealed class MeshResult
{
    internal MeshResult(MeshResponseFlags flags, string host, string? rule, string? subset, string? endpoint, int attempts, MeshRetryStopReason retryStop = MeshRetryStopReason.None)
    {
        Flags = flags;
        Host = host;
        Rule = rule;
        Subset = subset;
        Endpoint = endpoint;
        Attempts = attempts;
        RetryStop = retryStop;
    }

    /// <summary>Why the call went as it did; <see cref="MeshResponseFlags.None"/> for an ordinary one.</summary>
    public MeshResponseFlags Flags { get; }

    /// <summary>The logical host, fully qualified where the mesh knows the service.</summary>
    public string Host { get; }

    /// <summary>The rule that chose, such as <c>default/reviews http[0]</c>, with its name in parentheses where it has one; null where the
    /// service has no VirtualService or no rule matched.</summary>
    public string? Rule { get; }

    /// <summary>The subset that was chosen; null where none was named, or none that is defined.</summary>
    public string? Subset { get; }

    /// <summary>The address of the last endpoint tried, such as <c>10.0.0.1:80</c>; null where none was.</summary>
    public string? Endpoint { get; }

    /// <summary>How often the request was sent, 0 where the mesh answered by itself.</summary>
    public int Attempts { get; }

    /// <summary>Why the request was not sent once more, although its last attempt ended in a way that the retry policy repeats;
    /// <see cref="MeshRetryStopReason.None"/> where no further attempt was called for.</summary>
    public MeshRetryStopReason RetryStop { get; }
}
