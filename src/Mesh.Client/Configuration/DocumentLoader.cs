namespace Mesh.Client.Configuration;

/// <summary>Reads, binds and checks one document. Never throws for bad input: everything wrong is a finding.</summary>
internal static class DocumentLoader
{
    public static LoadedDocument Load(MeshDocument document) => throw new NotImplementedException();

    /// <summary>The same for a <c>Mesh</c> section that is already a tree.</summary>
    public static LoadedDocument LoadSection(string name, ConfigurationNode section) => throw new NotImplementedException();
}
