using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Health;

/// <summary>
/// Ejection by what share of the calls of one interval failed, at its end: endpoints far below the mean of all (the mean less a multiple of
/// the population's standard deviation), and endpoints beyond a fixed share. Envoy's outlier detection; the first also in gRPC's A50.
/// </summary>
internal static class RateEjection
{
    /// <summary>Ends the interval: what was counted in it is what <see cref="Eject"/> looks at.</summary>
    /// <returns>False where there was no call in it.</returns>
    public static bool TakeBuckets(EndpointState[] endpoints)
    {
        var hadCalls = false;
        foreach (var endpoint in endpoints)
        {
            endpoint.Health.FinishedCalls = CallBucket.Take(ref endpoint.Health.Calls);
            hadCalls |= endpoint.Health.FinishedCalls != 0;
        }

        return hadCalls;
    }

    public static void Eject(OutlierDetector detector, ClusterState cluster, EndpointState[] endpoints, OutlierDetectionConfiguration policy)
    {
        // Both thresholds first: one ejection must not change what the others are compared with.
        var least = policy.Extension.SuccessRate is { } rates ? LeastSuccessRate(endpoints, rates) : null;
        var isEnough = policy.Extension.FailurePercentage is { } failures && CountOf(endpoints, failures.RequestVolume) >= failures.MinimumHosts;
        foreach (var endpoint in endpoints)
        {
            var bucket = CallBucket.Read(endpoint.Health.FinishedCalls);
            if (endpoint.IsEjected || bucket.Calls == 0)
            {
                continue;
            }

            if (least is { } threshold && bucket.Calls >= policy.Extension.SuccessRate!.RequestVolume && RateOf(bucket) < threshold)
            {
                detector.Eject(cluster, endpoint, policy, EjectionCause.SuccessRate(RateOf(bucket), threshold, policy.Extension.SuccessRate.Enforcing));
            }

            if (isEnough && policy.Extension.FailurePercentage is { } limit && bucket.Calls >= limit.RequestVolume
                && 100L * bucket.Failures >= (long)limit.Threshold * bucket.Calls)
            {
                detector.Eject(
                    cluster, endpoint, policy, EjectionCause.FailurePercentage(100.0 * bucket.Failures / bucket.Calls, limit.Threshold, limit.Enforcing));
            }
        }
    }

    /// <summary>Null where too few endpoints had enough calls. Those already ejected are not compared.</summary>
    internal static double? LeastSuccessRate(EndpointState[] endpoints, SuccessRateConfiguration policy)
    {
        var count = 0;
        var sum = 0.0;
        foreach (var endpoint in endpoints)
        {
            if (TryRate(endpoint, policy.RequestVolume, out var rate))
            {
                count++;
                sum += rate;
            }
        }

        if (count == 0 || count < policy.MinimumHosts)
        {
            return null;
        }

        var mean = sum / count;
        var squares = 0.0;
        foreach (var endpoint in endpoints)
        {
            if (TryRate(endpoint, policy.RequestVolume, out var rate))
            {
                squares += (rate - mean) * (rate - mean);
            }
        }

        return mean - (Math.Sqrt(squares / count) * policy.StdevFactor / 1000);
    }

    private static int CountOf(EndpointState[] endpoints, int volume)
    {
        var count = 0;
        foreach (var endpoint in endpoints)
        {
            count += TryRate(endpoint, volume, out _) ? 1 : 0;
        }

        return count;
    }

    private static bool TryRate(EndpointState endpoint, int volume, out double rate)
    {
        var bucket = CallBucket.Read(endpoint.Health.FinishedCalls);
        rate = bucket.Calls == 0 ? 0 : RateOf(bucket);
        return bucket.Calls > 0 && bucket.Calls >= volume && !endpoint.IsEjected;
    }

    private static double RateOf(CallBucket bucket) => 100.0 * bucket.Successes / bucket.Calls;
}
