using Mesh.Client.Configuration;
using Mesh.Client.Discovery.Dns;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client.Discovery;

/// <summary>The source for each kind of discovery.</summary>
internal sealed class EndpointSources(TimeProvider timeProvider, ILogger logger, ServiceEndpointResolver? serviceDiscovery)
{
    private readonly StaticEndpointSource _static = new();
    private readonly DnsEndpointSource _dns = new(timeProvider, logger);
    private readonly IEndpointSource _serviceDiscovery = serviceDiscovery is null
        ? new UnavailableEndpointSource("no providers are registered; call AddServiceDiscovery() or list the endpoints in the rules.")
        : new ServiceDiscoveryEndpointSource(serviceDiscovery);
    private readonly UnavailableEndpointSource _notBuilt = new("this version does not have it; use Static, Dns or ServiceDiscovery.");

    public IEndpointSource Get(DiscoveryKind kind) => kind switch
    {
        // None has no endpoints, and the rules list none for it.
        DiscoveryKind.Static or DiscoveryKind.None => _static,
        DiscoveryKind.Dns => _dns,
        DiscoveryKind.ServiceDiscovery => _serviceDiscovery,
        _ => _notBuilt,
    };

    /// <summary>False where nothing changed.</summary>
    public bool Configure(DnsConfiguration dns) => _dns.Configure(dns);
}
