using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// What rules refer to: subsets, hosts, gateways, each other's hosts. Warnings at most, since a VirtualService before its DestinationRule
/// is ordinary while rules are being rolled out.
/// </summary>
internal sealed class ReferenceChecker
{
    private readonly MeshConfiguration _configuration;
    private readonly FindingSink _findings;
    private readonly KnownEndpoints _known;
    private readonly Dictionary<string, HashSet<string>> _subsets = new(StringComparer.Ordinal);
    private (string Host, string Namespace, string Name) _resolved = ("", "", "");

    public ReferenceChecker(MeshConfiguration configuration, FindingSink findings)
    {
        _configuration = configuration;
        _findings = findings;
        _known = new KnownEndpoints(configuration);
        foreach (var rule in configuration.DestinationRules)
        {
            var host = Resolve(rule.Host, rule.Metadata);
            if (!_subsets.TryGetValue(host, out var subsets))
            {
                _subsets[host] = subsets = new HashSet<string>(StringComparer.Ordinal);
            }

            subsets.UnionWith(rule.Subsets.Select(subset => subset.Name));
        }
    }

    public void Check()
    {
        CheckSharedHosts();
        var gateways = _configuration.Gateways.Select(gateway => $"{gateway.Metadata.Namespace}/{gateway.Metadata.Name}").ToHashSet(StringComparer.Ordinal);
        foreach (var rule in _configuration.VirtualServices)
        {
            _findings.About(rule.Metadata);
            CheckGateways(rule, gateways);
            if (rule.AppliesToMesh)
            {
                CheckDestinations(rule);
            }
        }
    }

    private void CheckDestinations(VirtualServiceConfiguration rule)
    {
        foreach (var route in rule.Http)
        {
            foreach (var destination in route.Route)
            {
                CheckDestination(rule, destination);
            }

            foreach (var mirror in route.Mirrors)
            {
                CheckDestination(rule, mirror.Destination);
            }
        }
    }

    /// <summary>Istio merges nothing here: the oldest rule of a host takes all of its calls.</summary>
    private void CheckSharedHosts()
    {
        var owners = new Dictionary<string, VirtualServiceConfiguration>(StringComparer.Ordinal);
        var byAge = _configuration.VirtualServices.Where(rule => rule.AppliesToMesh)
            .Order(Comparer<VirtualServiceConfiguration>.Create((left, right) => ResourceMetadata.CompareAge(left.Metadata,
                right.Metadata)));
        foreach (var rule in byAge)
        {
            foreach (var host in rule.Hosts)
            {
                var name = Resolve(host, rule.Metadata);
                if (owners.TryAdd(name, rule) || ReferenceEquals(owners[name], rule))
                {
                    continue;
                }

                _findings.About(rule.Metadata);
                _findings.Warning(FindingCodes.SharedHost, rule.Node.Field("hosts") ?? rule.Node,
                    $"the host '{name}' has rules in {owners[name].Metadata} already, which is older and is used alone; this one is not used for it.",
                    "Put the rules of one host into one VirtualService.");
            }
        }
    }

    private void CheckGateways(VirtualServiceConfiguration rule, HashSet<string> gateways)
    {
        foreach (var gateway in GatewaysOf(rule))
        {
            var name = gateway.Contains('/', StringComparison.Ordinal) ? gateway : $"{rule.Metadata.Namespace}/{gateway}";
            if (gateway.Split('.') is [var first, var second, ..] && !gateway.Contains('/', StringComparison.Ordinal) && !gateways.Contains(name))
            {
                name = $"{second}/{first}";
                _findings.Info(FindingCodes.GatewayNameForm, rule.Node.Field("gateways") ?? rule.Node, $"{FindingSink.Quote(gateway)} is the older way to name a gateway of another namespace.", $"Write {name}.");
            }

            if (gateway != "mesh" && !gateways.Contains(name))
            {
                _findings.Info(FindingCodes.DanglingGateway, rule.Node.Field("gateways") ?? rule.Node, $"no document defines the gateway {FindingSink.Quote(name)}.");
            }
        }
    }

    private static HashSet<string> GatewaysOf(VirtualServiceConfiguration rule)
    {
        var gateways = new HashSet<string>(rule.Gateways);
        foreach (var route in rule.Http)
        {
            foreach (var match in route.Match)
            {
                gateways.UnionWith(match.Gateways);
            }
        }

        return gateways;
    }

    private void CheckDestination(VirtualServiceConfiguration rule, RouteDestinationConfiguration destination)
    {
        var host = Resolve(destination.Host, rule.Metadata);
        if (_configuration.DefaultDiscovery == DiscoveryKind.None && !_known.IsDeclared(host))
        {
            var at = Place(destination);
            _findings.Warning(FindingCodes.DanglingHost, at.Field("host") ?? at,
                $"the host '{host}' is declared by no service and no ServiceEntry, and DefaultDiscovery is None; calls are answered 503 NC.", "Add it under Services.");
        }

        if (destination.Port is { } port && _known.PortsOf(host) is { } ports && !ports.Any(declared => declared.Number == port))
        {
            var at = Place(destination);
            _findings.Warning(FindingCodes.UndeclaredPort, at.Field("port") ?? at, string.Create(CultureInfo.InvariantCulture,
                $"'{host}' declares no port {port}; calls are answered 503 NC."), string.Create(CultureInfo.InvariantCulture, $"Write one of {string.Join(", ", ports.Take(10).Select(declared => declared.Number))}."));
        }

        if (destination.Subset is { } subset && !IsDefined(host, subset))
        {
            var at = Place(destination);
            _findings.Warning(FindingCodes.DanglingSubset, at.Field("subset") ?? at,
                $"no DestinationRule of '{host}' defines the subset '{subset}'; calls are answered 503 NC until one does.", "Add the subset to the DestinationRule of that host.");
        }
    }

    // Only findings need the place, and thousands of destinations have none: their nodes are cold memory.
    private static ConfigurationNode Place(RouteDestinationConfiguration destination)
        => destination.Node.Field("destination") ?? destination.Node;

    private bool IsDefined(string host, string subset)
        => (_subsets.TryGetValue(host, out var own) && own.Contains(subset)) || IsDefinedByWildcard(host, subset);

    private bool IsDefinedByWildcard(string host, string subset)
        => HostName.WildcardsOver(host).Any(name => _subsets.TryGetValue(name, out var subsets) && subsets.Contains(subset));

    /// <summary>The last answer is kept: the destinations of one rule mostly name one host.</summary>
    private string Resolve(string host, ResourceMetadata of)
    {
        if (_resolved.Host != host || _resolved.Namespace != of.Namespace)
        {
            _resolved = (host, of.Namespace, HostName.Resolve(host, of.Namespace, _configuration.Domain));
        }

        return _resolved.Name;
    }
}
