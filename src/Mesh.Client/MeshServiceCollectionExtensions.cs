using Mesh.Client;
using Mesh.Client.Pipeline;
using Mesh.Client.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the mesh to an application.</summary>
public static class MeshServiceCollectionExtensions
{
    /// <summary>Meshes every client of <see cref="IHttpClientFactory"/> with the rules in section <c>Mesh</c> of the configuration. Calling
    /// it again adds to the same mesh. Without that section nothing changes.</summary>
    /// <remarks>Rules are read when the host starts, or when the first client is made where there is none; rules that cannot be used then
    /// throw <see cref="MeshConfigurationException"/>. The mesh stands innermost in each client; docs/configuration.md says what it does to
    /// one.</remarks>
    /// <param name="services">The services of the application.</param>
    /// <returns>The builder of this mesh.</returns>
    public static IMeshBuilder AddMeshClient(this IServiceCollection services) => Add(services, section: null);

    /// <summary>The same with further sources of rules.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Adds sources of rules beyond the section; called once, at once.</param>
    /// <returns>The builder of this mesh.</returns>
    public static IMeshBuilder AddMeshClient(this IServiceCollection services, Action<IMeshBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = Add(services, section: null);
        configure(builder);
        return builder;
    }

    /// <summary>The same with the rules in <paramref name="section"/> in place of section <c>Mesh</c>. Of several such calls the last
    /// counts.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="section">The section that holds <c>Services</c>, <c>VirtualServices</c> and so on.</param>
    /// <returns>The builder of this mesh.</returns>
    public static IMeshBuilder AddMeshClient(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, section);
    }

    private static MeshBuilder Add(IServiceCollection services, IConfigurationSection? section)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (section is not null)
        {
            services.Replace(ServiceDescriptor.Singleton(new MeshSection(section)));
        }

        if (services.Any(descriptor => descriptor.ServiceType == typeof(MeshRuntime)))
        {
            return new MeshBuilder(services);
        }

        services.AddHttpClient();
        services.AddOptions();
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(MeshRuntime.Create);
        services.TryAddSingleton<IMesh>(static provider => provider.GetRequiredService<MeshRuntime>());
        services.TryAddSingleton<IMeshConfigurationAccessor>(static provider => provider.GetRequiredService<MeshRuntime>());
        services.AddHostedService<MeshStartup>();

        // The first filter is the outermost, and acts last after the others: only so does the mesh stand inside the logging handler too.
        services.Insert(0, ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, MeshHandlerFilter>());
        return new MeshBuilder(services);
    }
}
