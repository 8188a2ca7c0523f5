namespace Mesh.Client.Configuration;

/// <summary>DestinationRules against each other, and against the hosts and endpoints that are known.</summary>
internal sealed class DestinationRuleChecker(MeshConfiguration configuration, FindingSink findings)
{
    private readonly KnownEndpoints _endpoints = new(configuration);
    private HashSet<(string Host, string Subset)>? _used;

    public void Check()
    {
        var owners = new Dictionary<(string Namespace, string Host, string? Subset), ResourceMetadata>();
        foreach (var rule in configuration.DestinationRules.OrderBy(rule => rule.Metadata, ResourceMetadata.OldestFirst))
        {
            findings.About(rule.Metadata);
            var host = HostName.Resolve(rule.Host, rule.Metadata.Namespace, configuration.Domain);

            // Rules with a selector are combined with those of the same selector alone.
            if (rule.WorkloadSelector is null)
            {
                CheckShared(rule, host, owners);
            }

            if (host.StartsWith('*'))
            {
                CheckWildcard(rule, host);
            }
            else
            {
                CheckHost(rule, host);
                CheckSubsets(rule, host);
            }
        }
    }

    private void CheckShared(DestinationRuleConfiguration rule, string host, Dictionary<(string Namespace, string Host, string? Subset), ResourceMetadata> owners)
    {
        var space = rule.Metadata.Namespace;
        if (rule.TrafficPolicy is not null && !owners.TryAdd((space, host, null), rule.Metadata))
        {
            findings.Warning(FindingCodes.SharedDestinationRule, rule.Node.Field("trafficPolicy") ?? rule.Node,
                $"{owners[(space, host, null)]} has a trafficPolicy for '{host}' too and is older; this one is not used.", "Keep one of them.");
        }

        foreach (var subset in rule.Subsets)
        {
            if (!owners.TryAdd((space, host, subset.Name), rule.Metadata) && owners[(space, host, subset.Name)] != rule.Metadata)
            {
                findings.Warning(FindingCodes.SharedDestinationRule, subset.Node,
                    $"{owners[(space, host, subset.Name)]} defines the subset '{subset.Name}' of '{host}' too and is older; this one is not used.", "Keep one of them.");
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

    private bool IsUsed(string host, string subset)
    {
        _used ??= [.. configuration.VirtualServices.SelectMany(rule => rule.Http.SelectMany(route => route.Route.Concat(route.Mirrors.Select(mirror => mirror.Destination))).Where(destination => destination.Subset is not null)
            .Select(destination => (HostName.Resolve(destination.Host, rule.Metadata.Namespace, configuration.Domain), destination.Subset!)))];
        return _used.Contains((host, subset));
    }
}
