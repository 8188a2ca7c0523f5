using Mesh.Client.Discovery;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>Services and their endpoints, in the services of an application.</summary>
internal static class ServiceRegistration
{
    /// <summary>Needs a <see cref="KubernetesCluster"/> and the mesh.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(static provider => new ServiceWatches(provider.GetRequiredService<KubernetesCluster>()));
        services.AddSingleton(static provider =>
        {
            var cluster = provider.GetRequiredService<KubernetesCluster>();
            var access = new AccessLoader(cluster.Options, cluster.TimeProvider);
            return new ServiceDocuments(new WorkloadIdentity(cluster.Options, access, Environment.GetEnvironmentVariable, cluster.Logger));
        });
        services.AddSingleton<IMeshConfigurationSource>(static provider => provider.GetRequiredService<ServiceDocuments>());
        services.AddSingleton(static provider => new OwnPlace(
            OwnPlace.NodeOf(Environment.GetEnvironmentVariable), provider.GetRequiredService<ServiceDocuments>(), MeshOf(provider)));
        services.AddSingleton<IMeshEndpointSource>(static provider => new KubernetesEndpointSource(
            provider.GetRequiredService<KubernetesCluster>(),
            provider.GetRequiredService<ServiceWatches>(),
            provider.GetRequiredService<OwnPlace>(),
            MeshOf(provider)));
        services.AddSingleton<IHostDirectory>(static provider => new ServiceDirectory(
            provider.GetRequiredService<KubernetesCluster>(),
            provider.GetRequiredService<ServiceWatches>(),
            provider.GetRequiredService<ServiceDocuments>(),
            MeshOf(provider)));
    }

    /// <summary>The mesh is made of what is registered here, so that it can be asked for only later.</summary>
    private static Func<IMeshConfigurationAccessor> MeshOf(IServiceProvider provider)
    {
        var mesh = new Lazy<IMeshConfigurationAccessor>(provider.GetRequiredService<IMeshConfigurationAccessor>);
        return () => mesh.Value;
    }
}
