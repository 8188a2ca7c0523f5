namespace Bookinfo.Hosting;

/// <summary>Finds the folder whose appsettings.json is the real one.</summary>
internal static class ContentRoot
{
    /// <summary>The folder given, else the project's own folder when run from the repository (so that editing the source file changes the
    /// running services), else the folder of the program.</summary>
    public static string Find(string? given)
    {
        if (given is not null)
        {
            return Directory.Exists(given)
                ? Path.GetFullPath(given)
                : throw new BookinfoException($"--content-root names '{given}', which is not a folder.");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (IsProject(folder.FullName))
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }

    public static bool IsProject(string folder)
        => File.Exists(Path.Combine(folder, "Bookinfo.csproj")) && File.Exists(Path.Combine(folder, "appsettings.json"));
}
