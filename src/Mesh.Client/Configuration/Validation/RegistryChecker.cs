using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>What ServiceEntries and WorkloadEntries say about each other and about <c>Mesh:Services</c>.</summary>
internal sealed class RegistryChecker(MeshConfiguration configuration, FindingSink findings)
{
    public void Check()
    {
        if (configuration.ServiceEntries.Count > 0)
        {
            CheckSharedHosts();
        }

        CheckSelectors();
    }

    private void CheckSharedHosts()
    {
        var owners = new Dictionary<string, Declaration>(StringComparer.Ordinal);
        var shared = new List<(string Host, Declaration Other)>();
        foreach (var (host, declaration) in Declarations())
        {
            if (!owners.TryGetValue(host, out var owner))
            {
                owners.Add(host, declaration);
            }
            else if (owner.Claim != declaration.Claim)
            {
                var goesBefore = declaration.Claim.GoesBefore(owner.Claim, configuration.Namespace);
                owners[host] = goesBefore ? declaration : owner;
                shared.Add((host, goesBefore ? owner : declaration));
            }
        }

        foreach (var (host, other) in shared)
        {
            findings.About(other.Claim.Metadata);
            if (other.Entry is { } entry && owners[host].Entry is { } oldest && ServiceEntryGroup.Joins(oldest, entry))
            {
                CheckJoined(host, oldest, entry);
            }
            else
            {
                Report(host, owners[host], other);
            }
        }
    }

    private IEnumerable<(string Host, Declaration Declaration)> Declarations()
    {
        foreach (var service in configuration.Services)
        {
            yield return (Resolve(service.Metadata.Name, service.Metadata), new(new(service.Metadata, service.Metadata.Namespace, IsEntry: false), service.Node, null));
        }

        foreach (var entry in configuration.ServiceEntries)
        {
            foreach (var host in entry.Hosts)
            {
                yield return (Resolve(host, entry.Metadata), new(new(entry.Metadata, entry.Metadata.Namespace, IsEntry: true), entry.Node, entry));
            }
        }
    }

    private string Resolve(string host, ResourceMetadata of) => HostName.Resolve(host, of.Namespace, configuration.Domain);

    private void Report(string host, Declaration used, Declaration unused)
    {
        var reason = used.Entry is { } oldest && unused.Entry is { } entry && oldest.Metadata.Namespace == entry.Metadata.Namespace
            ? $" Only entries of one resolution are combined, and it is {Text(oldest.Resolution)} there and {Text(entry.Resolution)} here."
            : "";
        findings.Warning(FindingCodes.SharedServiceHost, unused.Node.Field("hosts") ?? unused.Node,
            $"the host '{host}' is declared by {used.Claim.Metadata} too, which is used alone; this one is not used for it.{reason}",
            "Declare a host once, with all of its ports.");
        if (used.Entry is { } first && unused.Entry is { } second)
        {
            CheckProtocols(host, first, second);
        }
    }

    /// <summary>Two entries that are combined: what of the younger has no effect all the same.</summary>
    private void CheckJoined(string host, ServiceEntryConfiguration oldest, ServiceEntryConfiguration entry)
    {
        CheckProtocols(host, oldest, entry);
        var at = entry.Node.Field("ports") ?? entry.Node;
        var obstacle = oldest.Ports.Count == 0 ? "ports" : ServiceEntryGroup.PortObstacle(oldest, entry);
        int[] unused = obstacle is null ? [] : [.. entry.Ports.Select(port => port.Number).Except(oldest.Ports.Select(port => port.Number))];
        if (unused.Length > 0)
        {
            findings.Warning(FindingCodes.SharedServiceHost, at, string.Create(CultureInfo.InvariantCulture,
                $"the host '{host}' is declared by {oldest.Metadata} too, whose '{obstacle}' differ, so that the ports {string.Join(", ", unused.Take(10))} are not added to it."),
                $"Write the same '{obstacle}' in both, or all ports in the older one.");
        }

        var group = ServiceEntryGroup.Around(oldest.Metadata, [oldest, entry]);
        foreach (var port in oldest.Ports)
        {
            if (entry.Ports.Any(own => own.Number == port.Number) && group.Serving(entry, port) is null)
            {
                findings.Warning(FindingCodes.SharedServiceHost, at, string.Create(CultureInfo.InvariantCulture,
                    $"port {port.Number} of '{host}' is named '{port.Name}' in {oldest.Metadata}, which is older, so that the endpoints of this entry do not serve it."),
                    $"Name it '{port.Name}' here too.");
            }
        }

        if (oldest.External != entry.External)
        {
            findings.Warning(FindingCodes.SharedServiceHost, entry.Node.Field("location") ?? entry.Node,
                $"the location of '{host}' differs in {oldest.Metadata}, which is older and is used.", "Write the same location in both.");
        }
    }

    private void CheckProtocols(string host, ServiceEntryConfiguration used, ServiceEntryConfiguration entry)
    {
        foreach (var port in entry.Ports)
        {
            if (used.Ports.FirstOrDefault(known => known.Number == port.Number) is { } same && (same.Protocol ?? "HTTP") != (port.Protocol ?? "HTTP"))
            {
                findings.Warning(FindingCodes.ConflictingProtocol, entry.Node.Field("ports") ?? entry.Node, string.Create(CultureInfo.InvariantCulture,
                    $"port '{port.Number}' of '{host}' is '{port.Protocol ?? "HTTP"}' here and '{same.Protocol ?? "HTTP"}' in {used.Metadata}."), "Write the same protocol in both.");
            }
        }
    }

    private static string Text(ServiceResolution resolution) => resolution switch
    {
        ServiceResolution.Static => "STATIC",
        ServiceResolution.Dns => "DNS",
        ServiceResolution.DnsRoundRobin => "DNS_ROUND_ROBIN",
        ServiceResolution.DynamicDns => "DYNAMIC_DNS",
        _ => "NONE",
    };

    private void CheckSelectors()
    {
        var workloads = new WorkloadIndex(configuration.WorkloadEntries);
        var answers = new HashSet<IReadOnlyList<WorkloadEntryConfiguration>>(ReferenceEqualityComparer.Instance);
        var isSelected = new HashSet<WorkloadEntryConfiguration>(ReferenceEqualityComparer.Instance);
        foreach (var entry in configuration.ServiceEntries)
        {
            if (entry.WorkloadSelector is not { } selector)
            {
                continue;
            }

            var selected = workloads.Select(entry.Metadata.Namespace, selector);
            if (answers.Add(selected))
            {
                isSelected.UnionWith(selected);
            }

            if (selected.Count == 0)
            {
                findings.About(entry.Metadata);
                findings.Warning(FindingCodes.IdleSelector, entry.Node.Field("workloadSelector") ?? entry.Node,
                    $"no WorkloadEntry of namespace '{entry.Metadata.Namespace}' carries the labels; calls are answered 503 until one does.", "Add a WorkloadEntry with these labels.");
            }
            else if (selected.Count > 1 && entry.Resolution == ServiceResolution.DnsRoundRobin)
            {
                findings.About(entry.Metadata);
                findings.Warning(FindingCodes.DiscoveryMismatch, entry.Node.Field("resolution") ?? entry.Node, string.Create(CultureInfo.InvariantCulture,
                    $"with the resolution DNS_ROUND_ROBIN there is one endpoint at most; of the {selected.Count} workloads that are selected {selected[0].Metadata} is used."), "Write resolution: DNS.");
            }
        }

        foreach (var workload in configuration.WorkloadEntries)
        {
            if (!isSelected.Contains(workload))
            {
                findings.About(workload.Metadata);
                findings.Info(FindingCodes.IdleSelector, workload.Node, $"no ServiceEntry of namespace '{workload.Metadata.Namespace}' selects this workload, so that it gets no calls.");
            }
        }
    }

    /// <param name="Claim">Who declares the host.</param>
    /// <param name="Node">Where.</param>
    /// <param name="Entry">Null for one of <c>Mesh:Services</c>.</param>
    private sealed record Declaration(RegistryClaim Claim, ConfigurationNode Node, ServiceEntryConfiguration? Entry);
}
