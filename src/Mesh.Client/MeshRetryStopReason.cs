namespace Mesh.Client;

/// <summary>What kept a call from being sent once more, although its last attempt ended in a way that its retry policy repeats.</summary>
public enum MeshRetryStopReason
{
    /// <summary>No further attempt was called for: the call went well, its end is none that the policy repeats, or retries are switched
    /// off.</summary>
    None = 0,

    /// <summary>All retries that the policy grants were used; beside it stands
    /// <see cref="MeshResponseFlags.UpstreamRetryLimitExceeded"/>.</summary>
    Exhausted = 1,

    /// <summary><c>connectionPool.http.maxRetries</c> of the cluster was reached, or a limit of <c>x-mesh</c> would have turned the attempt away; beside it stands
    /// <see cref="MeshResponseFlags.UpstreamOverflow"/>.</summary>
    Limit = 2,

    /// <summary>The cluster's retry budget was used up; beside it stands <see cref="MeshResponseFlags.RetryBudgetExhausted"/>.</summary>
    Budget = 3,

    /// <summary>The request's body could be sent once only. Which kind it was stands in the span and the metric.</summary>
    Body = 4,

    /// <summary>The method is not idempotent, the request may have been handled, and no rule says that it may be repeated.</summary>
    Method = 5,

    /// <summary>The wait before the next attempt would have outlasted the time that the call has.</summary>
    Deadline = 6,

    /// <summary>The call was made while a request is handled that is itself a retry, and might have been handled: what hangs on a retry is
    /// repeated by nobody else.</summary>
    Chain = 7,
}
