using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>A ServiceEntry's hosts, ports and endpoints: each usable, and fitting its resolution.</summary>
internal static class ServiceEntryValidator
{
    private static readonly string[] ConnectionProtocols = ["TCP", "UDP", "MONGO", "REDIS", "MYSQL"];

    private const int MostHosts = 256;

    public static void Check(ServiceEntryConfiguration entry, FindingSink findings)
    {
        CheckHosts(entry, findings);
        ServiceValidator.CheckPorts(entry.Node, entry.Ports, findings);
        CheckProtocols(entry, findings);
        CheckEndpoints(entry, findings);
        CheckResolution(entry, findings);
    }

    private static void CheckHosts(ServiceEntryConfiguration entry, FindingSink findings)
    {
        if (entry.Hosts.Count > MostHosts)
        {
            findings.Error(FindingCodes.OutOfRange, entry.Node.Field("hosts")!, string.Create(CultureInfo.InvariantCulture, $"{entry.Hosts.Count} hosts are written; at most {MostHosts} are allowed."), "Write a second ServiceEntry.");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in entry.Node.Field("hosts")!.Items.Where(item => item.Text is not null))
        {
            var host = node.Text!;
            if (host == "*" || HostName.FindError(host, allowsWildcard: true) is not null)
            {
                var error = host == "*" ? "'*' alone would take over every call; name the hosts, or use a wildcard such as *.example.com"
                    : HostName.FindError(host, allowsWildcard: true);
                findings.Error(FindingCodes.BadHost, node, $"{FindingSink.Quote(host)} cannot be a host: {error}.");
            }
            else if (!seen.Add(host))
            {
                findings.Error(FindingCodes.DuplicateHost, node, $"the host {FindingSink.Quote(host)} is written twice.", "Remove one of them.");
            }
            else if (host.StartsWith('*'))
            {
                CheckWildcard(entry, host, node, findings);
            }
        }
    }

    private static void CheckWildcard(ServiceEntryConfiguration entry, string host, ConfigurationNode node, FindingSink findings)
    {
        if (HostName.IsPartialWildcard(host))
        {
            findings.Warning(FindingCodes.BadHost, node, $"the wildcard {FindingSink.Quote(host)} ends inside a label: it works here, and Istio's Gateways and Sidecars do not take it.", "Write a wildcard for whole labels, such as *.example.com.");
        }

        if (entry.Resolution is ServiceResolution.None or ServiceResolution.DynamicDns)
        {
            return;
        }

        if (entry.Endpoints.Count == 0 && entry.WorkloadSelector is null)
        {
            findings.Error(FindingCodes.DiscoveryMismatch, node,
                $"the wildcard {FindingSink.Quote(host)} without endpoints is allowed with the resolutions NONE and DYNAMIC_DNS alone: nobody knows which endpoints it has.",
                "Write resolution: NONE, or name the hosts.");
        }
        else
        {
            findings.Warning(FindingCodes.UnbuiltField, node,
                $"endpoints of a wildcard are not built yet in this version; calls to what {FindingSink.Quote(host)} covers go through the client's own handler.", "Name the hosts.");
        }
    }

    private static void CheckProtocols(ServiceEntryConfiguration entry, FindingSink findings)
    {
        foreach (var port in entry.Ports)
        {
            var declared = port.Protocol is null ? "for no protocol" : $"as '{port.Protocol}'";
            var isConnection = ConnectionProtocols.Contains(port.Protocol);
            if (entry.Hosts.Count > 1 && (isConnection || port.Protocol is null) && entry.Resolution is not (ServiceResolution.None or ServiceResolution.DynamicDns))
            {
                findings.Error(FindingCodes.Conflict, entry.Node.Field("ports")!, string.Create(CultureInfo.InvariantCulture,
                    $"the port '{port.Number}' is declared {declared}, where nothing in a connection tells the hosts apart; several hosts cannot share it."), "Write one ServiceEntry for each host, or the protocol HTTP, HTTPS, HTTP2 or GRPC.");
            }
            else if (isConnection)
            {
                findings.Info(FindingCodes.ConnectionPort, entry.Node.Field("ports")!, string.Create(CultureInfo.InvariantCulture,
                    $"the port '{port.Number}' is declared {declared}; what an HttpClient sends there is HTTP, and is ruled as such."),
                    "Write HTTP, HTTPS, HTTP2 or GRPC where clients speak HTTP.");
            }
        }
    }

    private static void CheckEndpoints(ServiceEntryConfiguration entry, FindingSink findings)
    {
        var seen = new HashSet<(string Address, string Ports, string Labels)>();
        var names = entry.Ports.Select(port => port.Name).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in entry.Endpoints)
        {
            var at = endpoint.Node.Field("address") ?? endpoint.Node;
            foreach (var (name, _) in endpoint.Ports)
            {
                if (!names.Contains(name))
                {
                    findings.Error(FindingCodes.UnknownPortName, endpoint.Node.Field("ports")!, $"the port {FindingSink.Quote(name)} is none of the entry's; {Names(entry)}.", "Use the name of one of ports.");
                }
            }

            var ports = string.Join(',', endpoint.Ports.OrderBy(port => port.Key, StringComparer.Ordinal).Select(port => $"{port.Key}={port.Value}"));
            if (!seen.Add((endpoint.Address.ToLowerInvariant(), ports, LabelSyntax.ToText(endpoint.Labels))))
            {
                findings.Error(FindingCodes.DuplicateEndpoint, at, $"the endpoint {FindingSink.Quote(endpoint.Address)} is written twice with the same ports and labels.",
                    "Remove one; give the other a weight of 2 where it shall get more calls.");
            }

            if (entry.Resolution == ServiceResolution.Static && !IsIpOrSocket(endpoint.Address))
            {
                findings.Error(FindingCodes.DiscoveryMismatch, at, $"with the resolution STATIC an endpoint is an IP address or a Unix socket, and {FindingSink.Quote(endpoint.Address)} is a name.", "Write resolution: DNS.");
            }
            else if (entry.Resolution is ServiceResolution.Dns or ServiceResolution.DnsRoundRobin && endpoint.Address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.Ordinal))
            {
                findings.Error(FindingCodes.DiscoveryMismatch, at, "a Unix socket has no name to resolve.", "Write resolution: STATIC.");
            }
            else if (endpoint.Address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.Ordinal) && entry.Ports.Count > 1)
            {
                findings.Error(FindingCodes.DiscoveryMismatch, at, "a Unix socket has no ports, so that the entry can have one port alone.", "Declare one port.");
            }
        }
    }

    private static void CheckResolution(ServiceEntryConfiguration entry, FindingSink findings)
    {
        var at = entry.Node.Field("resolution") ?? entry.Node;
        var endpoints = entry.Node.Field("endpoints") is { Items.Count: > 0 };
        if (endpoints && entry.WorkloadSelector is not null)
        {
            findings.Error(FindingCodes.Conflict, entry.Node.Field("workloadSelector")!, "'endpoints' and 'workloadSelector' exclude each other.", "Keep one of them.");
            return;
        }

        switch (entry.Resolution)
        {
            case ServiceResolution.None or ServiceResolution.DynamicDns when endpoints:
                findings.Error(FindingCodes.DiscoveryMismatch, entry.Node.Field("endpoints")!,
                    $"with the resolution {(entry.Resolution == ServiceResolution.None ? "NONE" : "DYNAMIC_DNS")} the host that the caller wrote is dialled, so that no endpoints can be given.", "Write resolution: STATIC, or DNS for names.");
                break;
            case ServiceResolution.None or ServiceResolution.DynamicDns when entry.WorkloadSelector is not null:
                findings.Warning(FindingCodes.DiscoveryMismatch, entry.Node.Field("workloadSelector")!,
                    "without a resolution the host that the caller wrote is dialled, so that the workloads selected here are not used.", "Write resolution: STATIC.");
                break;
            case ServiceResolution.None or ServiceResolution.DynamicDns when entry.Ports.FirstOrDefault(port => port.TargetPort is { } target && target != port.Number) is { } moved:
                findings.Info(FindingCodes.DiscoveryMismatch, entry.Node.Field("ports")!, string.Create(CultureInfo.InvariantCulture,
                    $"without a resolution the port that the caller wrote is dialled, so that targetPort '{moved.TargetPort}' has no effect."));
                break;
            case ServiceResolution.Static when !endpoints && entry.WorkloadSelector is null:
                findings.Warning(FindingCodes.DiscoveryMismatch, at, "the resolution is STATIC and no endpoints are given: every call is answered 503.", "Write endpoints, a workloadSelector, or another resolution.");
                break;
            case ServiceResolution.DnsRoundRobin when entry.Endpoints.Count > 1:
                findings.Error(FindingCodes.DiscoveryMismatch, entry.Node.Field("endpoints")!, "with the resolution DNS_ROUND_ROBIN there is one endpoint at most.", "Write resolution: DNS.");
                break;
        }
    }

    private static bool IsIpOrSocket(string address)
        => address.StartsWith(EndpointAddressText.UnixPrefix, StringComparison.Ordinal) || EndpointAddressText.TryParseIp(address, out _)
            // What is no address at all is told where it is read.
            || !DnsName.IsHost(address);

    private static string Names(ServiceEntryConfiguration entry)
        => entry.Ports.Any(port => port.Name is not null) ? $"known are {string.Join(", ", entry.Ports.Select(port => port.Name).OfType<string>().Take(10).Select(FindingSink.Quote))}" : "none of them has a name";
}
