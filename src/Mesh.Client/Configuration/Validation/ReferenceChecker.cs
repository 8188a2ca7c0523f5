using System.Globalization;

namespace Mesh.Client.Configuration;

/// <summary>
/// What rules refer to: subsets, hosts, gateways, each other's hosts. Warnings at most, since a VirtualService before its DestinationRule
/// is ordinary while rules are being rolled out.
/// </summary>
internal sealed class ReferenceChecker
{
    private readonly MeshConfiguration _configuration;
    private const string Mesh = "mesh";

    private readonly FindingSink _findings;
    private readonly KnownEndpoints _known;
    private readonly Dictionary<string, HashSet<string>> _subsets = new(StringComparer.Ordinal);
    private readonly WildcardTable<HashSet<string>> _wildcardSubsets = new();
    private readonly HashSet<(string What, ConfigurationNode At)> _told = [];
    private (string Host, string Namespace, string Name) _resolved = ("", "", "");
    private (string Host, HashSet<string>? Names) _subsetsOf = ("", null);

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
                if (host.StartsWith('*'))
                {
                    _wildcardSubsets.TryAdd(host, subsets);
                }
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
            CheckGateways(rule, gateways);
            if (rule.AppliesToMesh)
            {
                CheckDestinations(rule);
            }
        }
    }

    private void CheckDestinations(VirtualServiceConfiguration rule)
    {
        // By index: of ten thousand rules each enumerator would be an object.
        for (var i = 0; i < rule.Http.Count; i++)
        {
            var (route, mirrors) = (rule.Http[i].Route, rule.Http[i].Mirrors);
            for (var j = 0; j < route.Count; j++)
            {
                CheckDestination(rule, rule.Http[i].WrittenIn ?? rule.Metadata, route[j]);
            }

            for (var j = 0; j < mirrors.Count; j++)
            {
                CheckDestination(rule, MirrorOwner(rule, rule.Http[i]), mirrors[j].Destination);
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
        // Most rules are about the mesh alone, and then nothing is made.
        HashSet<string>? seen = null;
        var at = rule.Node;
        if (rule.Gateways.Count > 0)
        {
            at = rule.Node.Field("gateways") ?? at;
            seen = new(StringComparer.Ordinal) { Mesh };
            foreach (var gateway in rule.Gateways.Where(seen.Add))
            {
                CheckGateway(gateway, rule.Metadata, at, gateways);
            }
        }

        for (var i = 0; i < rule.Http.Count; i++)
        {
            var matches = rule.Http[i].Match;
            for (var j = 0; j < matches.Count; j++)
            {
                if (matches[j].Gateways.Count == 0)
                {
                    continue;
                }

                // What a delegate's match does not say itself it has from the rule that delegates.
                seen ??= new(StringComparer.Ordinal) { Mesh };
                var (owner, own) = (rule.Http[i].WrittenIn ?? rule.Metadata, matches[j].Node.Field("gateways"));
                foreach (var gateway in matches[j].Gateways.Where(seen.Add))
                {
                    CheckGateway(gateway, own is null ? rule.Metadata : owner, own ?? at, gateways);
                }
            }
        }
    }

    private void CheckGateway(string gateway, ResourceMetadata owner, ConfigurationNode at, HashSet<string> gateways)
    {
        var name = gateway.Contains('/', StringComparison.Ordinal) ? gateway : $"{owner.Namespace}/{gateway}";
        if (gateways.Contains(name) || !_told.Add((gateway, at)))
        {
            return;
        }

        _findings.About(owner);
        if (gateway.Split('.') is [var first, var second, ..] && !gateway.Contains('/', StringComparison.Ordinal))
        {
            name = $"{second}/{first}";
            _findings.Info(FindingCodes.GatewayNameForm, at, $"{FindingSink.Quote(gateway)} is the older way to name a gateway of another namespace.", $"Write {name}.");
        }

        if (!gateways.Contains(name))
        {
            _findings.Info(FindingCodes.DanglingGateway, at, $"no document defines the gateway {FindingSink.Quote(name)}.");
        }
    }

    private void CheckDestination(VirtualServiceConfiguration rule, ResourceMetadata owner, RouteDestinationConfiguration destination)
    {
        var host = Resolve(destination.Host, rule.Metadata);
        if (host.StartsWith('*'))
        {
            // Whatever is declared, calls to it go nowhere, and the binder says so.
            return;
        }

        if (_configuration.DefaultDiscovery == DiscoveryKind.None && !_known.IsDeclared(host))
        {
            Tell(FindingCodes.DanglingHost, owner, destination, "host",
                $"the host '{host}' is declared by no service and no ServiceEntry, and DefaultDiscovery is None; calls are answered 503 NC.", "Add it under Services.");
        }

        if (destination.Port is { } port && _known.PortsOf(host) is { } ports && !ports.Select(declared => declared.Number).Contains(port))
        {
            Tell(FindingCodes.UndeclaredPort, owner, destination, "port", string.Create(CultureInfo.InvariantCulture,
                $"'{host}' declares no port '{port}'; calls are answered 503 NC."), string.Create(CultureInfo.InvariantCulture, $"Write one of {string.Join(", ", ports.Take(10).Select(declared => declared.Number))}."));
        }

        if (destination.Subset is { } subset && !IsDefined(host, subset))
        {
            Tell(FindingCodes.DanglingSubset, owner, destination, "subset",
                $"no DestinationRule of '{host}' defines the subset '{subset}'; calls are answered 503 NC until one does.", "Add the subset to the DestinationRule of that host.");
        }
    }

    /// <summary>Once: many rules may delegate to one.</summary>
    private void Tell(string code, ResourceMetadata owner, RouteDestinationConfiguration destination, string field, string message, string fix)
    {
        var place = Place(destination);
        var at = place.Field(field) ?? place;
        if (_told.Add((code, at)))
        {
            _findings.About(owner);
            _findings.Warning(code, at, message, fix);
        }
    }

    /// <summary>A delegate without mirrors has those of the rule that delegates.</summary>
    private static ResourceMetadata MirrorOwner(VirtualServiceConfiguration rule, HttpRouteConfiguration route)
        => route.WrittenIn is { } owner && (route.Node.Field("mirror") ?? route.Node.Field("mirrors")) is not null ? owner : rule.Metadata;

    // Only findings need the place, and thousands of destinations have none: their nodes are cold memory.
    private static ConfigurationNode Place(RouteDestinationConfiguration destination)
        => destination.Node.Field("destination") ?? destination.Node;

    private bool IsDefined(string host, string subset)
    {
        // As in Resolve, which gives the same object for the same host in a row.
        if (!ReferenceEquals(_subsetsOf.Host, host))
        {
            _subsetsOf = (host, _subsets.GetValueOrDefault(host));
        }

        return _subsetsOf.Names?.Contains(subset) == true || _wildcardSubsets.Over(host).Any(subsets => subsets.Contains(subset));
    }

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
