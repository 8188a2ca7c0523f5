using Mesh.Client.Telemetry;

namespace Mesh.Client;

/// <summary>What a package adds to a mesh without dependency injection.</summary>
internal interface IMeshPart
{
    /// <summary>For one mesh, which ends it.</summary>
    /// <param name="options">Of the mesh.</param>
    /// <param name="mesh">The mesh; not there yet when this is called.</param>
    MeshPartServices Create(MeshHandlerOptions options, Func<IMeshConfigurationAccessor> mesh);
}
