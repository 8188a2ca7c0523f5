namespace Mesh.Client.Model;

/// <summary>Envoy's names for retry conditions.</summary>
internal static class RetryTokens
{
    /// <summary>Tokens that validation reported as unknown add nothing.</summary>
    public static RetryConditions Parse(IReadOnlyList<string> tokens)
        => tokens.Aggregate(RetryConditions.None, (conditions, token) => conditions | Parse(token));

    private static RetryConditions Parse(string token) => token switch
    {
        "5xx" => RetryConditions.ServerError,
        "gateway-error" => RetryConditions.GatewayError,
        "reset" => RetryConditions.Reset,
        "reset-before-request" => RetryConditions.ResetBeforeRequest,
        "connect-failure" => RetryConditions.ConnectFailure,
        "envoy-ratelimited" => RetryConditions.EnvoyRateLimited,
        "retriable-4xx" => RetryConditions.Retriable4xx,
        "refused-stream" => RetryConditions.RefusedStream,
        "retriable-status-codes" => RetryConditions.RetriableStatusCodes,
        "retriable-headers" => RetryConditions.RetriableHeaders,
        "cancelled" => RetryConditions.GrpcCancelled,
        "deadline-exceeded" => RetryConditions.GrpcDeadlineExceeded,
        "internal" => RetryConditions.GrpcInternal,
        "resource-exhausted" => RetryConditions.GrpcResourceExhausted,
        "unavailable" => RetryConditions.GrpcUnavailable,
        _ => RetryConditions.None,
    };
}
