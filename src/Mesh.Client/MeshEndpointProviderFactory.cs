using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client;

/// <summary>What the mesh knows of services, for those who ask Microsoft.Extensions.ServiceDiscovery. A service that the mesh itself finds there is
/// left to the other providers: it would be asking itself.</summary>
/// <param name="services">The mesh is taken from them when it is asked for the first time, since it is made with the resolver that this is part of.</param>
internal sealed class MeshEndpointProviderFactory(IServiceProvider services) : IServiceEndpointProviderFactory
{
    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        provider = null;
        var host = query.ServiceName;
        if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.Basic))
        {
            return false;
        }

        var runtime = services.GetRequiredService<MeshRuntime>();
        runtime.Start();
        var isKnown = runtime.Snapshot.Hosts.TryGetValue(host, out var known);
        if (isKnown ? MeshEndpointProvider.Provides(known!.Service) : runtime.HostLookups?.MayKnow(host) == true)
        {
            provider = new MeshEndpointProvider(runtime, query);
        }

        return provider is not null;
    }
}
