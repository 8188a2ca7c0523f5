using Mesh.Client.Discovery;

namespace Mesh.Client;

/// <summary>What a part of a mesh consists of.</summary>
/// <param name="Sources">Of rules; after all others.</param>
/// <param name="EndpointSources">Of endpoints.</param>
/// <param name="HostDirectory">Null where it knows no hosts.</param>
/// <param name="Owner">Ends all of it, once the mesh has ended.</param>
internal sealed record MeshPartServices(
    IReadOnlyList<IMeshConfigurationSource> Sources, IReadOnlyList<IMeshEndpointSource> EndpointSources, IHostDirectory? HostDirectory, IDisposable Owner);
