namespace Bookinfo.CommandLine;

/// <summary>Finds the files that --rules names: as given, or among those that come with the sample.</summary>
internal static class RuleFiles
{
    public static string FolderOf(string contentRoot) => Path.Combine(contentRoot, "rules");

    public static IReadOnlyList<string> NamesIn(string contentRoot)
        => Directory.Exists(FolderOf(contentRoot))
            ? [.. Directory.EnumerateFiles(FolderOf(contentRoot), "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Absolute paths, so that every process reads the same files whatever its working directory.</summary>
    public static IReadOnlyList<string> Resolve(IReadOnlyList<string> files, string contentRoot)
        => [.. files.Select(file => Resolve(file, contentRoot))];

    private static string Resolve(string file, string contentRoot)
    {
        var given = Path.GetFullPath(file);
        if (file.AsSpan().ContainsAny('*', '?') || File.Exists(given))
        {
            return given;
        }

        var shipped = new[] { Path.Combine(contentRoot, file), Path.Combine(FolderOf(contentRoot), file) }.FirstOrDefault(File.Exists);
        return shipped ?? throw new BookinfoException(
            $"There is no rule file '{file}' here or in {FolderOf(contentRoot)}. The sample brings: {string.Join(", ", NamesIn(contentRoot))}.");
    }
}
