using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>Which names callers may write, and which VirtualService rules each.</summary>
internal sealed class HostCompiler
{
    private readonly MeshConfiguration _configuration;
    private readonly ServiceTable _services;
    private readonly ClusterTable _clusters;
    private readonly VirtualServiceCompiler _compiler;
    private readonly SidecarScope? _scope;

    /// <summary>The routes of the Gateway API by the full name of the Service that they are attached to.</summary>
    private readonly ILookup<string, GatewayRouteSet> _routes;

    /// <summary>Oldest first: of several VirtualServices for one host the oldest takes it whole.</summary>
    private readonly VirtualServiceConfiguration[] _virtualServices;
    private readonly VirtualServiceModel?[] _compiled;
    private readonly Dictionary<string, int> _exact = [];
    private readonly WildcardTable<int> _wildcards = new();
    private readonly Dictionary<string, Entry> _names = new(StringComparer.OrdinalIgnoreCase);

    public HostCompiler(MeshConfiguration configuration, ServiceTable services, ClusterTable clusters, MatchCompiler matches, SidecarScope? scope)
    {
        (_configuration, _services, _clusters, _scope) = (configuration, services, clusters, scope);
        _compiler = new(services, clusters, matches);
        _virtualServices = [.. configuration.VirtualServices
            .Where(virtualService => _compiler.Applies(virtualService) && (scope is null || scope.Imports(virtualService)))
            .OrderBy(virtualService => virtualService.Metadata, ResourceMetadata.OldestFirst)];
        _routes = GatewayRouteTable.Of(configuration).Where(set => scope is null || scope.Sees(set.ServiceNamespace, set.Host)).ToLookup(set => set.Host);
        _compiled = new VirtualServiceModel?[_virtualServices.Length];
    }

    public (HostIndex Hosts, IReadOnlyList<WildcardHostModel> Wildcards) Compile()
    {
        ClaimHosts();
        var hosts = new List<Entry>();
        var second = new List<Entry>();
        foreach (var (name, service) in KnownHosts())
        {
            var rank = RankOf(name);
            var entry = new Entry(Host(name, service, rank), rank);
            // A rule for reviews.prod.svc speaks of that spelling alone, as names with dots are never expanded.
            (service is null || service.Name == name ? hosts : second).Add(entry);
        }

        // Full names go before the aliases of others; among spellings the older rule has the name.
        foreach (var entry in hosts)
        {
            _names[entry.Host.Name] = entry;
        }

        foreach (var entry in hosts)
        {
            foreach (var alias in HostNames.Aliases(entry.Host.Name, _configuration.Domain, _configuration.Namespace))
            {
                _names.TryAdd(alias, entry);
            }
        }

        foreach (var entry in second)
        {
            if (!_names.TryGetValue(entry.Host.Name, out var present) || entry.Rank < present.Rank)
            {
                _names[entry.Host.Name] = entry;
            }
        }

        var wildcards = _wildcards.BySuffix
            .Select(wildcard => new WildcardHostModel(wildcard.Key, Host($"*{wildcard.Key}", null, wildcard.Value)))
            .OrderByDescending(wildcard => wildcard.Suffix.Length)
            .ThenBy(wildcard => wildcard.Suffix, StringComparer.Ordinal)
            .ToArray();
        return (new HostIndex([.. _names.Select(name => KeyValuePair.Create(name.Key, name.Value.Host))]), wildcards);
    }

    private void ClaimHosts()
    {
        for (var rank = 0; rank < _virtualServices.Length; rank++)
        {
            foreach (var host in _virtualServices[rank].Hosts)
            {
                var name = HostNames.Resolve(host, _virtualServices[rank].Metadata.Namespace, _configuration.Domain);
                if (HostNames.WildcardSuffix(name) is not null)
                {
                    _wildcards.TryAdd(name, rank);
                }
                else if (!name.StartsWith('*'))
                {
                    _exact.TryAdd(name, rank);
                }
            }
        }
    }

    /// <summary>Declared services, then hosts that only rules name. A destination alone makes no host: calls to it pass by.</summary>
    private IEnumerable<(string Name, ServiceModel? Service)> KnownHosts()
    {
        var seen = new HashSet<string>(_configuration.Services.Count + _exact.Count);
        var destinations = Destinations();
        foreach (var service in _services.Declared)
        {
            if (IsSeen(service) || destinations.Contains(service.Name))
            {
                seen.Add(service.Name);
                yield return (service.Name, service);
            }
        }

        foreach (var virtualService in _virtualServices)
        {
            foreach (var host in virtualService.Hosts)
            {
                var name = HostNames.Resolve(host, virtualService.Metadata.Namespace, _configuration.Domain);
                if (!name.StartsWith('*') && seen.Add(name))
                {
                    yield return (name, _services.Resolve(host, virtualService.Metadata.Namespace));
                }
            }
        }

        foreach (var routes in _routes)
        {
            if (seen.Add(routes.Key))
            {
                yield return (routes.Key, _services.Resolve(routes.Key, routes.First().ServiceNamespace));
            }
        }

        foreach (var rule in _configuration.DestinationRules)
        {
            var name = HostNames.Resolve(rule.Host, rule.Metadata.Namespace, _configuration.Domain);
            // A policy for a host that nothing else names applies to it as the default discovery finds it. Without one there is no host.
            if (!name.StartsWith('*') && !seen.Contains(name)
                && _services.Resolve(rule.Host, rule.Metadata.Namespace) is { } service && service.Name == name && IsSeen(service) && seen.Add(name))
            {
                yield return (name, service);
            }
        }
    }

    private bool IsSeen(ServiceModel service) => _scope is null || _scope.PortsOf(service.Namespace, service.Name, service.Ports) is not null;

    /// <summary>What a rule that is seen leads to is seen with it. Only asked for where anything is hidden.</summary>
    private HashSet<string> Destinations() => _scope is null
        ? []
        : [.. from rule in _virtualServices.Concat(_routes.SelectMany(sets => sets).Select(set => set.Rules))
              from route in rule.Http
              from destination in route.Route.Concat(route.Mirrors.Select(mirror => mirror.Destination)).Where(one => one.Problem is null)
              let service = _services.Resolve(destination.Host, rule.Metadata.Namespace)
              where service is not null
              select service.Name];

    /// <summary>The VirtualService of a host: that of the exact name, else that of the longest wildcard, whatever their ages.</summary>
    private int RankOf(string name)
        => _exact.TryGetValue(name, out var rank) || _wildcards.TryFind(name, out rank) ? rank : int.MaxValue;

    private HostModel Host(string name, ServiceModel? service, int rank)
    {
        var (rules, portRules) = Rules(name, rank);
        var host = new HostModel
        {
            Name = name,
            Service = service,
            // One that no call sees is here since a rule leads to it.
            Ports = service is null ? [] : _scope?.PortsOf(service.Namespace, service.Name, service.Ports) ?? service.Ports,
            VirtualService = rules,
            PortRules = portRules,
            DefaultClusters = rules is null && service is not null ? _clusters.Find(service, null, 0, out _) : [],
            ReceivesContext = (service is null ? HostNames.InClusterDomain(name, _configuration.Domain) : !service.External)
                || _services.IsListedExternal(name),
        };
        if (service is not null)
        {
            _clusters.FindSubsets(service);
        }

        return host;
    }

    /// <summary>Routes are attached to an exact host, so that they go before a wildcard as well.</summary>
    private (VirtualServiceModel? Rules, PortRulesModel[] OfPorts) Rules(string name, int rank)
    {
        var exact = _exact.TryGetValue(name, out var found) ? _virtualServices[found] : null;
        VirtualServiceModel? rules = null;
        List<PortRulesModel>? ofPorts = null;
        foreach (var set in _routes[name])
        {
            if (!set.GoesBefore(exact))
            {
                continue;
            }

            var compiled = _compiler.Compile(set.Rules);
            if (set.Port is { } port)
            {
                (ofPorts ??= []).Add(new(port, compiled));
            }
            else
            {
                rules = compiled;
            }
        }

        rules ??= rank == int.MaxValue ? null : _compiled[rank] ??= _compiler.Compile(_virtualServices[rank]);
        return (rules, ofPorts is null ? [] : [.. ofPorts]);
    }

    private readonly record struct Entry(HostModel Host, int Rank);
}
