namespace Mesh.Client;

/// <summary>Why a call went as it did, in Envoy's response flags. Several can be set at once.</summary>
[Flags]
public enum MeshResponseFlags
{
    /// <summary>Nothing special (<c>-</c>).</summary>
    None = 0,

    /// <summary>No endpoint to call: the subset is empty or all of it is out (<c>UH</c>).</summary>
    NoHealthyUpstream = 1 << 0,

    /// <summary>No connection to the endpoint could be made (<c>UF</c>).</summary>
    UpstreamConnectionFailure = 1 << 1,

    /// <summary>A limit of the cluster was reached (<c>UO</c>): the call was turned away, or not repeated.</summary>
    UpstreamOverflow = 1 << 2,

    /// <summary>No rule of the host's VirtualService matches (<c>NR</c>).</summary>
    NoRoute = 1 << 3,

    /// <summary>The rule or the caller names a host, subset or port that is not defined, or one that asks for TLS that is not built yet
    /// (<c>NC</c>).</summary>
    NoCluster = 1 << 4,

    /// <summary>All retries were used up and the last attempt would have called for another (<c>URX</c>).</summary>
    UpstreamRetryLimitExceeded = 1 << 5,

    /// <summary>The time of the route, the call or the last attempt ran out (<c>UT</c>).</summary>
    UpstreamRequestTimeout = 1 << 6,

    /// <summary>The connection ended before the answer (<c>UC</c>).</summary>
    UpstreamConnectionTermination = 1 << 7,

    /// <summary>The endpoint reset or refused the HTTP/2 stream (<c>UR</c>).</summary>
    UpstreamRemoteReset = 1 << 8,

    /// <summary>The endpoint's answer broke the protocol or a limit of the client (<c>UPE</c>).</summary>
    UpstreamProtocolError = 1 << 9,

    /// <summary>The caller gave up during an attempt (<c>DC</c>). Seen in metrics and spans: the caller itself gets an
    /// <see cref="OperationCanceledException"/>.</summary>
    DownstreamConnectionTermination = 1 << 10,

    /// <summary>A delay was injected (<c>DI</c>).</summary>
    DelayInjected = 1 << 11,

    /// <summary>An abort was injected (<c>FI</c>).</summary>
    FaultInjected = 1 << 12,

    /// <summary>The last attempt called for another, and the retry budget of the cluster had none left (<c>RBE</c>). Envoy, which has no flag
    /// of its own for it, says <c>UO</c>.</summary>
    RetryBudgetExhausted = 1 << 13,

    /// <summary>No byte moved for the idle timeout of the rule, while a body was sent or read (<c>SI</c>).</summary>
    StreamIdleTimeout = 1 << 14,
}
