namespace Mesh.Client.Pipeline;

/// <summary>What is set for one named client.</summary>
internal sealed class MeshClientSettings
{
    public bool IsExcluded { get; set; }
}
