using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>All DestinationRules of one host in one namespace with one <c>exportTo</c> or selector: subsets side by side, of one name the first; the first traffic policy.</summary>
internal sealed class MergedDestinationRule
{
    private readonly Dictionary<string, (SubsetConfiguration Subset, ResourceMetadata Owner)> _subsets = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<ResourceMetadata> _resources = [];
    private TrafficPolicyConfiguration? _policy;
    private ResourceMetadata? _policyOwner;

    /// <summary>The rules, as a reader of a reason would look for them.</summary>
    public string Resources => string.Join(" and ", _resources);

    /// <summary>The rule that asks for TLS, for the host or for one of its ports; null where it does not.</summary>
    public string? TlsOwner => _policy is { AsksForTls: true } ? _policyOwner?.ToString() : null;

    public IReadOnlyList<string> SubsetNames => _names;

    /// <summary>Rules come oldest first.</summary>
    public void Add(DestinationRuleConfiguration rule)
    {
        _resources.Add(rule.Metadata);
        if (_policy is null && rule.TrafficPolicy is not null)
        {
            (_policy, _policyOwner) = (rule.TrafficPolicy, rule.Metadata);
        }

        foreach (var subset in rule.Subsets)
        {
            if (_subsets.TryAdd(subset.Name, (subset, rule.Metadata)))
            {
                _names.Add(subset.Name);
            }
        }
    }

    public SubsetConfiguration? FindSubset(string name) => _subsets.TryGetValue(name, out var found) ? found.Subset : null;

    /// <summary>Ports for which some policy has settings of their own.</summary>
    public IEnumerable<int> Ports
        => _subsets.Values.Select(found => found.Subset.TrafficPolicy).Append(_policy).SelectMany(policy => policy?.Ports ?? []).Select(port => port.Key).Distinct();

    /// <summary>
    /// The policy of a subset, or of the whole service, on one port. As in Istio: settings of the port replace the rule's four blocks, those that
    /// they leave out too; then each block of the subset replaces the one before, never field by field; then the subset's settings of the port
    /// replace all four again.
    /// </summary>
    public ClusterPolicy Policy(string? subset, int port, ServiceModel service, WorkloadConfiguration client)
    {
        var (own, owner) = subset is not null && _subsets.TryGetValue(subset, out var found)
            ? (found.Subset.TrafficPolicy, found.Owner)
            : (null, null);
        if (own is null && _policy is null)
        {
            return ClusterPolicy.Default;
        }

        var ofPort = OfPort(_policy, port);
        var rule = ofPort ?? _policy;
        var exact = OfPort(own, port);
        var effective = exact ?? new TrafficPolicyConfiguration
        {
            LoadBalancer = own?.LoadBalancer ?? rule?.LoadBalancer,
            OutlierDetection = own?.OutlierDetection ?? rule?.OutlierDetection,
            ConnectionPool = own?.ConnectionPool ?? rule?.ConnectionPool,
            Tls = own?.Tls ?? rule?.Tls,
        };
        var tlsOwner = (exact is not null || own?.Tls is not null ? owner : _policyOwner)?.ToString() ?? "";
        var defaults = ClusterPolicy.Default;
        var retryBudget = own?.RetryBudget ?? (ofPort is null ? _policy?.RetryBudget : null);
        var named = Named() ?? defaults.LoadBalancer;
        return new()
        {
            LoadBalancer = named,
            ConsistentHash = named is LoadBalancerPolicy.RingHash or LoadBalancerPolicy.Maglev ? effective.LoadBalancer!.ConsistentHash : null,
            LoadBalancerExtension = own?.Extension?.LoadBalancer ?? _policy?.Extension?.LoadBalancer ?? defaults.LoadBalancerExtension,
            IsPassThrough = own?.Extension?.LoadBalancer?.Policy is null
                && ((exact ?? own)?.LoadBalancer is { IsPassThrough: true } || (Named() is null && effective.LoadBalancer is { IsPassThrough: true })),
            Locality = LocalityPolicy.Create(effective.LoadBalancer?.Locality, effective.OutlierDetection is not null, client),
            HeedsSource = effective.LoadBalancer?.Locality is null,
            Warmup = effective.LoadBalancer?.Warmup,
            OutlierDetection = Extended(effective.OutlierDetection, own?.Extension?.OutlierDetection ?? _policy?.Extension?.OutlierDetection),
            HealthChecks = own?.Extension?.HealthChecks ?? _policy?.Extension?.HealthChecks ?? defaults.HealthChecks,
            Hedging = own?.Extension?.Hedging ?? _policy?.Extension?.Hedging,
            CircuitBreaker = own?.Extension?.CircuitBreaker ?? _policy?.Extension?.CircuitBreaker,
            AdaptiveConcurrency = own?.Extension?.AdaptiveConcurrency ?? _policy?.Extension?.AdaptiveConcurrency,
            ClientThrottling = own?.Extension?.ClientThrottling ?? _policy?.Extension?.ClientThrottling,
            Connections = Connections(effective.ConnectionPool),
            Limits = Limits(effective.ConnectionPool) with { RetryBudget = retryBudget },
            RetryBudget = own?.Extension?.RetryBudget
                ?? _policy?.Extension?.RetryBudget
                ?? (retryBudget is null ? defaults.RetryBudget : RetryBudgetExtension.Off),
            UpgradesToHttp2 = effective.ConnectionPool is { UpgradesToHttp2: true },
            Tls = effective.Tls is { Mode: TlsMode.Simple, Unbuilt: null } tls ? Tls(tls, tlsOwner, service) : null,
            Refusal = effective.Tls?.Unbuilt is { } unbuilt ? $"{tlsOwner}: {unbuilt}" : null,
        };

        // The narrower level first; at one level what goes beyond Istio before Istio's own.
        LoadBalancerPolicy? Named() => own?.Extension?.LoadBalancer?.Policy
            ?? (exact ?? own)?.LoadBalancer?.Policy
            ?? (ofPort is null ? null : effective.LoadBalancer?.Policy)
            ?? _policy?.Extension?.LoadBalancer?.Policy
            ?? effective.LoadBalancer?.Policy;
    }

    /// <summary>What goes beyond Istio switches outlier detection on by itself, with Istio's defaults.</summary>
    private static OutlierDetectionConfiguration? Extended(OutlierDetectionConfiguration? policy, OutlierDetectionExtension? extension)
        => extension is null ? policy : (policy ?? new()) with { Extension = extension };

    private static TrafficPolicyConfiguration? OfPort(TrafficPolicyConfiguration? policy, int port)
    {
        foreach (var (number, settings) in policy?.Ports ?? [])
        {
            if (number == port)
            {
                return settings;
            }
        }

        return null;
    }

    private static ConnectionPolicy Connections(ConnectionPoolConfiguration? pool) => pool is null ? ConnectionPolicy.Default : new()
    {
        ConnectTimeout = pool.ConnectTimeout ?? ConnectionPolicy.Default.ConnectTimeout,
        MaxDuration = pool.MaxConnectionDuration,
        IdleTimeout = pool.IdleTimeout,
        MaxRequests = pool.MaxRequestsPerConnection,
        TcpKeepAlive = pool.TcpKeepAlive,
        Http2KeepAlive = pool.Http2KeepAlive,
    };

    private static PoolLimits Limits(ConnectionPoolConfiguration? pool)
    {
        return pool is null ? PoolLimits.None : new()
        {
            MaxConnections = Limit(pool.MaxConnections),
            MaxPendingRequests = Limit(pool.MaxPendingRequests),
            MaxRequests = Limit(pool.MaxRequests),
            MaxRetries = Limit(pool.MaxRetries),
            MaxConcurrentStreams = Limit(pool.MaxConcurrentStreams),
        };

        static int Limit(int written) => written > 0 ? written : int.MaxValue;
    }

    private static ClusterTls Tls(TlsConfiguration tls, string owner, ServiceModel service) => new()
    {
        Owner = owner,
        ServerName = tls.Sni ?? service.Name,
        CaCertificates = tls.CaCertificates,
        SubjectAltNames = string.Join('\n', tls.SubjectAltNames.Count > 0 ? tls.SubjectAltNames : service.SubjectAltNames),
        InsecureSkipVerify = tls.InsecureSkipVerify,
    };
}
