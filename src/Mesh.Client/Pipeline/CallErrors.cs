using Mesh.Client.Resilience;

namespace Mesh.Client.Pipeline;

/// <summary>Texts that retrace the path of a call to where it failed.</summary>
internal static class CallErrors
{
    /// <summary>What the caller gets in place of an answer.</summary>
    public static MeshRequestException ToException(MeshCall call, Exception cause)
    {
        // Only a failed connection may look like one: whoever reads it so repeats the request.
        var error = cause is HttpRequestException { HttpRequestError: var known } ? known
            : (call.Flags & MeshResponseFlags.UpstreamConnectionFailure) != 0 ? HttpRequestError.ConnectionError
            : HttpRequestError.Unknown;
        return new(error, Failed(call, cause), cause, call.ToResult());
    }

    private static string Failed(MeshCall call, Exception cause)
        => $"{call.Path}: {MeshResponseFlagsText.ToText(call.Flags)}: {cause.Message}{NotRepeated(call)}";

    /// <summary>That all attempts were used stands in their numbers.</summary>
    private static string NotRepeated(MeshCall call) => call.RetryStop switch
    {
        MeshRetryStopReason.Body => $" Not sent again: its body {RetryStopTexts.Describe(call.BodyObstacle)}.",
        MeshRetryStopReason.Method => $" Not sent again: {call.Request.Method.Method} is not idempotent, and no rule with retryOn says that it may be repeated.",
        MeshRetryStopReason.Limit => " Not sent again: maxRetries of the cluster is reached.",
        MeshRetryStopReason.Budget => " Not sent again: the retry budget of the cluster is used up.",
        MeshRetryStopReason.Chain => " Not sent again: the request during which it is made is itself a retry.",
        MeshRetryStopReason.Deadline => " Not sent again: the wait before it would outlast the time of the call.",
        _ => "",
    };

    /// <summary>The flag of a time that ran out.</summary>
    public static MeshResponseFlags FlagOf(DeadlineCause cause)
        => cause == DeadlineCause.Silence ? MeshResponseFlags.StreamIdleTimeout : MeshResponseFlags.UpstreamRequestTimeout;

    /// <summary>The flag of a connection, or a stream of it, that broke.</summary>
    public static MeshResponseFlags FlagOf(Exception failure)
        => failure is HttpProtocolException or { InnerException: HttpProtocolException }
            ? MeshResponseFlags.UpstreamRemoteReset
            : MeshResponseFlags.UpstreamConnectionTermination;

    /// <summary>The connection broke after the headers, of a body that was wanted as a whole.</summary>
    public static MeshRequestException BodyBroken(in CallPath path, Exception cause, MeshResult result)
    {
        var error = cause switch
        {
            HttpRequestException { HttpRequestError: var known and not HttpRequestError.Unknown } => known,
            HttpIOException { HttpRequestError: var known } => known,
            _ => HttpRequestError.ResponseEnded,
        };
        return new(error, $"{path}: {MeshResponseFlagsText.ToText(result.Flags)}: the response broke off after its headers: {cause.Message}", cause, result);
    }

    public static string BodyTimedOut(in CallPath path, DeadlineCause cause) => $"{path}: " + cause switch
    {
        DeadlineCause.Silence => "SI: no byte moved within the idle timeout of the rule, after the headers and before the end of the response.",
        DeadlineCause.Inherited => "UT: the deadline of the incoming request was over after the headers and before the end of the response.",
        _ => "UT: the time of the call ran out after the headers and before the end of the response.",
    };

    /// <summary>The text of the mesh's own answer.</summary>
    public static string TimedOut(in CallPath path, DeadlineCause cause) => cause switch
    {
        DeadlineCause.Silence => $"stream idle timeout: {path}",
        DeadlineCause.Inherited => $"upstream request timeout: the deadline of the incoming request is over: {path}",
        _ => $"upstream request timeout: {path}",
    };
}
