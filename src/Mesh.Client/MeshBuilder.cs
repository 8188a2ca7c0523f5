using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client;

internal sealed class MeshBuilder(IServiceCollection services) : IMeshBuilder
{
    public IServiceCollection Services { get; } = services;
}
