using Mesh.Client.Model;

namespace Mesh.Client.Resilience;

/// <summary>Envoy's names, the most telling first: an attempt often fits several.</summary>
internal static class RetryConditionTexts
{
    public static (RetryConditions Condition, string Text)[] All { get; } =
    [
        (RetryConditions.ConnectFailure, "connect-failure"),
        (RetryConditions.RefusedStream, "refused-stream"),
        (RetryConditions.EnvoyRateLimited, "envoy-ratelimited"),
        (RetryConditions.RetriableStatusCodes, "retriable-status-codes"),
        (RetryConditions.RetriableHeaders, "retriable-headers"),
        (RetryConditions.Retriable4xx, "retriable-4xx"),
        (RetryConditions.GrpcUnavailable, "unavailable"),
        (RetryConditions.GrpcCancelled, "cancelled"),
        (RetryConditions.GrpcDeadlineExceeded, "deadline-exceeded"),
        (RetryConditions.GrpcInternal, "internal"),
        (RetryConditions.GrpcResourceExhausted, "resource-exhausted"),
        (RetryConditions.ResetBeforeRequest, "reset-before-request"),
        (RetryConditions.Reset, "reset"),
        (RetryConditions.GatewayError, "gateway-error"),
        (RetryConditions.ServerError, "5xx"),
    ];

    /// <summary>The most telling of the conditions.</summary>
    public static string Describe(RetryConditions conditions)
    {
        foreach (var (condition, text) in All)
        {
            if ((conditions & condition) != 0)
            {
                return text;
            }
        }

        return "unknown";
    }
}
