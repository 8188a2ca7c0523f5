using System.Globalization;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Diagnostics;

/// <summary>A traffic policy, field by field in Istio's words.</summary>
internal static class PolicySettings
{
    public static IReadOnlyList<MeshSetting> Of(ClusterPolicy policy) =>
    [
        .. LoadBalancer(policy),
        .. SubsetSize(policy.LoadBalancerExtension.SubsetSize),
        .. ConnectionPoolSettings.Of(policy),
        .. RetryBudgetSettings.Of(policy),
        .. Locality(policy.Locality),
        .. Warmup(policy.Warmup),
        .. Outliers(policy.OutlierDetection),
        .. Checks(policy.HealthChecks),
        .. Hedging(policy.Hedging),
        .. LimitSettings.Of(policy),
        .. Tls(policy.Tls),
    ];

    private static IEnumerable<MeshSetting> LoadBalancer(ClusterPolicy policy)
    {
        if (policy.ConsistentHash is not { } hashing)
        {
            yield return policy.IsPassThrough
                ? new("loadBalancer.simple", "PASSTHROUGH", null)
                : new(Field(policy.LoadBalancer), Name(policy.LoadBalancer), Default(policy.LoadBalancer == ClusterPolicy.Default.LoadBalancer));
            yield break;
        }

        yield return HashKeyText.Setting(hashing);
        var (field, byDefault) = policy.LoadBalancer == LoadBalancerPolicy.Maglev
            ? ("maglev.tableSize", ConsistentHashConfiguration.DefaultTableSize)
            : ("ringHash.minimumRingSize", ConsistentHashConfiguration.DefaultRingSize);
        yield return new($"loadBalancer.consistentHash.{field}", Wording.Number(hashing.Size), Default(hashing.Size == byDefault));
        if (policy.LoadBalancerExtension.HashBalanceFactor is > 0 and var factor)
        {
            yield return new("x-mesh.loadBalancer.hashBalanceFactor", Wording.Number(factor), null);
        }
    }

    private static IEnumerable<MeshSetting> Checks(ValueList<HealthCheckConfiguration> checks)
        => checks.Select((check, index) => new MeshSetting($"x-mesh healthChecks[{Wording.Number(index)}]", Describe(check), null));

    private static string Describe(HealthCheckConfiguration check)
    {
        var asked = check.Protocol switch
        {
            HttpHealthCheck http => $"{http.Method} {http.Path}",
            GrpcHealthCheck grpc => $"gRPC health of {(grpc.ServiceName.Length == 0 ? "the server" : grpc.ServiceName)}",
            _ => "TCP",
        };
        var suspects = check.OnlySuspects ? ", suspects only" : "";
        return $"{asked} every {Wording.Duration(check.Interval)}, timeout {Wording.Duration(check.Timeout)}{suspects}";
    }

    private static IEnumerable<MeshSetting> Hedging(HedgingConfiguration? hedging)
    {
        if (hedging is null)
        {
            yield break;
        }

        yield return hedging is { Percentile: { } percentile }
            ? new("x-mesh hedging.percentile", percentile.ToString(CultureInfo.InvariantCulture), $"at least {Wording.Duration(hedging.MinimumDelay)}")
            : new("x-mesh hedging.delay", Wording.Duration(hedging.Delay!.Value), null);
        yield return new("x-mesh hedging.maxHedges", Wording.Number(hedging.MaxHedges), Default(hedging.MaxHedges == new HedgingConfiguration().MaxHedges));
    }

    private static IEnumerable<MeshSetting> Locality(LocalityPolicy? locality)
    {
        if (locality is null)
        {
            yield break;
        }

        var client = locality.Client.IsKnown ? locality.Client.ToString() : "unknown";
        yield return new(locality.IsZoneAware ? "loadBalancer.zoneAwareLbSetting" : "loadBalancer.localityLbSetting", locality.Describe(), $"client in {client}");
    }

    private static IEnumerable<MeshSetting> Warmup(WarmupConfiguration? warmup)
    {
        if (warmup is null)
        {
            yield break;
        }

        yield return new("loadBalancer.warmup.duration", Wording.Duration(warmup.Duration), null);
        yield return new("loadBalancer.warmup.minimumPercent", Wording.Percent(warmup.MinimumPercent), Default(warmup.MinimumPercent == WarmupConfiguration.DefaultMinimumPercent));
        yield return new(
            "loadBalancer.warmup.aggression", warmup.Aggression.ToString(CultureInfo.InvariantCulture), Default(warmup.Aggression == WarmupConfiguration.DefaultAggression));
    }

    private static IEnumerable<MeshSetting> SubsetSize(int? size)
        => size is { } some ? [new("x-mesh.loadBalancer.subsetSize", Wording.Number(some), null)] : [];

    private static IEnumerable<MeshSetting> Outliers(OutlierDetectionConfiguration? outliers)
    {
        if (outliers is null)
        {
            return [new("outlierDetection", "none", "default")];
        }

        var defaults = new OutlierDetectionConfiguration();
        return
        [
            Count("consecutive5xxErrors", outliers.Consecutive5xxErrors, defaults.Consecutive5xxErrors),
            Count("consecutiveGatewayErrors", outliers.ConsecutiveGatewayErrors, defaults.ConsecutiveGatewayErrors),
            .. Origins(outliers, defaults),
            Time("interval", outliers.Interval, defaults.Interval),
            Time("baseEjectionTime", outliers.BaseEjectionTime, defaults.BaseEjectionTime),
            Count("maxEjectionPercent", outliers.MaxEjectionPercent, defaults.MaxEjectionPercent),
            Count("minHealthPercent", outliers.MinHealthPercent, defaults.MinHealthPercent),
            .. Extensions(outliers.Extension, defaults.Extension),
        ];
    }

    private static IEnumerable<MeshSetting> Origins(OutlierDetectionConfiguration outliers, OutlierDetectionConfiguration defaults)
    {
        if (outliers.SplitsLocalOriginErrors)
        {
            yield return Count("consecutiveLocalOriginFailures", outliers.ConsecutiveLocalOriginFailures, defaults.ConsecutiveLocalOriginFailures);
        }

        if (outliers.HttpErrorCodes is { } codes)
        {
            yield return new("outlierDetection.outlierDetectionHttpErrorCodes", codes.ToString(), null);
        }
    }

    /// <summary>What goes beyond Istio, where it is written.</summary>
    private static IEnumerable<MeshSetting> Extensions(OutlierDetectionExtension extension, OutlierDetectionExtension defaults)
    {
        if (extension.SuccessRate is { } success)
        {
            yield return Extension(
                "successRate",
                $"minimumHosts {Wording.Number(success.MinimumHosts)}, requestVolume {Wording.Number(success.RequestVolume)}, stdevFactor {Wording.Number(success.StdevFactor)}, enforcing {Wording.Number(success.Enforcing)}");
        }

        if (extension.FailurePercentage is { } failure)
        {
            yield return Extension(
                "failurePercentage",
                $"threshold {Wording.Number(failure.Threshold)}, minimumHosts {Wording.Number(failure.MinimumHosts)}, requestVolume {Wording.Number(failure.RequestVolume)}, enforcing {Wording.Number(failure.Enforcing)}");
        }

        if (extension.MaxEjectionTime != defaults.MaxEjectionTime)
        {
            yield return Extension("maxEjectionTime", Wording.Duration(extension.MaxEjectionTime));
        }

        if (extension.MaxEjectionTimeJitter != defaults.MaxEjectionTimeJitter)
        {
            yield return Extension("maxEjectionTimeJitter", Wording.Duration(extension.MaxEjectionTimeJitter));
        }

        if (extension.AlwaysEjectOneHost)
        {
            yield return Extension("alwaysEjectOneHost", "true");
        }

        foreach (var (name, percent) in ((string, int)[])[
            ("enforcingConsecutive5xxErrors", extension.EnforcingConsecutive5xxErrors),
            ("enforcingConsecutiveGatewayErrors", extension.EnforcingConsecutiveGatewayErrors),
            ("enforcingConsecutiveLocalOriginFailures", extension.EnforcingConsecutiveLocalOriginFailures)])
        {
            if (percent != 100)
            {
                yield return Extension(name, Wording.Number(percent));
            }
        }
    }

    private static MeshSetting Extension(string field, string value) => new($"x-mesh outlierDetection.{field}", value, null);

    private static IEnumerable<MeshSetting> Tls(ClusterTls? tls)
    {
        if (tls is null)
        {
            yield break;
        }

        yield return new("tls.mode", "SIMPLE", tls.Owner);
        yield return new("tls.sni", tls.ServerName, null);
    }

    private static MeshSetting Count(string field, int value, int byDefault)
        => new($"outlierDetection.{field}", Wording.Number(value), Default(value == byDefault));

    private static MeshSetting Time(string field, TimeSpan value, TimeSpan byDefault)
        => new($"outlierDetection.{field}", Wording.Duration(value), Default(value == byDefault));

    /// <summary>Of a policy only the values are kept: one that equals the default may stand in a rule all the same.</summary>
    private static string? Default(bool isDefault) => isDefault ? "default" : null;

    /// <summary>Istio's field has no name for what goes beyond it.</summary>
    private static string Field(LoadBalancerPolicy policy)
        => policy is LoadBalancerPolicy.PeakEwma or LoadBalancerPolicy.Prequal ? "x-mesh.loadBalancer.policy" : "loadBalancer.simple";

    private static string Name(LoadBalancerPolicy policy) => policy switch
    {
        LoadBalancerPolicy.RoundRobin => "ROUND_ROBIN",
        LoadBalancerPolicy.Random => "RANDOM",
        LoadBalancerPolicy.PeakEwma => "PEAK_EWMA",
        LoadBalancerPolicy.Prequal => "PREQUAL",
        _ => "LEAST_REQUEST",
    };
}
