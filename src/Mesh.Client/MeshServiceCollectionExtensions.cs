using Mesh.Client;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the mesh to an application.</summary>
public static class MeshServiceCollectionExtensions
{
    /// <summary>Meshes every client of <see cref="IHttpClientFactory"/> with the rules in section <c>Mesh</c> of the configuration. Calling it
    /// again adds to the same mesh. Without that section nothing changes.</summary>
    /// <param name="services">The services of the application.</param>
    /// <returns>The builder of this mesh.</returns>
    public static IMeshBuilder AddMeshClient(this IServiceCollection services) => throw new NotImplementedException();

    /// <summary>The same with further sources of rules.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Adds sources of rules beyond the section.</param>
    /// <returns>The builder of this mesh.</returns>
    public static IMeshBuilder AddMeshClient(this IServiceCollection services, Action<IMeshBuilder> configure) => throw new NotImplementedException();

    /// <summary>The same with the rules in <paramref name="section"/> in place of section <c>Mesh</c>.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="section">The section that holds <c>Services</c>, <c>VirtualServices</c> and so on.</param>
    /// <returns>The builder of this mesh.</returns>
    public static IMeshBuilder AddMeshClient(this IServiceCollection services, IConfigurationSection section) => throw new NotImplementedException();
}
