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

    private static void CheckDiscovery(ServiceConfiguration service, FindingSink findings)
    {
        var at = service.Node.Field("discovery") ?? service.Node;
        switch (service.Discovery?.Kind)
        {
            case DiscoveryKind.Static when service.Endpoints.Count == 0:
                findings.Warning(FindingCodes.DiscoveryMismatch,
                    at, "the discovery is Static and no endpoints are given: every call is answered 503.", "Write Endpoints, or another Discovery.");
                break;
            case DiscoveryKind.DnsSrv:
                findings.Warning(FindingCodes.UnbuiltField, at,
                    $"the discovery '{service.Discovery}' is not built yet in this version; no endpoints are found.", "Write Dns, or Endpoints.");
                break;
            case not null and not DiscoveryKind.Static when service.Endpoints.Count > 0:
                findings.Warning(FindingCodes.DiscoveryMismatch, at,
                    $"the discovery is '{service.Discovery}', so that the endpoints written here are not used.", "Remove Discovery, or Endpoints.");
                break;
        }
    }
}
