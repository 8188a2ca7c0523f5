using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>All DestinationRules of one host in one namespace: subsets side by side, of one name the first; the first traffic policy.</summary>
internal sealed class MergedDestinationRule
{
    private readonly Dictionary<string, (SubsetConfiguration Subset, ResourceMetadata Owner)> _subsets = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<ResourceMetadata> _resources = [];
    private TrafficPolicyConfiguration? _policy;
    private ResourceMetadata? _policyOwner;

    /// <summary>The rules, as a reader of a reason would look for them.</summary>
    public string Resources => string.Join(" and ", _resources);

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

    /// <summary>The policy of a subset, or of the whole service: each block of the subset replaces the rule's, never field by field.</summary>
    public ClusterPolicy Policy(string? subset)
    {
        var (own, owner) = subset is not null && _subsets.TryGetValue(subset, out var found)
            ? (found.Subset.TrafficPolicy, found.Owner)
            : (null, null);
        if (own is null && _policy is null)
        {
            return ClusterPolicy.Default;
        }

        var defaults = ClusterPolicy.Default;
        return new()
        {
            LoadBalancer = own?.LoadBalancer ?? _policy?.LoadBalancer ?? defaults.LoadBalancer,
            OutlierDetection = own?.OutlierDetection ?? _policy?.OutlierDetection,
            ConnectTimeout = (own?.ConnectionPool ?? _policy?.ConnectionPool)?.ConnectTimeout ?? defaults.ConnectTimeout,
            Refusal = Refusal(own, owner) ?? Refusal(_policy, _policyOwner),
        };
    }

    private static string? Refusal(TrafficPolicyConfiguration? policy, ResourceMetadata? owner)
        => policy?.UnbuiltSecurity is { } security ? $"{owner}: {security}" : null;
}
