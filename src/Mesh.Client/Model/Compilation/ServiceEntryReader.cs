using System.Globalization;
using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The endpoints of ServiceEntries, in the words of those of <c>Mesh:Services</c>.</summary>
internal sealed class ServiceEntryReader(IReadOnlyList<WorkloadEntryConfiguration> workloads)
{
    private readonly WorkloadIndex _workloads = new(workloads);

    /// <summary>How a host is found, and what is known of its endpoints beforehand.</summary>
    /// <param name="group">The entries that declare it.</param>
    /// <param name="host">One of its hosts as it is to be resolved, or a name that one of its wildcards covers.</param>
    public (DiscoveryKind Discovery, IReadOnlyList<EndpointConfiguration> Endpoints) Read(ServiceEntryGroup group, string host)
    {
        switch (group.Oldest.Resolution)
        {
            case ServiceResolution.None or ServiceResolution.DynamicDns:
                return (DiscoveryKind.Static, [ByName(group.Oldest, host)]);
            case ServiceResolution.DnsRoundRobin:
                // The transport resolves the name when it connects.
                return (DiscoveryKind.Static, Endpoints(group, host));
            case ServiceResolution.Dns:
                // A selector that selects nothing leaves an entry without endpoints; without one the host itself is looked up.
                var named = group is { Entries: [{ Endpoints.Count: 0, WorkloadSelector: null }] } ? null : Endpoints(group, host);
                return (named is { Count: 0 } ? DiscoveryKind.Static : DiscoveryKind.Dns, named ?? []);
            default:
                return (DiscoveryKind.Static, Endpoints(group, host));
        }
    }

    public static PortModel[] Ports(ServiceEntryGroup group)
        => [.. group.Ports.Select(port => new PortModel(port.Number, port.Name, TargetOf(group.Oldest, port)))];

    private static int TargetOf(ServiceEntryConfiguration entry, PortConfiguration port)
        => entry.Resolution is ServiceResolution.None or ServiceResolution.DynamicDns ? port.Number : port.TargetPort ?? port.Number;

    /// <summary>The transport resolves the name when it connects, as it would without a mesh.</summary>
    private static EndpointConfiguration ByName(ServiceEntryConfiguration entry, string host) => new() { Node = entry.Node, Address = host };

    private List<EndpointConfiguration> Endpoints(ServiceEntryGroup group, string host)
    {
        var endpoints = new List<EndpointConfiguration>();
        var taken = group.Oldest.Resolution == ServiceResolution.DnsRoundRobin ? new HashSet<int>() : null;
        foreach (var entry in group.Entries)
        {
            foreach (var workload in Workloads(entry, host))
            {
                // Of a logical DNS cluster, of which there is one for each port, the first endpoint counts.
                if (taken is not null && endpoints.Count > 0 && taken.Count == group.Ports.Count)
                {
                    return endpoints;
                }

                endpoints.AddRange(Addresses(group, entry, workload, taken));
            }
        }

        return endpoints;
    }

    private IEnumerable<WorkloadEntryConfiguration> Workloads(ServiceEntryConfiguration entry, string host)
        => entry.WorkloadSelector is { } selector ? _workloads.Select(entry.Metadata.Namespace, selector)
            : entry.Endpoints.Count > 0 || entry.Resolution == ServiceResolution.Static ? entry.Endpoints
            : [new() { Node = entry.Node, Metadata = entry.Metadata, Address = host }];

    /// <summary>One for each port that listens, since an endpoint's address tells it from others: workloads of one machine differ by port alone.</summary>
    /// <param name="group">Whose ports are served.</param>
    /// <param name="entry">One of the group.</param>
    /// <param name="workload">One of the entry's.</param>
    /// <param name="taken">Ports that others serve already, to which those of this one are added; null: any number may serve one.</param>
    private static IEnumerable<EndpointConfiguration> Addresses(
        ServiceEntryGroup group, ServiceEntryConfiguration entry, WorkloadEntryConfiguration workload, HashSet<int>? taken)
    {
        var served = new List<(PortConfiguration Port, int Listening)>(group.Ports.Count);
        foreach (var port in group.Ports)
        {
            if (group.Serving(entry, port) is { } own && (taken is null || taken.Add(port.Number)))
            {
                served.Add((port, own.Name is not null && workload.Ports.TryGetValue(own.Name, out var listening) ? listening : TargetOf(entry, own)));
            }
        }

        var isSocket = workload.Address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.OrdinalIgnoreCase);
        var host = !isSocket && workload.Address.Contains(':', StringComparison.Ordinal) ? $"[{workload.Address}]" : workload.Address;
        if (isSocket || served.TrueForAll(port => port.Listening == TargetOf(group.Oldest, port.Port)))
        {
            return served.Count > 0 || group.Ports.Count == 0 ? [At(workload, host, Numbers(served))] : [];
        }

        return served.GroupBy(port => port.Listening)
            .Select(ports => At(workload, string.Create(CultureInfo.InvariantCulture, $"{host}:{ports.Key}"), Numbers([.. ports])));

        int[] Numbers(List<(PortConfiguration Port, int Listening)> ports) => ports.Count == group.Ports.Count ? [] : [.. ports.Select(port => port.Port.Number)];
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
