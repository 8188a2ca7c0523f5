namespace Mesh.Client.Configuration;

/// <summary>How files are named in findings and logs.</summary>
internal static class FileNames
{
    /// <summary>Relative to the content root where the file is inside it, else in full; with forward slashes everywhere.</summary>
    public static string Shorten(string path, string? contentRoot)
    {
        if (contentRoot is null)
        {
            return path;
        }

        var relative = Path.GetRelativePath(contentRoot, path);
        var outside = Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return (outside ? path : relative).Replace(Path.DirectorySeparatorChar, '/');
    }

    public static MeshFinding Unreadable(string name, string reason) => SourceFindings.Refusal(
        SourceFindings.FileUnreadable,
        "",
        $"The file cannot be read, so what it held before stays: {reason.TrimEnd('.')}.",
        name,
        "Mend or remove the file; it is read again as soon as it changes.");
}
