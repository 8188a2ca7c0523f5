namespace Mesh.Client.TestKit;

/// <summary>Finds files of the repository from a test's output folder.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder that holds Mesh.Client.sln.</summary>
    public static string Path { get; } = Find();

    /// <summary>The folder <c>shared</c> beside the repository, which holds data sets that are not part of it; null where there is none.</summary>
    public static string? Shared { get; } = FindShared();

    /// <summary>A file or folder of the repository, by its path from the root.</summary>
    public static string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Mesh.Client.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException(
            $"No folder above {AppContext.BaseDirectory} holds Mesh.Client.sln; run the tests from a build inside the repository.");
    }

    private static string? FindShared()
    {
        var parent = Directory.GetParent(Path)?.FullName;
        var shared = parent is null ? null : System.IO.Path.Combine(parent, "shared");
        return Directory.Exists(shared) ? shared : null;
    }
}
