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
        var claims = new Dictionary<string, (RegistryClaim Claim, ConfigurationNode Node, IReadOnlyList<PortConfiguration> Ports)>(StringComparer.Ordinal);
        foreach (var service in configuration.Services)
        {
            var name = HostName.Resolve(service.Metadata.Name, service.Metadata.Namespace, configuration.Domain);
            claims.TryAdd(name, (new(service.Metadata, service.Metadata.Namespace, IsEntry: false), service.Node, []));
        }

        foreach (var entry in configuration.ServiceEntries)
        {
            foreach (var host in entry.Hosts)
            {
                var name = HostName.Resolve(host, entry.Metadata.Namespace, configuration.Domain);
                var claim = new RegistryClaim(entry.Metadata, entry.Metadata.Namespace, IsEntry: true);
                if (claims.TryAdd(name, (claim, entry.Node, entry.Ports)) || claims[name].Claim == claim)
                {
                    continue;
                }

                var other = claims[name];
                var isUsed = claim.GoesBefore(other.Claim, configuration.Namespace);
                Report(name, isUsed ? claim : other.Claim, isUsed ? other : (claim, entry.Node, entry.Ports));
                CheckProtocols(name, entry, other);
                claims[name] = isUsed ? (claim, entry.Node, entry.Ports) : other;
            }
        }
    }

    private void Report(string name, RegistryClaim used, (RegistryClaim Claim, ConfigurationNode Node, IReadOnlyList<PortConfiguration> Ports) unused)
    {
        findings.About(unused.Claim.Metadata);
        findings.Warning(FindingCodes.SharedServiceHost, unused.Node.Field("hosts") ?? unused.Node,
            $"the host '{name}' is declared by {used.Metadata} too, which is used alone; this one is not used for it.",
            "Declare a host once, with all of its ports.");
    }

    private void CheckProtocols(string name, ServiceEntryConfiguration entry, (RegistryClaim Claim, ConfigurationNode Node, IReadOnlyList<PortConfiguration> Ports) other)
    {
        foreach (var port in entry.Ports)
        {
            if (other.Ports.FirstOrDefault(known => known.Number == port.Number) is { } same && (same.Protocol ?? "HTTP") != (port.Protocol ?? "HTTP"))
            {
                findings.About(entry.Metadata);
                findings.Warning(FindingCodes.ConflictingProtocol, entry.Node.Field("ports") ?? entry.Node, string.Create(CultureInfo.InvariantCulture,
                    $"port {port.Number} of '{name}' is {port.Protocol ?? "HTTP"} here and {same.Protocol ?? "HTTP"} in {other.Claim.Metadata}."), "Write the same protocol in both.");
            }
        }
    }

    private void CheckSelectors()
    {
        var isSelected = new HashSet<WorkloadEntryConfiguration>(ReferenceEqualityComparer.Instance);
        foreach (var entry in configuration.ServiceEntries)
        {
            if (entry.WorkloadSelector is not { } selector)
            {
                continue;
            }

            var workloads = configuration.WorkloadEntries
                .Where(workload => workload.Metadata.Namespace == entry.Metadata.Namespace && selector.Selects(workload.Labels)).ToList();
            isSelected.UnionWith(workloads);
            if (workloads.Count == 0)
            {
                findings.About(entry.Metadata);
                findings.Warning(FindingCodes.IdleSelector, entry.Node.Field("workloadSelector") ?? entry.Node,
                    $"no WorkloadEntry of namespace {entry.Metadata.Namespace} carries the labels; calls are answered 503 until one does.", "Add a WorkloadEntry with these labels.");
            }
        }

        foreach (var workload in configuration.WorkloadEntries)
        {
            if (!isSelected.Contains(workload))
            {
                findings.About(workload.Metadata);
                findings.Info(FindingCodes.IdleSelector, workload.Node, $"no ServiceEntry of namespace {workload.Metadata.Namespace} selects this workload, so that it gets no calls.");
            }
        }
    }
}
