using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Diagnostics;

/// <summary>The limits beyond Istio's words, where they are written.</summary>
internal static class LimitSettings
{
    public static IEnumerable<MeshSetting> Of(ClusterPolicy policy)
    {
        if (policy.CircuitBreaker?.Endpoint is { } ofEndpoint)
        {
            yield return new("x-mesh circuitBreaker.endpoint", Describe(ofEndpoint), null);
        }

        if (policy.CircuitBreaker?.Cluster is { } ofCluster)
        {
            yield return new("x-mesh circuitBreaker.cluster", Describe(ofCluster), null);
        }

        if (policy.AdaptiveConcurrency is { } concurrency)
        {
            yield return new("x-mesh adaptiveConcurrency", Describe(concurrency), null);
        }

        if (policy.ClientThrottling is { } throttling)
        {
            yield return new("x-mesh clientThrottling", Describe(throttling), null);
        }
    }

    private static string Describe(BreakerConfiguration breaker)
        => $"failureRatio {Number(breaker.FailureRatio)}, minimumThroughput {Wording.Number(breaker.MinimumThroughput)}, samplingDuration {Wording.Duration(breaker.SamplingDuration)}, breakDuration {Wording.Duration(breaker.BreakDuration)}";

    private static string Describe(AdaptiveConcurrencyConfiguration concurrency)
        => $"{Wording.Number(concurrency.MinConcurrency)} to {Wording.Number(concurrency.MaxConcurrencyLimit)} calls at once, percentile {Number(concurrency.SampleAggregatePercentile)} of {Wording.Duration(concurrency.ConcurrencyUpdateInterval)}, "
            + $"{Wording.Number(concurrency.MinRttRequestCount)} calls without load every {Wording.Duration(concurrency.MinRttInterval)}, buffer {Wording.Percent(concurrency.MinRttBuffer)}";

    private static string Describe(ClientThrottlingConfiguration throttling)
        => $"multiplier {Number(throttling.Multiplier)}, window {Wording.Duration(throttling.Window)}, minimumRequests {Wording.Number(throttling.MinimumRequests)}, maxRejectionPercent {Number(throttling.MaxRejectionPercent)}";

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);
}
