using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>The services of one compilation: those declared, and those that only rules name, found by the default discovery.</summary>
internal sealed class ServiceTable
{
    private readonly MeshConfiguration _configuration;
    private readonly MeshSnapshot? _previous;
    private readonly EndpointReader _endpoints = new();
    private readonly ServiceEntryReader _entries;
    private PortModel[] _ports = [];
    private readonly string[] _externalHosts;
    private readonly Dictionary<string, ServiceModel> _declared;
    private readonly WildcardTable<ServiceEntryGroup> _wildcards = new();
    private readonly Dictionary<string, ServiceModel> _implied = [];
    private readonly Dictionary<(string Host, string Namespace), ServiceModel?> _resolved = [];
    private (string? Host, string? Namespace, ServiceModel? Service) _last;

    /// <param name="configuration">With those entries alone that are exported to this process.</param>
    /// <param name="scope">What the Sidecar of this process shows; null: everything.</param>
    /// <param name="previous">The snapshot that this one replaces.</param>
    public ServiceTable(MeshConfiguration configuration, SidecarScope? scope, MeshSnapshot? previous)
    {
        _previous = previous;
        _configuration = configuration;
        _externalHosts = [.. configuration.Propagation.ExternalHosts.Select(HostNames.Canonical)];
        _entries = new(configuration.WorkloadEntries);
        _declared = new(configuration.Services.Count);
        var claims = new Dictionary<string, RegistryClaim>(configuration.Services.Count);
        foreach (var service in configuration.Services)
        {
            var name = HostNames.Resolve(service.Metadata.Name, service.Metadata.Namespace, configuration.Domain);
            var @namespace = HostNames.TrySplit(name, configuration.Domain, out _, out var written) ? written : service.Metadata.Namespace;
            if (IsNext(claims, name, new(service.Metadata, @namespace, IsEntry: false, IsHidden: scope?.Sees(@namespace, name) == false)))
            {
                _declared[name] = Declare(service, name);
            }
        }

        AddEntries(claims, scope);
    }

    public IReadOnlyCollection<ServiceModel> Declared => _declared.Values;

    /// <summary>Wildcard hosts of ServiceEntries that are seen, by suffix. Whose endpoints they have only the caller knows.</summary>
    public IReadOnlyDictionary<string, ServiceEntryGroup> Wildcards => _wildcards.BySuffix;

    /// <summary>The service a rule means by <paramref name="host"/>. Null where it is not declared and the default discovery is None, and for a
    /// wildcard, which is no single service.</summary>
    public ServiceModel? Resolve(string host, string ruleNamespace)
    {
        // The destinations of one rule mostly name one host.
        if (_last.Host == host && _last.Namespace == ruleNamespace)
        {
            return _last.Service;
        }

        if (!_resolved.TryGetValue((host, ruleNamespace), out var service))
        {
            _resolved.Add((host, ruleNamespace), service = Find(host, ruleNamespace));
        }

        _last = (host, ruleNamespace, service);
        return service;
    }

    /// <summary>Outside the mesh but allowed to receive what is propagated.</summary>
    public bool IsListedExternal(string name)
    {
        foreach (var host in _externalHosts)
        {
            if (host == name || (HostNames.WildcardSuffix(host) is { } suffix && name.Length > suffix.Length
                && name.EndsWith(suffix, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private void AddEntries(Dictionary<string, RegistryClaim> claims, SidecarScope? scope)
    {
        var declaring = new Dictionary<string, (string Written, List<ServiceEntryConfiguration> Entries)>(_configuration.ServiceEntries.Count);
        foreach (var entry in _configuration.ServiceEntries)
        {
            var @namespace = entry.Metadata.Namespace;
            foreach (var host in entry.Hosts)
            {
                var name = HostNames.Resolve(host, @namespace, _configuration.Domain);
                if (!declaring.TryGetValue(name, out var known))
                {
                    declaring.Add(name, known = (host, []));
                }

                known.Entries.Add(entry);
                IsNext(claims, name, new(entry.Metadata, @namespace, IsEntry: true, IsHidden: scope?.Sees(@namespace, name) == false));
            }
        }

        foreach (var (name, (written, entries)) in declaring)
        {
            if (claims[name] is not { IsEntry: true } claim)
            {
                continue;
            }

            var group = ServiceEntryGroup.Around(claim.Metadata, entries);
            if (HostNames.WildcardSuffix(name) is null)
            {
                _declared[name] = Declare(group, name, written);
            }
            else if (!claim.IsHidden)
            {
                _wildcards.Set(name, group);
            }
        }
    }

    /// <summary>Whether a claim takes the name from whoever had it so far.</summary>
    private bool IsNext(Dictionary<string, RegistryClaim> claims, string name, RegistryClaim claim)
    {
        if (claims.TryGetValue(name, out var present) && !claim.GoesBefore(present, _configuration.Namespace))
        {
            return false;
        }

        claims[name] = claim;
        return true;
    }

    private bool IsOwn(string @namespace) => string.Equals(@namespace, _configuration.Namespace, StringComparison.OrdinalIgnoreCase);

    private ServiceModel? Find(string host, string ruleNamespace)
    {
        var name = HostNames.Resolve(host, ruleNamespace, _configuration.Domain);
        if (name.StartsWith('*'))
        {
            return null;
        }

        if (_declared.TryGetValue(name, out var service) || _implied.TryGetValue(name, out service)
            || (HostNames.ExpandAlias(name, _configuration.Domain) is { } full && _declared.TryGetValue(full, out service)))
        {
            return service;
        }

        if (_wildcards.TryFind(name, out var group))
        {
            service = Declare(group, name, name);
            _implied.Add(name, service);
        }
        else if (_configuration.DefaultDiscovery != DiscoveryKind.None)
        {
            service = Imply(name, HostNames.Canonical(host) == name ? host : null, ruleNamespace);
            _implied.Add(name, service);
        }

        return service;
    }

    private ServiceModel Declare(ServiceEntryGroup group, string name, string written)
    {
        var entry = group.Oldest;
        var discoveryName = DiscoveryName(DiscoveryKind.Dns, HostNames.Canonical(written), entry.Metadata.Namespace);
        var (discovery, endpoints) = _entries.Read(group, discoveryName);
        return new()
        {
            Name = name,
            ShortName = HostNames.TrySplit(name, _configuration.Domain, out var shortName, out _) ? shortName : name,
            Namespace = entry.Metadata.Namespace,
            Discovery = discovery,
            DiscoveryName = discoveryName,
            Ports = ServiceEntryReader.Ports(group),
            IsOriginalDestination = entry.Resolution is ServiceResolution.None or ServiceResolution.DynamicDns,
            SubjectAltNames = entry.SubjectAltNames,
            Endpoints = _endpoints.Read(endpoints, PreviousEndpoints(name)),
            External = entry.External,
            ReceivesContext = !entry.External || IsListedExternal(name),
        };
    }

    private ServiceModel Declare(ServiceConfiguration service, string name)
    {
        var inCluster = HostNames.TrySplit(name, _configuration.Domain, out var shortName, out var @namespace);
        var discovery = service.Discovery ?? (service.Endpoints.Count > 0 ? DiscoveryKind.Static : _configuration.DefaultDiscovery);
        return new()
        {
            Name = name,
            ShortName = inCluster ? shortName : name,
            Namespace = inCluster ? @namespace : service.Metadata.Namespace,
            Discovery = discovery,
            DiscoveryName = service.DiscoveryName ?? DiscoveryName(discovery, service.Metadata.Name, service.Metadata.Namespace),
            Ports = Ports(service),
            Endpoints = discovery.Kind is DiscoveryKind.Static or DiscoveryKind.Dns ? _endpoints.Read(service.Endpoints, PreviousEndpoints(name)) : [],
            External = service.External,
            ReceivesContext = !service.External || IsListedExternal(name),
        };
    }

    /// <summary>Most services declare the same ports as the one before; they share them.</summary>
    private PortModel[] Ports(ServiceConfiguration service)
    {
        PortModel[] ports = [.. service.Ports.Select(port => new PortModel(port.Number, port.Name, port.TargetPort ?? port.Number))];
        return _ports = ports.AsSpan().SequenceEqual(_ports) ? _ports : ports;
    }

    private ServiceModel Imply(string name, string? literal, string ruleNamespace)
    {
        var inCluster = HostNames.TrySplit(name, _configuration.Domain, out var shortName, out var @namespace);
        return new()
        {
            Name = name,
            ShortName = inCluster ? shortName : name,
            Namespace = inCluster ? @namespace : ruleNamespace,
            Discovery = _configuration.DefaultDiscovery,
            DiscoveryName = literal ?? DiscoveryName(_configuration.DefaultDiscovery, shortName, @namespace),
            // Nobody vouched for a name outside the cluster domain: it gets no captured headers unless it is listed.
            External = !HostNames.InClusterDomain(name, _configuration.Domain),
            ReceivesContext = HostNames.InClusterDomain(name, _configuration.Domain) || IsListedExternal(name),
        };
    }

    /// <summary>As written where search domains lead from here to the service; with its namespace where it lives in another one. A registered source
    /// is told the namespace beside the name.</summary>
    private string DiscoveryName(DiscoveryChoice discovery, string name, string @namespace)
        => discovery.Kind != DiscoveryKind.Source && HostNames.IsShort(name) && !IsOwn(@namespace) ? $"{name}.{@namespace}" : name;

    private IReadOnlyList<Endpoint> PreviousEndpoints(string name)
        => _previous is not null && _previous.Hosts.TryGetValue(name, out var host) && host.Service is { } service && service.Name == name
            ? service.Endpoints
            : [];
}
