namespace Mesh.Client.Telemetry;

/// <summary>The names of tags on metrics and spans; docs/telemetry.md says what each means.</summary>
internal static class TelemetryTags
{
    public const string Host = "mesh.host";
    public const string Rule = "mesh.rule";
    public const string Subset = "mesh.subset";
    public const string Endpoint = "mesh.endpoint";
    public const string Attempts = "mesh.attempts";
    public const string Hedges = "mesh.hedges";
    public const string HedgeResult = "mesh.hedge.result";
    public const string MetricFlags = "mesh.response_flags";
    public const string Reason = "mesh.retry.reason";
    public const string RetryStop = "mesh.retry.stop_reason";
    public const string Result = "mesh.reload.result";
    public const string PoolState = "mesh.pool.state";
    public const string MirrorResult = "mesh.mirror.result";
    public const string HealthCheckResult = "mesh.health_check.result";
    public const string DeadlineHeader = "mesh.deadline.header";
    public const string LoadProbeResult = "mesh.load_probe.result";
    public const string LoadReportFault = "mesh.load_report.fault";
    public const string RejectionReason = "mesh.rejection.reason";
    public const string Criticality = "mesh.criticality";
    public const string BreakerScope = "mesh.circuit_breaker.scope";
    public const string BreakerState = "mesh.circuit_breaker.state";
    public const string StatusCode = "http.response.status_code";
    public const string ErrorType = "error.type";
    public const string ResendCount = "http.request.resend_count";
    public const string PeerAddress = "network.peer.address";
    public const string PeerPort = "network.peer.port";

    /// <summary>An event of the call's span.</summary>
    public const string HedgeEvent = "mesh.hedge";

    /// <summary>As Envoy names them on spans and Kiali reads them.</summary>
    public const string SpanFlags = "response_flags";
    public const string UpstreamCluster = "upstream_cluster";
}
