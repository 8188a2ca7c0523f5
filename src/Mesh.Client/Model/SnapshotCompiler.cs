using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>A checked configuration to a snapshot. Pure and total: it never fails on what validation accepted.</summary>
internal static class SnapshotCompiler
{
    public static MeshSnapshot Compile(MeshConfiguration configuration, long version) => throw new NotImplementedException();
}
