namespace Mesh.Client.Persistence;

/// <summary>The file of rules.</summary>
internal sealed record SavedRules(string Kind, int Version, IReadOnlyList<SavedSource> Sources) : ISavedFile
{
    public static string FileName => "rules.json";

    public static string FileKind => "Mesh.Client rules";
}
