using System.Net;
using System.Net.Http.Headers;
using Mesh.Client.Model;
using Mesh.Client.Security;

namespace Mesh.Client.Resilience;

/// <summary>What one attempt came to: for health, for the flags, and for the question whether to send again.</summary>
/// <param name="Outcome">As health counts it.</param>
/// <param name="Flag">As the result shows it; None for answers.</param>
/// <param name="Conditions">The <c>retryOn</c> tokens that fit.</param>
/// <param name="WasUnsent">Proven that no byte of the request reached the endpoint's application.</param>
internal readonly record struct AttemptVerdict(CallOutcome Outcome, MeshResponseFlags Flag, RetryConditions Conditions, bool WasUnsent)
{
    private const int Http2RefusedStream = 0x7;

    /// <summary>An answer came.</summary>
    public static AttemptVerdict FromResponse(HttpResponseMessage response, RetryPolicyModel policy)
    {
        var status = (int)response.StatusCode;
        var outcome = status switch
        {
            502 or 503 or 504 => CallOutcome.GatewayError,
            >= 500 => CallOutcome.ServerError,
            _ => CallOutcome.Success,
        };
        var conditions = status switch
        {
            502 or 503 or 504 => RetryConditions.ServerError | RetryConditions.GatewayError,
            >= 500 => RetryConditions.ServerError,
            409 => RetryConditions.Retriable4xx,
            _ => RetryConditions.None,
        };

        if (policy.RetriableStatusCodes.Count > 0 && policy.RetriableStatusCodes.Contains(status))
        {
            conditions |= RetryConditions.RetriableStatusCodes;
        }

        if (policy.RetriableHeaders.Count > 0 && HasAny(response, policy.RetriableHeaders))
        {
            conditions |= RetryConditions.RetriableHeaders;
        }

        // gRPC needs HTTP/2; looking for it costs every call a header look-up.
        if (response.Version.Major >= 2 && IsGrpc(response.Content.Headers.NonValidated) && TryGetGrpcStatus(response, out var grpcStatus))
        {
            outcome = GrpcOutcome(grpcStatus, outcome);
            conditions |= GrpcCondition(grpcStatus);
        }

        // An answer that says "rate limited" may be repeated for that reason only. Those of gRPC have status 200. Most answers fit no
        // condition, and need not be searched.
        if ((status >= 400 || ((conditions | RetryConditions.EnvoyRateLimited) & policy.Conditions) != 0)
            && response.Headers.NonValidated.Contains("x-envoy-ratelimited"))
        {
            conditions = RetryConditions.EnvoyRateLimited;
        }

        return new(outcome, MeshResponseFlags.None, conditions, WasUnsent: false);
    }

    /// <summary>No answer came. <paramref name="exception"/> is not a cancellation by the caller or by a timeout of the mesh.</summary>
    /// <param name="exception">What the transport threw.</param>
    /// <param name="isOwned">The mesh's own connections threw it: only of them is it known that a cancellation around a timeout is the limit on
    /// connecting. Inside an application's handler it may be anything, after the request was sent.</param>
    public static AttemptVerdict FromException(Exception exception, bool isOwned = true)
    {
        switch (exception)
        {
            case { InnerException: CertificateFileException }:
                // It would fail alike at every endpoint.
                return NotTried;

            case HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
            }:
                return NotConnected;

            case OperationCanceledException { InnerException: TimeoutException } when isOwned:
                return NotConnected;

            case HttpRequestException { InnerException: HttpProtocolException { ErrorCode: Http2RefusedStream } }:
                return new(
                    CallOutcome.Reset,
                    MeshResponseFlags.UpstreamRemoteReset,
                    RetryConditions.RefusedStream | RetryConditions.Reset | RetryConditions.ResetBeforeRequest | RetryConditions.ServerError
                        | RetryConditions.GatewayError,
                    WasUnsent: true);

            case HttpRequestException { HttpRequestError: HttpRequestError.HttpProtocolError }:
                return Broken(MeshResponseFlags.UpstreamRemoteReset);

            case HttpRequestException
            {
                HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded
                or HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported
            }:
                // Asking another endpoint of the same program would end the same way.
                return new(CallOutcome.GatewayError, MeshResponseFlags.UpstreamProtocolError, RetryConditions.None, WasUnsent: false);

            default:
                return Broken(MeshResponseFlags.UpstreamConnectionTermination);
        }
    }

    public static AttemptVerdict TimedOut { get; } = new(
        CallOutcome.Timeout,
        MeshResponseFlags.UpstreamRequestTimeout,
        RetryConditions.Reset | RetryConditions.ServerError | RetryConditions.GatewayError,
        WasUnsent: false);

    private static AttemptVerdict NotConnected { get; } = new(
        CallOutcome.ConnectFailure,
        MeshResponseFlags.UpstreamConnectionFailure,
        RetryConditions.ConnectFailure | RetryConditions.ServerError | RetryConditions.GatewayError
            | RetryConditions.Reset | RetryConditions.ResetBeforeRequest,
        WasUnsent: true);

    private static AttemptVerdict NotTried { get; } = new(
        CallOutcome.ClientFault, MeshResponseFlags.UpstreamConnectionFailure, RetryConditions.None, WasUnsent: true);

    private static AttemptVerdict Broken(MeshResponseFlags flag) => new(
        CallOutcome.Reset, flag, RetryConditions.Reset | RetryConditions.ServerError | RetryConditions.GatewayError, WasUnsent: false);

    /// <summary>A gRPC answer of <c>RESOURCE_EXHAUSTED</c>, gRPC's 429.</summary>
    public static bool IsExhausted(HttpResponseMessage? response)
        => response is { Version.Major: >= 2 } && IsGrpc(response.Content.Headers.NonValidated) && TryGetGrpcStatus(response, out var status) && status == 8;

    private static bool HasAny(HttpResponseMessage response, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (response.Headers.NonValidated.Contains(name) || response.Content.Headers.NonValidated.Contains(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsGrpc(HttpHeadersNonValidated headers)
        => headers.TryGetValues("Content-Type", out var values)
            && values.ToString().StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    private static bool TryGetGrpcStatus(HttpResponseMessage response, out int status)
    {
        status = 0;
        return response.Headers.NonValidated.TryGetValues("grpc-status", out var values) && int.TryParse(values.ToString(), out status);
    }

    /// <summary>As Envoy's router maps a gRPC status to HTTP for outlier detection.</summary>
    private static CallOutcome GrpcOutcome(int status, CallOutcome otherwise) => status switch
    {
        14 => CallOutcome.GatewayError,
        4 => CallOutcome.Timeout,
        2 or 13 or 15 => CallOutcome.ServerError,
        _ => otherwise,
    };

    private static RetryConditions GrpcCondition(int status) => status switch
    {
        1 => RetryConditions.GrpcCancelled,
        4 => RetryConditions.GrpcDeadlineExceeded,
        8 => RetryConditions.GrpcResourceExhausted,
        13 => RetryConditions.GrpcInternal,
        14 => RetryConditions.GrpcUnavailable,
        _ => RetryConditions.None,
    };
}
