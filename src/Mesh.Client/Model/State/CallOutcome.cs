namespace Mesh.Client.Model;

/// <summary>How one attempt ended, as health sees it.</summary>
internal enum CallOutcome
{
    /// <summary>Answered with a status below 500.</summary>
    Success,

    /// <summary>Answered 500, 501, 505 and so on.</summary>
    ServerError,

    /// <summary>Answered 502, 503 or 504.</summary>
    GatewayError,

    /// <summary>No connection could be made; counts as 503.</summary>
    ConnectFailure,

    /// <summary>The connection broke before an answer; counts as 503.</summary>
    Reset,

    /// <summary>No answer in time; counts as 504.</summary>
    Timeout,

    /// <summary>The caller gave up: never the endpoint's fault.</summary>
    CallerCancelled,

    /// <summary>What this process needs for a connection is missing: never the endpoint's fault.</summary>
    ClientFault,
}
