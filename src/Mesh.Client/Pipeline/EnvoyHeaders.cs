namespace Mesh.Client.Pipeline;

/// <summary>Envoy's headers about how a call is made.</summary>
internal static class EnvoyHeaders
{
    public const string RetryOn = "x-envoy-retry-on";
    public const string RetryGrpcOn = "x-envoy-retry-grpc-on";
    public const string MaxRetries = "x-envoy-max-retries";
    public const string RetriableStatusCodes = "x-envoy-retriable-status-codes";
    public const string RetriableHeaderNames = "x-envoy-retriable-header-names";
    public const string Timeout = "x-envoy-upstream-rq-timeout-ms";
    public const string PerTryTimeout = "x-envoy-upstream-rq-per-try-timeout-ms";
    public const string TimeoutAnswer = "x-envoy-upstream-rq-timeout-alt-response";
    public const string StreamDuration = "x-envoy-upstream-stream-duration-ms";
    public const string HedgeOnPerTryTimeout = "x-envoy-hedge-on-per-try-timeout";

    /// <summary>Which attempt it is, from 1; where it is missing, the first.</summary>
    public const string AttemptCount = "x-envoy-attempt-count";

    public static readonly string[] AboutRetries = [RetryOn, RetryGrpcOn, MaxRetries, RetriableStatusCodes, RetriableHeaderNames, PerTryTimeout];

    /// <summary>What a caller may ask for by a header, where that is honoured. An endpoint has no use for it.</summary>
    public static readonly string[] OfCallers =
        [.. AboutRetries, Timeout, TimeoutAnswer, StreamDuration, HedgeOnPerTryTimeout];
}
