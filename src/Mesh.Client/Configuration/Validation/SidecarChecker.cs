namespace Mesh.Client.Configuration;

/// <summary>Sidecars against each other, and the one that holds against the hosts that are known.</summary>
internal sealed class SidecarChecker(MeshConfiguration configuration, FindingSink findings)
{
    public void Check()
    {
        if (SidecarChoice.Find(configuration) is { } chosen)
        {
            CheckOthers(chosen);
            CheckHosts(chosen);
        }

        foreach (var sidecar in configuration.Sidecars)
        {
            if (sidecar.WorkloadSelector is not null && sidecar.Metadata.Namespace == configuration.RootNamespace && configuration.Namespace != configuration.RootNamespace)
            {
                findings.About(sidecar.Metadata);
                findings.Warning(FindingCodes.SelectorInRootNamespace, sidecar.Node.Field("workloadSelector") ?? sidecar.Node,
                    $"in the root namespace '{configuration.RootNamespace}' a Sidecar with a selector holds for workloads of that namespace alone.", "Remove the selector, or move it to the workloads' namespace.");
            }
        }
    }

    private void CheckOthers(SidecarConfiguration chosen)
    {
        var isSelecting = SidecarChoice.IsSelecting(chosen, configuration);
        foreach (var sidecar in configuration.Sidecars)
        {
            if (ReferenceEquals(sidecar, chosen) || !(isSelecting ? SidecarChoice.IsSelecting(sidecar, configuration) : SidecarChoice.IsForAll(sidecar, chosen.Metadata.Namespace)))
            {
                continue;
            }

            findings.About(sidecar.Metadata);
            findings.Warning(FindingCodes.SharedSidecar, sidecar.Node,
                $"{chosen.Metadata} holds for the same workload and is older; this one is not used.", "Keep one of them.",
                isSelecting ? "KIA0003" : "KIA0002");
        }
    }

    private void CheckHosts(SidecarConfiguration chosen)
    {
        var known = Known();
        var wildcards = new WildcardTable<string>();
        foreach (var wildcard in known.Where(name => name.StartsWith('*')))
        {
            wildcards.TryAdd(wildcard, wildcard);
        }

        findings.About(chosen.Metadata);
        foreach (var host in chosen.EgressHosts ?? [])
        {
            if (host.Host.StartsWith('*'))
            {
                continue;
            }

            var space = host.Namespace is EgressHostConfiguration.Own or EgressHostConfiguration.Any ? configuration.Namespace : host.Namespace;
            var name = HostName.Resolve(host.Host, space, configuration.Domain);
            if (!known.Contains(name) && !wildcards.TryFind(name, out _))
            {
                findings.Info(FindingCodes.UnknownEgressHost, host.Node, $"no service and no rule is known for the host '{name}'.");
            }
        }
    }

    private HashSet<string> Known() =>
    [
        .. configuration.Services.Select(service => Resolve(service.Metadata.Name, service.Metadata)),
        .. configuration.ServiceEntries.SelectMany(entry => entry.Hosts.Select(host => Resolve(host, entry.Metadata))),
        .. configuration.VirtualServices.SelectMany(rule => rule.Hosts.Select(host => Resolve(host, rule.Metadata))),
        .. configuration.GatewayRoutes.SelectMany(route => route.Parents.Select(parent => HostName.Resolve(parent.Name, parent.Namespace ?? route.Metadata.Namespace, configuration.Domain))),
        .. configuration.DestinationRules.Select(rule => Resolve(rule.Host, rule.Metadata)),
    ];

    private string Resolve(string host, ResourceMetadata of) => HostName.Resolve(host, of.Namespace, configuration.Domain);
}
