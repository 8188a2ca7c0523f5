namespace Mesh.Client.Configuration;

internal enum DiscoveryKind
{
    /// <summary>Endpoints as written under <c>Endpoints</c>.</summary>
    Static,

    /// <summary>A and AAAA records of the service's name.</summary>
    Dns,

    /// <summary>The providers of Microsoft.Extensions.ServiceDiscovery.</summary>
    ServiceDiscovery,

    /// <summary>SRV records of the service's ports: host names, ports, priorities and weights.</summary>
    DnsSrv,

    /// <summary>No endpoints at all: calls are answered as Istio answers for an unknown cluster (<c>NC</c>).</summary>
    None,

    /// <summary>An <see cref="IMeshEndpointSource"/> that the application has registered; a <see cref="DiscoveryChoice"/> says which.</summary>
    Source,
}
