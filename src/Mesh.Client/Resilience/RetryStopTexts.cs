namespace Mesh.Client.Resilience;

/// <summary>Fixed texts for metrics, spans and messages.</summary>
internal static class RetryStopTexts
{
    /// <summary>Null where nothing was stopped. Of a body it says what kind it was.</summary>
    /// <param name="stop">What stopped the call.</param>
    /// <param name="body">Why its body could be sent once only.</param>
    public static string? Of(MeshRetryStopReason stop, BodyObstacle body) => stop switch
    {
        MeshRetryStopReason.None => null,
        MeshRetryStopReason.Exhausted => "exhausted",
        MeshRetryStopReason.Limit => "limit",
        MeshRetryStopReason.Budget => "budget",
        MeshRetryStopReason.Body => Of(body),
        MeshRetryStopReason.Method => "method",
        MeshRetryStopReason.Deadline => "deadline",
        MeshRetryStopReason.Chain => "chain",
        _ => "unknown",
    };

    /// <summary>The rest of a sentence that begins with the body.</summary>
    public static string Describe(BodyObstacle body) => body switch
    {
        BodyObstacle.UnknownLength => "is a stream of unknown length; set its Content-Length, or hand over an array or a text",
        BodyObstacle.OverLimit => "is a stream longer than the 1 MiB that is held for retries; hand over an array",
        BodyObstacle.Synchronous => "is a stream, which is not held for synchronous callers; send asynchronously, or hand over an array or a text",
        _ => "is a stream, which is not held where only unsent requests of its method are repeated; write retryOn in the rule, or hand over an array or a text",
    };

    private static string Of(BodyObstacle body) => body switch
    {
        BodyObstacle.UnknownLength => "body_unknown_length",
        BodyObstacle.OverLimit => "body_over_limit",
        BodyObstacle.Synchronous => "body_synchronous",
        _ => "body_not_held",
    };
}
