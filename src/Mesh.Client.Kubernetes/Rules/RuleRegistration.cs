using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Kubernetes.Rules;

/// <summary>Adds the rules of the API server to the services of the application. They come after all sources that were added before.</summary>
internal static class RuleRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(static provider => new KubernetesRuleSource(provider.GetRequiredService<KubernetesCluster>()));
        services.AddSingleton<IMeshConfigurationSource>(static provider => provider.GetRequiredService<KubernetesRuleSource>());
        services.AddHostedService<RuleStartup>();
    }
}
