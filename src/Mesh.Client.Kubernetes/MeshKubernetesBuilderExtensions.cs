using Mesh.Client.Kubernetes;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Reporting;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Client;

/// <summary>The mesh on Kubernetes.</summary>
public static class MeshKubernetesBuilderExtensions
{
    /// <summary>Finds Services, their endpoints and who this process is at a Kubernetes API server. A host such as <c>reviews</c> or
    /// <c>reviews.prod</c> that no rule names is looked for as a Service with its first call, and <c>Kubernetes</c> becomes the
    /// <c>DefaultDiscovery</c> where the rules name none. Objects of Istio and of the Gateway API are rules, after those of all sources that were added
    /// before.</summary>
    /// <remarks>The server is asked for rules when the application starts, which waits for them for a while (<see cref="MeshKubernetesOptions.RulesWait"/>), for
    /// services when something is called for the first time, and again in the background whenever it cannot be asked; nothing that is wrong with it keeps the
    /// application from starting. docs/kubernetes.md says which rights are needed.</remarks>
    /// <param name="builder">The mesh.</param>
    /// <param name="configure">Sets what differs from the defaults. Called at once; further calls of this method add to the same options.</param>
    /// <returns>The same builder.</returns>
    public static IMeshBuilder AddKubernetes(this IMeshBuilder builder, Action<MeshKubernetesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.FirstOrDefault(descriptor => descriptor.ServiceType == typeof(MeshKubernetesOptions))?.ImplementationInstance is MeshKubernetesOptions known)
        {
            configure?.Invoke(known);
            return builder;
        }

        var options = new MeshKubernetesOptions();
        configure?.Invoke(options);
        services.AddSingleton(options);
        services.AddSingleton(static provider =>
        {
            var options = provider.GetRequiredService<MeshKubernetesOptions>();
            var time = provider.GetService<TimeProvider>() ?? TimeProvider.System;
            return new KubernetesCluster(
                options,
                new ApiServer(new AccessLoader(options, time), time),
                time,
                MeshRandom.Unseeded,
                provider.GetRequiredService<ILoggerFactory>());
        });
        ServiceRegistration.Add(services);
        RuleRegistration.Add(services);
        ReportRegistration.Add(services);
        return builder;
    }
}
