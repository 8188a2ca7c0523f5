using System.Globalization;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The endpoints of ServiceEntries, in the words of those of <c>Mesh:Services</c>.</summary>
internal sealed class ServiceEntryReader(IReadOnlyList<WorkloadEntryConfiguration> workloads)
{
    private readonly ILookup<string, WorkloadEntryConfiguration> _workloads = workloads.ToLookup(workload => workload.Metadata.Namespace, StringComparer.Ordinal);

    /// <summary>How the host of an entry is found, and what is known of its endpoints beforehand.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="host">One of its hosts as it is to be resolved, or a name that one of its wildcards covers.</param>
    public (DiscoveryKind Discovery, IReadOnlyList<EndpointConfiguration> Endpoints) Read(ServiceEntryConfiguration entry, string host)
    {
        switch (entry.Resolution)
        {
            case ServiceResolution.None or ServiceResolution.DynamicDns:
                return (DiscoveryKind.Static, [ByName(entry, host)]);
            case ServiceResolution.DnsRoundRobin:
                var only = Endpoints(entry).Take(1).ToList();
                return (DiscoveryKind.Static, only.Count > 0 || entry.WorkloadSelector is not null ? only : [ByName(entry, host)]);
            default:
                var endpoints = Endpoints(entry).ToList();
                // A selector that selects nothing leaves the entry without endpoints; without one the host itself is looked up.
                var isLookedUp = entry.Resolution == ServiceResolution.Dns && (endpoints.Count > 0 || entry.WorkloadSelector is null);
                return (isLookedUp ? DiscoveryKind.Dns : DiscoveryKind.Static, endpoints);
        }
    }

    public static PortModel[] Ports(ServiceEntryConfiguration entry)
        => [.. entry.Ports.Select(port => new PortModel(port.Number, port.Name, TargetOf(entry, port)))];

    private static int TargetOf(ServiceEntryConfiguration entry, PortConfiguration port)
        => entry.Resolution is ServiceResolution.None or ServiceResolution.DynamicDns ? port.Number : port.TargetPort ?? port.Number;

    /// <summary>The transport resolves the name when it connects, as it would without a mesh.</summary>
    private static EndpointConfiguration ByName(ServiceEntryConfiguration entry, string host) => new() { Node = entry.Node, Address = host };

    private IEnumerable<EndpointConfiguration> Endpoints(ServiceEntryConfiguration entry)
    {
        var written = entry.WorkloadSelector is { } selector
            ? _workloads[entry.Metadata.Namespace].Where(workload => selector.Selects(workload.Labels))
            : entry.Endpoints;
        return written.SelectMany(workload => Addresses(entry, workload));
    }

    /// <summary>One for each port that listens, since an endpoint's address tells it from others: workloads of one machine differ by port alone.</summary>
    private static IEnumerable<EndpointConfiguration> Addresses(ServiceEntryConfiguration entry, WorkloadEntryConfiguration workload)
    {
        var isSocket = workload.Address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.OrdinalIgnoreCase);
        var host = !isSocket && workload.Address.Contains(':', StringComparison.Ordinal) ? $"[{workload.Address}]" : workload.Address;
        if (isSocket || !entry.Ports.Any(port => port.Name is not null && workload.Ports.ContainsKey(port.Name)))
        {
            yield return At(workload, host, []);
            yield break;
        }

        foreach (var group in entry.Ports.GroupBy(port => port.Name is not null && workload.Ports.TryGetValue(port.Name, out var own) ? own : TargetOf(entry, port)))
        {
            int[] ports = [.. group.Select(port => port.Number)];
            yield return At(workload, string.Create(CultureInfo.InvariantCulture, $"{host}:{group.Key}"), ports.Length == entry.Ports.Count ? [] : ports);
        }
    }

    private static EndpointConfiguration At(WorkloadEntryConfiguration workload, string address, int[] servicePorts) => new()
    {
        Node = workload.Node,
        Address = address,
        Labels = workload.Labels,
        Locality = workload.Locality,
        Weight = workload.Weight,
        ServicePorts = servicePorts,
    };
}
