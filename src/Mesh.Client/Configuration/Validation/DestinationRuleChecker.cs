using System.Diagnostics.CodeAnalysis;

namespace Mesh.Client.Configuration;

/// <summary>DestinationRules against each other, and against the hosts and endpoints that are known.</summary>
internal sealed class DestinationRuleChecker(MeshConfiguration configuration, FindingSink findings)
{
    private readonly KnownEndpoints _endpoints = new(configuration);
    private HashSet<(string Host, string Subset)>? _used;

    public void Check()
    {
        var byHost = configuration.DestinationRules.OrderBy(rule => rule.Metadata, ResourceMetadata.OldestFirst)
            .GroupBy(rule => (rule.Metadata.Namespace, Host: HostName.Resolve(rule.Host, rule.Metadata.Namespace, configuration.Domain)));
        foreach (var rules in byHost)
        {
            CheckShared(rules.Key.Host, [.. rules]);
        }

        foreach (var rule in configuration.DestinationRules)
        {
            findings.About(rule.Metadata);
            var host = HostName.Resolve(rule.Host, rule.Metadata.Namespace, configuration.Domain);
            CheckLocality(rule);
            CheckBreakers(rule);
            if (host.StartsWith('*'))
            {
                CheckWildcard(rule, host);
            }
            else
            {
                CheckHost(rule, host);
                CheckSubsets(rule, host);
                CheckEjections(rule, host);
            }
        }
    }

    private void CheckLocality(DestinationRuleConfiguration rule)
    {
        if (configuration.Workload.Locality is not null)
        {
            return;
        }

        foreach (var policy in rule.Subsets.Select(subset => subset.TrafficPolicy).Prepend(rule.TrafficPolicy).OfType<TrafficPolicyConfiguration>())
        {
            foreach (var locality in policy.Ports.Select(port => port.Value).Prepend(policy).Select(settings => settings.LoadBalancer?.Locality))
            {
                if (locality is { IsEnabled: true, Node: { } node, ReadsClient: true })
                {
                    findings.Info(FindingCodes.UnknownClientLocality, node,
                        "where this client stands is not known; no endpoint is preferred by its place.", $"Write Mesh:Workload:Locality, or set the environment variable {WorkloadPlace.Variable}.");
                }
            }
        }
    }

    /// <summary>Rules of one namespace for one host. Those that are combined may say the same thing twice; the others are not used.</summary>
    /// <param name="host">The host.</param>
    /// <param name="rules">All that this process sees, the oldest first.</param>
    private void CheckShared(string host, DestinationRuleConfiguration[] rules)
    {
        if (rules.Length == 1)
        {
            CheckCombined(host, rules);
            return;
        }

        // In the order in which their first rules are found; the last of them is used.
        var groups = rules.Where(rule => rule.WorkloadSelector is null).GroupBy(rule => ExportTo.ToText(rule.ExportTo)).ToList();
        var selecting = rules.Where(rule => rule.WorkloadSelector is not null).ToList();
        foreach (var group in groups)
        {
            CheckCombined(host, group);
        }

        CheckCombined(host, selecting.Where(rule => IsSame(rule.WorkloadSelector!, selecting[0].WorkloadSelector!)));
        foreach (var rule in selecting.Where(rule => !IsSame(rule.WorkloadSelector!, selecting[0].WorkloadSelector!)))
        {
            findings.About(rule.Metadata);
            findings.Warning(FindingCodes.SeparateDestinationRules, rule.Node.Field("workloadSelector") ?? rule.Node,
                $"{selecting[0].Metadata} selects this workload too for '{host}', by other labels, and is older; this one is not used.", "Write the same workloadSelector in both, or put them into one.");
        }

        foreach (var rule in groups.SkipLast(selecting.Count > 0 ? 0 : 1).SelectMany(group => group))
        {
            findings.About(rule.Metadata);
            if (selecting.Count > 0)
            {
                findings.Info(FindingCodes.SeparateDestinationRules, rule.Node,
                    $"{selecting[0].Metadata} selects this workload for '{host}' and is used in place of this one, nothing of which adds to it.");
            }
            else
            {
                findings.Warning(FindingCodes.SeparateDestinationRules, rule.Node.Field("exportTo") ?? rule.Node,
                    $"{groups[^1].First().Metadata} is for '{host}' too with another exportTo, so that they are not combined, and is younger; this one is not used here.",
                    "Write the same exportTo in both, or put them into one.");
            }
        }
    }

    private static bool IsSame(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) => left.Count == right.Count && left.Selects(right);

    private void CheckCombined(string host, IEnumerable<DestinationRuleConfiguration> rules)
    {
        ResourceMetadata? policyOwner = null;
        var owners = new Dictionary<string, ResourceMetadata>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            findings.About(rule.Metadata);
            if (rule.TrafficPolicy is not null && policyOwner is not null)
            {
                findings.Warning(FindingCodes.SharedDestinationRule, rule.Node.Field("trafficPolicy") ?? rule.Node,
                    $"{policyOwner} has a trafficPolicy for '{host}' too and is older; this one is not used.", "Keep one of them.");
            }

            policyOwner ??= rule.TrafficPolicy is null ? null : rule.Metadata;
            foreach (var subset in rule.Subsets)
            {
                if (!owners.TryAdd(subset.Name, rule.Metadata) && owners[subset.Name] != rule.Metadata)
                {
                    findings.Warning(FindingCodes.SharedDestinationRule, subset.Node,
                        $"{owners[subset.Name]} defines the subset '{subset.Name}' of '{host}' too and is older; this one is not used.", "Keep one of them.");
                }
            }
        }
    }

    /// <summary>Calls to hosts that only a wildcard ServiceEntry declares go through the client's own handler, which adds no TLS.</summary>
    private void CheckWildcard(DestinationRuleConfiguration rule, string host)
    {
        if (rule.TrafficPolicy is { AsksForTls: true }
            && configuration.ServiceEntries.Any(entry => entry.Hosts.Any(name => name.StartsWith('*') && name.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase))))
        {
            findings.Security(rule.Node.Field("host") ?? rule.Node,
                "TLS is added to named hosts alone; calls to hosts that only a wildcard ServiceEntry declares are answered 503, never sent in plaintext.",
                "Name the hosts in a ServiceEntry.");
        }
    }

    private void CheckHost(DestinationRuleConfiguration rule, string host)
    {
        if (configuration.DefaultDiscovery == DiscoveryKind.None && !_endpoints.IsDeclared(host))
        {
            findings.Warning(FindingCodes.UnknownRuleHost, rule.Node.Field("host") ?? rule.Node,
                $"the host '{host}' is declared by no service and no ServiceEntry, and DefaultDiscovery is None; the rule has no effect.", "Add the host under Services.");
        }
    }

    private void CheckSubsets(DestinationRuleConfiguration rule, string host)
    {
        if (rule.Subsets.Count > 0 && _endpoints.IsOriginalDestination(host))
        {
            foreach (var subset in rule.Subsets.Where(subset => subset.Labels.Count > 0))
            {
                findings.Info(FindingCodes.SubsetWithoutEndpoints, subset.Node,
                    $"the resolution of '{host}' leaves nothing to select from: calls to the subset '{subset.Name}' go to the host that is called, whatever the labels.");
            }
        }

        if (rule.Subsets.Count == 0 || _endpoints.LabelsOf(host) is not { } endpoints)
        {
            return;
        }

        foreach (var subset in rule.Subsets)
        {
            if (endpoints.Any(subset.Labels.Selects))
            {
                continue;
            }

            const string Fix = "Write the labels of an endpoint, or give them to one.";
            var message = $"none of the {endpoints.Count} endpoints of '{host}' carries the labels of the subset '{subset.Name}'";
            if (IsUsed(host, subset.Name))
            {
                findings.Warning(FindingCodes.SubsetWithoutEndpoints, subset.Node, $"{message}; calls to it are answered 503.", Fix);
            }
            else
            {
                findings.Info(FindingCodes.SubsetWithoutEndpoints, subset.Node, $"{message}; no rule uses it.", Fix);
            }
        }
    }

    /// <summary>The endpoints of discovery are not known here; of those the log tells.</summary>
    private void CheckEjections(DestinationRuleConfiguration rule, string host)
    {
        if (_endpoints.LabelsOf(host) is not { } endpoints)
        {
            return;
        }

        var ofRule = EjectionOf(rule.TrafficPolicy);
        var isTold = CheckEjection(ofRule, endpoints.Count, $"'{host}'", BlockOf(rule.Node) ?? rule.Node);
        foreach (var subset in rule.Subsets)
        {
            // Who uses a subset is asked last: it takes a look at every destination of every rule.
            var own = EjectionOf(subset.TrafficPolicy, rule.TrafficPolicy);
            if ((own is not null || !isTold) && IsIdle(own ?? ofRule, endpoints.Count(subset.Labels.Selects)) && (own is not null || IsUsed(host, subset.Name)))
            {
                CheckEjection(own ?? ofRule, endpoints.Count(subset.Labels.Selects), $"the subset '{subset.Name}' of '{host}'", BlockOf(subset.Node) ?? subset.Node);
            }
        }
    }

    /// <summary>Allowed, and easily one of them too many.</summary>
    private void CheckBreakers(DestinationRuleConfiguration rule)
    {
        if (HasBoth(rule.TrafficPolicy))
        {
            Tell(rule.Node, "");
            return;
        }

        foreach (var subset in rule.Subsets.Where(subset => HasBoth(subset.TrafficPolicy, rule.TrafficPolicy)))
        {
            Tell(subset.Node, $" of the subset '{subset.Name}'");
        }

        void Tell(ConfigurationNode at, string of) => findings.Info(FindingCodes.BreakerBesideOutlierDetection, at,
            $"endpoints{of} have a circuit breaker and outlier detection; either keeps calls away, each by its own count.", "Keep both where that is meant.");

        static bool HasBoth(TrafficPolicyConfiguration? policy, TrafficPolicyConfiguration? wider = null)
            => (policy?.Extension?.CircuitBreaker ?? wider?.Extension?.CircuitBreaker) is { Endpoint: not null } && (EjectionOf(policy, wider) ?? EjectionOf(wider)) is not null;
    }

    /// <summary>It can eject nobody, and not because that is what is written: 0.</summary>
    private static bool IsIdle([NotNullWhen(true)] OutlierDetectionConfiguration? policy, int endpoints)
        => policy is { MaxEjectionPercent: not 0 } && endpoints > 0 && !policy.CanEject(endpoints);

    private bool CheckEjection(OutlierDetectionConfiguration? policy, int endpoints, string of, ConfigurationNode at)
    {
        if (!IsIdle(policy, endpoints))
        {
            return false;
        }

        var needed = (100 + endpoints - 1) / endpoints;
        findings.Warning(FindingCodes.IdleOutlierDetection, at,
            $"nobody can be ejected: maxEjectionPercent is {policy.MaxEjectionPercent}, and one of the {endpoints} endpoints of {of} is more than that.",
            $"Write maxEjectionPercent: {needed} or more, or alwaysEjectOneHost in x-mesh.");
        return true;
    }

    /// <summary>Null where the policy has no block of its own.</summary>
    private static OutlierDetectionConfiguration? EjectionOf(TrafficPolicyConfiguration? policy, TrafficPolicyConfiguration? wider = null)
    {
        var extension = policy?.Extension?.OutlierDetection;
        return policy?.OutlierDetection is null && extension is null
            ? null
            : (policy!.OutlierDetection ?? wider?.OutlierDetection ?? new()) with
            {
                Extension = extension ?? wider?.Extension?.OutlierDetection ?? OutlierDetectionExtension.Default,
            };
    }

    private static ConfigurationNode? BlockOf(ConfigurationNode rule) => rule.Field("trafficPolicy")?.Field("outlierDetection");

    private bool IsUsed(string host, string subset)
    {
        _used ??= [.. configuration.VirtualServices.SelectMany(rule => rule.Http.SelectMany(route => route.Route.Concat(route.Mirrors.Select(mirror => mirror.Destination))).Where(destination => destination.Subset is not null)
            .Select(destination => (HostName.Resolve(destination.Host, rule.Metadata.Namespace, configuration.Domain), destination.Subset!)))];
        return _used.Contains((host, subset));
    }
}
