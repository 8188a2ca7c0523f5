using System.Globalization;
using System.Net;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Pipeline;

/// <summary>The limits beyond Istio's words: they let an attempt begin, or turn the call away at once.</summary>
internal static class CallAdmission
{
    /// <summary>The mesh's own answer where an attempt may not begin; null where it may.</summary>
    public static HttpResponseMessage? Refuse(MeshCall call, ClusterLimits limits)
    {
        var refusal = call.TryEnterLimits(limits);
        if (refusal == AdmissionRefusal.None)
        {
            return null;
        }

        call.Runtime.Telemetry.Limits.CountRejection(call.Cluster!.Key, NameOf(refusal), call.Criticality);
        var response = MeshAnswer.Create(call, HttpStatusCode.ServiceUnavailable, MeshResponseFlags.UpstreamOverflow, Text(call.Cluster!, Reason(call, limits, refusal)));
        response.Headers.TryAddWithoutValidation("x-envoy-overloaded", "true");
        return response;
    }

    /// <summary>Whether another attempt would be turned away: then the call keeps the answer or the failure that it has. Retries of the lower classes
    /// are given up as soon as servers refuse calls.</summary>
    public static bool RefusesRetry(MeshCall call, ClusterLimits limits)
    {
        var now = call.Runtime.TimeProvider.GetTimestamp();
        return limits.Breaker?.IsRefusing(now) == true
            || (call.Criticality < MeshCriticality.Critical && limits.Throttle?.ProbabilityFor(call.Criticality, now) > 0);
    }

    /// <summary>As metrics name it.</summary>
    public static string NameOf(AdmissionRefusal refusal) => refusal switch
    {
        AdmissionRefusal.CircuitBreaker => "circuit_breaker",
        AdmissionRefusal.AdaptiveConcurrency => "adaptive_concurrency",
        _ => "client_throttling",
    };

    /// <summary>What calls to the cluster are answered now because its breaker is open; null where it is not.</summary>
    public static string? BrokenReason(ClusterState cluster, long now)
        => ClusterResilience.Of(cluster).Limits?.Breaker is { } breaker && breaker.IsRefusing(now) ? Text(cluster, Describe(breaker)) : null;

    private static string Text(ClusterState cluster, string reason) => $"upstream overflow: {cluster.Key}: {reason}";

    private static string Describe(CircuitBreaker breaker) => $"the circuit breaker of the cluster is {(breaker.State == MeshCircuitState.HalfOpen ? "half open" : "open")}";

    private static string Reason(MeshCall call, ClusterLimits limits, AdmissionRefusal refusal) => refusal switch
    {
        AdmissionRefusal.CircuitBreaker => Describe(limits.Breaker!),
        AdmissionRefusal.AdaptiveConcurrency => string.Create(
            CultureInfo.InvariantCulture, $"adaptive concurrency takes {limits.Concurrency!.Limit} calls at once{ClassOf(call)}"),
        _ => $"client throttling, since the servers refuse calls{ClassOf(call)}",
    };

    private static string ClassOf(MeshCall call) => call.Criticality == MeshCriticality.Critical ? "" : $", of which {CriticalityText.Of(call.Criticality)} may have a part";
}
