using Mesh.Client.Configuration;
using Mesh.Client.Discovery.Dns;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Discovery;

/// <summary>The source for each kind of discovery.</summary>
internal sealed class EndpointSources
{
    private readonly StaticEndpointSource _static = new();
    private readonly DnsResolver _resolver;
    private readonly DnsEndpointSource _dns;
    private readonly SrvEndpointSource _srv;
    private readonly IEndpointSource _serviceDiscovery;
    private readonly TimeProvider _timeProvider;
    private readonly IReadOnlyCollection<IMeshEndpointSource> _registered;

    public EndpointSources(
        TimeProvider timeProvider, ILogger logger, ServiceEndpointResolver? serviceDiscovery, IReadOnlyCollection<IMeshEndpointSource> registered)
    {
        _resolver = new DnsResolver(timeProvider, logger);
        var addresses = new DnsAddressFinder(_resolver, timeProvider, logger, DnsAddressFinder.HasV6Address);
        _dns = new DnsEndpointSource(_resolver, addresses);
        _srv = new SrvEndpointSource(_resolver, addresses, logger);
        _serviceDiscovery = serviceDiscovery is null
            ? new UnavailableEndpointSource("no providers are registered; call AddServiceDiscovery() or list the endpoints in the rules.")
            : new ServiceDiscoveryEndpointSource(serviceDiscovery);
        _timeProvider = timeProvider;
        _registered = registered;
    }

    /// <summary>For one question: a registered source is enumerated for each.</summary>
    public IEndpointSource Get(DiscoveryChoice discovery) => discovery.Kind switch
    {
        // None has no endpoints, and the rules list none for it.
        DiscoveryKind.Static or DiscoveryKind.None => _static,
        DiscoveryKind.Dns => _dns,
        DiscoveryKind.DnsSrv => _srv,
        DiscoveryKind.ServiceDiscovery => _serviceDiscovery,
        DiscoveryKind.Source => _registered.FirstOrDefault(source => source.Name == discovery.Source) is { } source
            ? new EndpointEnumeration(source, _timeProvider)
            : new UnavailableEndpointSource("no such source is registered; call AddEndpointSource()."),
        _ => throw new ArgumentOutOfRangeException(nameof(discovery), discovery, "A kind of discovery without a source."),
    };

    /// <summary>False where nothing changed.</summary>
    public bool Configure(DnsConfiguration dns) => _resolver.Configure(dns);
}
