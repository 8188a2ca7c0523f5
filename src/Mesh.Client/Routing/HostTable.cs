using Mesh.Client.Model;

namespace Mesh.Client.Routing;

/// <summary>Finds what a URI addresses: exact name, then the longest wildcard. No allocation.</summary>
internal static class HostTable
{
    /// <summary>False where the mesh does not know the host, or the host does not declare the port.</summary>
    public static bool TryFind(MeshSnapshot snapshot, Uri uri, out HostMatch match) => throw new NotImplementedException();
}
