using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>A service's ports and endpoints: each once, each usable, and fitting the way they are found.</summary>
internal static class ServiceValidator
{
    public static void Check(ServiceConfiguration service, FindingSink findings)
    {
        CheckPorts(service.Node, service.Ports, findings);
        var lines = new Dictionary<(string Address, string Labels), int>();
        foreach (var endpoint in service.Endpoints)
        {
            var at = endpoint.Node.Field("address") ?? endpoint.Node;
            var identity = (endpoint.Address.ToLowerInvariant(), LabelSyntax.ToText(endpoint.Labels));
            if (EndpointAddressRule.FindError(endpoint.Address) is { } error)
            {
                findings.Error(FindingCodes.BadAddress, at,
                    $"{FindingSink.Quote(endpoint.Address)} cannot be an endpoint's address: {error}.");
            }
            else if (!lines.TryAdd(identity, at.Position.Line))
            {
                findings.Error(FindingCodes.DuplicateEndpoint, at,
                    $"the endpoint {FindingSink.Quote(endpoint.Address)} is written twice with the same labels, on line {lines[identity]} and on line {at.Position.Line}.",
                    "Remove one; give the other a weight of 2 where it shall get more calls.");
            }
        }

        CheckDiscovery(service, findings);
        CheckDiscoveryName(service, findings);
        if (service.Discovery == DiscoveryKind.DnsSrv)
        {
            CheckPortNames(service, findings);
        }
    }

    /// <param name="node">The object whose field <c>ports</c> is checked.</param>
    /// <param name="ports">Its ports.</param>
    /// <param name="findings">Where to report.</param>
    public static void CheckPorts(ConfigurationNode node, IReadOnlyList<PortConfiguration> ports, FindingSink findings)
    {
        var numbers = new HashSet<int>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var port in ports)
        {
            if (!numbers.Add(port.Number) || (port.Name is not null && !names.Add(port.Name)))
            {
                var name = port.Name is null ? "" : $" or its name {FindingSink.Quote(port.Name)}";
                findings.Error(FindingCodes.DuplicatePort, node.Field("ports")!, string.Create(CultureInfo.InvariantCulture, $"the port '{port.Number}'{name} is written twice."), "Give each port its own number and name.");
            }
        }
    }

    private static void CheckDiscoveryName(ServiceConfiguration service, FindingSink findings)
    {
        if (service.DiscoveryName is not { } name)
        {
            return;
        }

        var at = service.Node.Field("discoveryName") ?? service.Node;
        if (service.Discovery?.Kind is DiscoveryKind.Static or DiscoveryKind.None || service.Endpoints.Count > 0)
        {
            findings.Warning(FindingCodes.DiscoveryMismatch, at,
                $"nothing is looked up for this service, so that the DiscoveryName {FindingSink.Quote(name)} is not used.", "Remove it, or write a Discovery without Endpoints.");
        }
        else if (service.Discovery?.Kind is null or DiscoveryKind.Dns or DiscoveryKind.DnsSrv && !EndpointAddressText.IsName(name))
        {
            findings.Error(FindingCodes.BadName, at,
                $"{FindingSink.Quote(name)} cannot be looked up in DNS: labels of 1 to 63 letters, digits, '-' and '_' with dots between are allowed, 253 characters in all.");
        }
    }

    /// <summary>SRV records stand under <c>_port._tcp</c>, and a label has no more than 63 characters.</summary>
    private static void CheckPortNames(ServiceConfiguration service, FindingSink findings)
    {
        const int Longest = 62;
        foreach (var port in service.Ports.Where(port => port.Name?.Length > Longest))
        {
            findings.Error(FindingCodes.BadPortName, service.Node.Field("ports")!,
                string.Create(CultureInfo.InvariantCulture, $"SRV records cannot be looked up for the port {FindingSink.Quote(port.Name)}: its name has more than {Longest} characters."));
        }
    }

    private static void CheckDiscovery(ServiceConfiguration service, FindingSink findings)
    {
        var at = service.Node.Field("discovery") ?? service.Node;
        switch (service.Discovery?.Kind)
        {
            case DiscoveryKind.Static when service.Endpoints.Count == 0:
                findings.Warning(FindingCodes.DiscoveryMismatch,
                    at, "the discovery is Static and no endpoints are given: every call is answered 503.", "Write Endpoints, or another Discovery.");
                break;
            case not null and not (DiscoveryKind.Static or DiscoveryKind.Dns) when service.Endpoints.Count > 0:
                findings.Warning(FindingCodes.DiscoveryMismatch, at,
                    $"the discovery is '{service.Discovery}', so that the endpoints written here are not used.", "Remove Discovery, or Endpoints.");
                break;
        }
    }
}
