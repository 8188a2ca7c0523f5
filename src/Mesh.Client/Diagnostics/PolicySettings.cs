using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Diagnostics;

/// <summary>A traffic policy, field by field in Istio's words.</summary>
internal static class PolicySettings
{
    public static IReadOnlyList<MeshSetting> Of(ClusterPolicy policy) =>
    [
        .. LoadBalancer(policy),
        .. ConnectionPoolSettings.Of(policy),
        .. Outliers(policy.OutlierDetection),
        .. Tls(policy.Tls),
    ];

    private static IEnumerable<MeshSetting> LoadBalancer(ClusterPolicy policy)
    {
        if (policy.ConsistentHash is not { } hashing)
        {
            yield return new("loadBalancer.simple", Name(policy.LoadBalancer), Default(policy.LoadBalancer == ClusterPolicy.Default.LoadBalancer));
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
            Time("interval", outliers.Interval, defaults.Interval),
            Time("baseEjectionTime", outliers.BaseEjectionTime, defaults.BaseEjectionTime),
            Count("maxEjectionPercent", outliers.MaxEjectionPercent, defaults.MaxEjectionPercent),
            Count("minHealthPercent", outliers.MinHealthPercent, defaults.MinHealthPercent),
        ];
    }

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

    private static string Name(LoadBalancerPolicy policy) => policy switch
    {
        LoadBalancerPolicy.RoundRobin => "ROUND_ROBIN",
        LoadBalancerPolicy.Random => "RANDOM",
        _ => "LEAST_REQUEST",
    };
}
