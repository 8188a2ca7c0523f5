using Mesh.Client.Model;

namespace Mesh.Client.Diagnostics;

/// <summary>A connection pool, field by field in Istio's words; of limits and times that no rule gives nothing is said but the first.</summary>
internal static class ConnectionPoolSettings
{
    public static IEnumerable<MeshSetting> Of(ClusterPolicy policy)
    {
        var connections = policy.Connections;
        var isDefault = connections.ConnectTimeout == ConnectionPolicy.Default.ConnectTimeout;
        yield return new("connectionPool.tcp.connectTimeout", Wording.Duration(connections.ConnectTimeout), isDefault ? "default" : null);
        foreach (var (field, value) in Numbers(policy))
        {
            if (value is > 0 and < int.MaxValue)
            {
                yield return new($"connectionPool.{field}", Wording.Number(value), null);
            }
        }

        if (connections.MaxDuration is { } duration)
        {
            yield return new("connectionPool.tcp.maxConnectionDuration", Wording.Duration(duration), null);
        }

        if (connections.IdleTimeout is { } idle)
        {
            yield return new("connectionPool.http.idleTimeout", idle == Timeout.InfiniteTimeSpan ? "never" : Wording.Duration(idle), null);
        }

        if (policy.UpgradesToHttp2)
        {
            yield return new("connectionPool.http.h2UpgradePolicy", "UPGRADE", null);
        }
    }

    private static IEnumerable<(string Field, int Value)> Numbers(ClusterPolicy policy) =>
    [
        ("tcp.maxConnections", policy.Limits.MaxConnections),
        ("http.http1MaxPendingRequests", policy.Limits.MaxPendingRequests),
        ("http.http2MaxRequests", policy.Limits.MaxRequests),
        ("http.maxRequestsPerConnection", policy.Connections.MaxRequests),
        ("http.maxRetries", policy.Limits.MaxRetries),
        ("http.maxConcurrentStreams", policy.Limits.MaxConcurrentStreams),
    ];
}
