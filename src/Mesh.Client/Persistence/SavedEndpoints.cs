namespace Mesh.Client.Persistence;

/// <summary>The file of endpoints.</summary>
internal sealed record SavedEndpoints(string Kind, int Version, IReadOnlyList<SavedService> Services) : ISavedFile
{
    public static string FileName => "endpoints.json";

    public static string FileKind => "Mesh.Client endpoints";
}
