using System.Collections.Frozen;

namespace Mesh.Client.Configuration;

/// <summary>The command operators that Envoy knows in header values ("Access logging", "Command operators" of its documentation). It refuses a
/// route with any other; Istio does not look.</summary>
internal static class EnvoyOperators
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "ACCESS_LOG_TYPE", "BYTES_RECEIVED", "BYTES_RETRANSMITTED", "BYTES_SENT", "CEL", "CLUSTER_METADATA", "COMMON_DURATION", "CONNECTION_ID", "CONNECTION_TERMINATION_DETAILS",
        "CUSTOM_FLAGS", "DURATION", "DYNAMIC_METADATA", "ENVIRONMENT", "FILTER_CHAIN_NAME", "FILTER_STATE", "GRPC_STATUS", "GRPC_STATUS_NUMBER", "HOSTNAME", "LOCAL_REPLY_BODY",
        "METADATA", "PACKETS_RETRANSMITTED", "PATH", "PROTOCOL", "QUERY_PARAM", "QUERY_PARAMS", "REQ", "REQUESTED_SERVER_NAME", "REQUEST_DURATION", "REQUEST_HEADER", "REQUEST_HEADERS_BYTES",
        "REQUEST_TX_DURATION", "REQ_WITHOUT_QUERY", "RESP", "RESPONSE_CODE", "RESPONSE_CODE_DETAILS", "RESPONSE_DURATION", "RESPONSE_FLAGS", "RESPONSE_FLAGS_LONG", "RESPONSE_HEADER",
        "RESPONSE_HEADERS_BYTES", "RESPONSE_TRAILER", "RESPONSE_TRAILERS_BYTES", "RESPONSE_TX_DURATION", "ROUNDTRIP_DURATION", "ROUTE_NAME", "SPAN_ID", "START_TIME", "START_TIME_LOCAL",
        "STREAM_ID", "TLS_JA3_FINGERPRINT", "TLS_JA4_FINGERPRINT", "TRACE_ID", "TRAILER", "UNIQUE_ID", "VIRTUAL_CLUSTER_NAME");

    /// <param name="name">Without percent signs and parentheses. Those about the two connections are many, and new ones come with every version.</param>
    public static bool IsKnown(string name)
        => Names.Contains(name) || name.StartsWith("DOWNSTREAM_", StringComparison.Ordinal) || name.StartsWith("UPSTREAM_", StringComparison.Ordinal);
}
