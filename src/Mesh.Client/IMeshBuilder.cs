using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client;

/// <summary>Adds to the mesh of one service provider, while its services are being registered. Everything beyond <see cref="Services"/> is
/// an extension method.</summary>
public interface IMeshBuilder
{
    /// <summary>The services the mesh is registered in.</summary>
    IServiceCollection Services { get; }
}
