using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>Routes of the Gateway API against each other, against VirtualServices and against the hosts that are known.</summary>
internal sealed class GatewayRouteChecker(MeshConfiguration configuration, FindingSink findings)
{
    private readonly KnownEndpoints _known = new(configuration);
    private readonly HashSet<(string Code, ConfigurationNode At)> _told = [];

    public void Check()
    {
        if (configuration.GatewayRoutes.Count == 0)
        {
            return;
        }

        var owners = Owners();
        foreach (var set in GatewayRouteTable.Of(configuration, findings))
        {
            if (owners.TryGetValue(set.Host, out var owner))
            {
                CheckOwner(set, owner);
            }

            foreach (var rule in set.Rules.Http)
            {
                CheckDestinations(rule);
            }
        }
    }

    /// <summary>Of each exact host the VirtualService that has it, as <see cref="ReferenceChecker"/> tells.</summary>
    private Dictionary<string, VirtualServiceConfiguration> Owners()
    {
        var owners = new Dictionary<string, VirtualServiceConfiguration>(StringComparer.Ordinal);
        foreach (var rule in configuration.VirtualServices.Where(rule => rule.AppliesToMesh).OrderBy(rule => rule.Metadata, ResourceMetadata.OldestFirst))
        {
            foreach (var host in rule.Hosts)
            {
                owners.TryAdd(HostName.Resolve(host, rule.Metadata.Namespace, configuration.Domain), rule);
            }
        }

        return owners;
    }

    private void CheckOwner(GatewayRouteSet set, VirtualServiceConfiguration owner)
    {
        var port = set.Port is { } number ? string.Create(CultureInfo.InvariantCulture, $" at port {number}") : "";
        if (set.GoesBefore(owner))
        {
            findings.About(owner.Metadata);
            findings.Warning(FindingCodes.RouteBesideVirtualService, owner.Node.Field("hosts") ?? owner.Node,
                $"{set.Rules.Title} holds for '{set.Host}'{port}, {(set.IsOfCallers ? "lives in the namespace of this process" : "is older")} and is used alone; this VirtualService is not used there.",
                "Rule a host by one of them.");
            return;
        }

        findings.About(set.Rules.Metadata);
        findings.Warning(FindingCodes.RouteBesideVirtualService, set.Rules.Node,
            $"{owner.Metadata} holds for '{set.Host}'{port}, is older and is used alone; {set.Rules.Title} is not used there.", "Rule a host by one of them.");
    }

    private void CheckDestinations(HttpRouteConfiguration rule)
    {
        foreach (var destination in rule.Route.Where(destination => destination.Problem is null))
        {
            CheckDestination(rule, destination, $"its share of the calls is answered {rule.UndefinedStatus}");
        }

        foreach (var mirror in rule.Mirrors)
        {
            CheckDestination(rule, mirror.Destination, "nothing is mirrored to it");
        }
    }

    private void CheckDestination(HttpRouteConfiguration rule, RouteDestinationConfiguration destination, string consequence)
    {
        if (configuration.DefaultDiscovery == DiscoveryKind.None && !_known.IsDeclared(destination.Host))
        {
            Tell(FindingCodes.DanglingHost, rule, destination.Node.Field("name") ?? destination.Node,
                $"the host '{destination.Host}' is declared by no service and no ServiceEntry, and DefaultDiscovery is None; {consequence}.", "Add it under Services.");
        }

        if (destination.Port is { } port && _known.PortsOf(destination.Host) is { } ports && !ports.Any(declared => declared.Number == port))
        {
            Tell(FindingCodes.UndeclaredPort, rule, destination.Node.Field("port") ?? destination.Node, string.Create(CultureInfo.InvariantCulture,
                $"'{destination.Host}' declares no port '{port}'; {consequence}."), string.Create(CultureInfo.InvariantCulture, $"Write one of {string.Join(", ", ports.Take(10).Select(declared => declared.Number))}."));
        }
    }

    /// <summary>Once: a route may be attached to many Services.</summary>
    private void Tell(string code, HttpRouteConfiguration rule, ConfigurationNode at, string message, string fix)
    {
        if (_told.Add((code, at)))
        {
            findings.About(rule.WrittenIn!);
            findings.Warning(code, at, message, fix);
        }
    }
}
