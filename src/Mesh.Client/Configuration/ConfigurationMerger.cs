namespace Mesh.Client.Configuration;

/// <summary>Combines accepted documents into one configuration and checks what only shows across documents.</summary>
internal static class ConfigurationMerger
{
    /// <summary>Later documents win where two define the same object or setting, with a finding that names both.</summary>
    public static (MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings) Merge(IReadOnlyList<LoadedDocument> documents)
        => throw new NotImplementedException();
}
