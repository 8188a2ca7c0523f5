using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Transport;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client;

/// <summary>One service of the mesh as a provider of Microsoft.Extensions.ServiceDiscovery.</summary>
internal sealed class MeshEndpointProvider(MeshRuntime runtime, ServiceEndpointQuery query) : IServiceEndpointProvider, IHostNameFeature
{
    /// <summary>As the logical authority of calls: servers and certificates know the service by it.</summary>
    public string HostName => query.ServiceName;

    /// <summary>Whether what the mesh finds comes from elsewhere than from the providers of which this is one.</summary>
    public static bool Provides(ServiceModel? service) => service is { Discovery.Kind: not (DiscoveryKind.ServiceDiscovery or DiscoveryKind.None) };

    /// <exception cref="InvalidOperationException">The mesh knows the service and no endpoints of it: to go on would call whoever has the name.</exception>
    public async ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        // Who was registered earlier goes first, as among the other providers.
        if (endpoints.Endpoints.Count > 0)
        {
            return;
        }

        // Each token before what it is about is read.
        endpoints.AddChangeToken(runtime.RulesChanged);
        var host = query.ServiceName;
        if (!runtime.Snapshot.Hosts.TryGetValue(host, out var known))
        {
            if (runtime.HostLookups?.Ask(new Uri($"http://{host}/")) is not { } lookup || !await lookup.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            runtime.Snapshot.Hosts.TryGetValue(host, out known);
        }

        if (known?.Service is not { } service || !Provides(service) || FindPort(service) is not { } port
            || runtime.Snapshot.FindCluster(new ClusterKey(service.Name, port, null)) is not { } model)
        {
            return;
        }

        // The first answer is no change of what is told here.
        var cluster = runtime.Clusters.Get(model, port);
        await runtime.Clusters.WaitUntilReadyAsync(cluster, cancellationToken).ConfigureAwait(false);
        endpoints.AddChangeToken(runtime.Clusters.GetChangeToken(cluster));
        var set = cluster.Endpoints;
        if (set.All.Length == 0)
        {
            var status = runtime.Clusters.GetDiscoveryStatus(cluster);
            throw new InvalidOperationException($"The mesh knows the service {service.Name} and no endpoint of it (discovery {service.Discovery}: {status.State}, {status.Problem}).");
        }

        foreach (var endpoint in set.All)
        {
            if (Array.IndexOf(set.SetAside, endpoint) < 0)
            {
                endpoints.Endpoints.Add(Describe(endpoint.Endpoint, cluster));
            }
        }
    }

    public ValueTask DisposeAsync() => default;

    public override string ToString() => "Mesh.Client";

    private ServiceEndpoint Describe(Endpoint endpoint, ClusterState cluster)
    {
        var features = new FeatureCollection();
        features.Set<IServiceEndpointProvider>(this);
        features.Set<IHostNameFeature>(this);
        features.Set(new MeshEndpoint(EndpointAuthority.Describe(endpoint, cluster))
        {
            Labels = endpoint.Labels,
            Locality = endpoint.Locality,
            Weight = endpoint.Weight,
            Priority = endpoint.Priority,
            State = endpoint.IsDraining ? MeshEndpointState.Draining : MeshEndpointState.Ready,
        });
        return ServiceEndpoint.Create(EndpointAuthority.Target(endpoint, cluster), features);
    }

    /// <summary>The port that is asked for by name, else that of the scheme, else the first. Null: the service has none of that name.</summary>
    private int? FindPort(ServiceModel service)
    {
        if (service.Ports.Length == 0)
        {
            return query.IncludedSchemes is ["https", ..] ? 443 : 80;
        }

        if (query.EndpointName is { Length: > 0 } name)
        {
            return Find(service, name);
        }

        foreach (var scheme in query.IncludedSchemes)
        {
            if (Find(service, scheme) is { } port)
            {
                return port;
            }
        }

        return service.Ports[0].Number;
    }

    private static int? Find(ServiceModel service, string name)
        => Array.Find(service.Ports, port => string.Equals(port.Name, name, StringComparison.OrdinalIgnoreCase))?.Number;
}
