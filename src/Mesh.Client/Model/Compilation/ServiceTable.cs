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
    private readonly Dictionary<string, ServiceEntryConfiguration> _wildcards = [];
    private readonly Dictionary<string, ServiceModel> _implied = [];
    private readonly Dictionary<(string Host, string Namespace), ServiceModel?> _resolved = [];
    private (string? Host, string? Namespace, ServiceModel? Service) _last;

    public ServiceTable(MeshConfiguration configuration, MeshSnapshot? previous)
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
            if (IsNext(claims, name, new(service.Metadata, @namespace, IsEntry: false)))
            {
                _declared[name] = Declare(service, name);
            }
        }

        foreach (var entry in configuration.ServiceEntries)
        {
            foreach (var host in entry.Hosts)
            {
                var name = HostNames.Resolve(host, entry.Metadata.Namespace, configuration.Domain);
                var suffix = HostNames.WildcardSuffix(name);
                if (!IsNext(claims, suffix ?? name, new(entry.Metadata, entry.Metadata.Namespace, IsEntry: true)))
                {
                    continue;
                }

                if (suffix is null)
                {
                    _declared[name] = Declare(entry, name, host);
                }
                else
                {
                    _wildcards[suffix] = entry;
                }
            }
        }
    }

    public IReadOnlyCollection<ServiceModel> Declared => _declared.Values;

    /// <summary>Wildcard hosts of ServiceEntries by suffix. Whose endpoints they have only the caller knows.</summary>
    public IReadOnlyDictionary<string, ServiceEntryConfiguration> Wildcards => _wildcards;

    /// <summary>The service a rule means by <paramref name="host"/>. Null where it is not declared and the default discovery is None.</summary>
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
        if (_declared.TryGetValue(name, out var service) || _implied.TryGetValue(name, out service)
            || (HostNames.ExpandAlias(name, _configuration.Domain) is { } full && _declared.TryGetValue(full, out service)))
        {
            return service;
        }

        if (EntryOver(name) is { } entry)
        {
            service = Declare(entry, name, name);
            _implied.Add(name, service);
        }
        else if (_configuration.DefaultDiscovery != DiscoveryKind.None)
        {
            service = Imply(name, HostNames.Canonical(host) == name ? host : null, ruleNamespace);
            _implied.Add(name, service);
        }

        return service;
    }

    /// <summary>The entry of the longest wildcard that covers a name.</summary>
    private ServiceEntryConfiguration? EntryOver(string name)
    {
        foreach (var suffix in _wildcards.Count == 0 ? [] : HostNames.Suffixes(name))
        {
            if (_wildcards.TryGetValue(suffix, out var entry))
            {
                return entry;
            }
        }

        return null;
    }

    private ServiceModel Declare(ServiceEntryConfiguration entry, string name, string written)
    {
        var discoveryName = DiscoveryName(HostNames.Canonical(written), entry.Metadata.Namespace);
        var (discovery, endpoints) = _entries.Read(entry, discoveryName);
        return new()
        {
            Name = name,
            ShortName = HostNames.TrySplit(name, _configuration.Domain, out var shortName, out _) ? shortName : name,
            Namespace = entry.Metadata.Namespace,
            Discovery = discovery,
            DiscoveryName = discoveryName,
            Ports = ServiceEntryReader.Ports(entry),
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
            DiscoveryName = DiscoveryName(service.Metadata.Name, service.Metadata.Namespace),
            Ports = Ports(service),
            Endpoints = discovery == DiscoveryKind.Static ? _endpoints.Read(service.Endpoints, PreviousEndpoints(name)) : [],
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
            DiscoveryName = literal ?? DiscoveryName(shortName, @namespace),
            // Nobody vouched for a name outside the cluster domain: it gets no captured headers unless it is listed.
            External = !HostNames.InClusterDomain(name, _configuration.Domain),
            ReceivesContext = HostNames.InClusterDomain(name, _configuration.Domain) || IsListedExternal(name),
        };
    }

    /// <summary>As written where search domains lead from here to the service; with its namespace where it lives in another one.</summary>
    private string DiscoveryName(string name, string @namespace)
        => HostNames.IsShort(name) && !IsOwn(@namespace) ? $"{name}.{@namespace}" : name;

    private IReadOnlyList<Endpoint> PreviousEndpoints(string name)
        => _previous is not null && _previous.Hosts.TryGetValue(name, out var host) && host.Service is { } service && service.Name == name
            ? service.Endpoints
            : [];
}
