using Mesh.Client.Pipeline;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The mesh for one client.</summary>
public static class MeshHttpClientBuilderExtensions
{
    /// <summary>Keeps the mesh out of this client: its calls go through its own handlers alone, also under <c>REGISTRY_ONLY</c>. The order
    /// in which this and <c>AddMeshClient()</c> are called does not matter.</summary>
    /// <param name="builder">The client.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder WithoutMesh(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<MeshClientSettings>(builder.Name, settings => settings.IsExcluded = true);
        return builder;
    }
}
