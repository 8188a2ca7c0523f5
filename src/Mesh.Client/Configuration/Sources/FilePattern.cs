using System.IO.Enumeration;

namespace Mesh.Client.Configuration;

/// <summary>One path of <c>AddIstioYaml</c>: a directory and a name that may hold <c>*</c> and <c>?</c>; a directory alone stands for its rule
/// files.</summary>
internal sealed class FilePattern
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    private readonly string _name;
    private readonly bool _hasWildcard;

    public FilePattern(string pattern, string contentRoot)
    {
        var full = Path.GetFullPath(pattern, contentRoot);
        if (Path.EndsInDirectorySeparator(full) || (System.IO.Directory.Exists(full) && !IsRuleFile(full)))
        {
            full = Path.Combine(full, "*");
        }

        Directory = Path.GetDirectoryName(full) ?? full;
        _name = Path.GetFileName(full);
        _hasWildcard = HasWildcard(_name);
    }

    public string Directory { get; }

    /// <summary>What is wrong with <paramref name="pattern"/>; null where it can be used.</summary>
    public static string? Check(string? pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern))
        {
            return "A pattern of rule files is empty; write a path such as istio/*.yaml.";
        }

        return HasWildcard(Path.GetDirectoryName(pattern) ?? "")
            ? $"The pattern '{pattern}' has a wildcard before its last segment; * and ? stand for parts of a file's name only."
            : null;
    }

    /// <summary>Whether a change of that name in <see cref="Directory"/> may concern this pattern.</summary>
    public bool Concerns(string fileName) => Matches(fileName) || MayRedirect(fileName);

    /// <summary>Kubernetes swaps the whole content of a mounted ConfigMap by renaming the link <c>..data</c>.</summary>
    public static bool MayRedirect(string fileName) => fileName.StartsWith("..", StringComparison.Ordinal);

    /// <summary>The files as they are now, in no order. A path without wildcards is named whether or not it exists.</summary>
    public IEnumerable<string> List()
    {
        if (!_hasWildcard)
        {
            return [Path.Combine(Directory, _name)];
        }

        try
        {
            return [.. System.IO.Directory.EnumerateFiles(Directory).Where(path => Matches(Path.GetFileName(path)))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    // Names that begin with a dot are left out of wildcards, as in a shell: editors keep their lock and swap files there.
    private bool Matches(string fileName)
        => _hasWildcard
            ? !fileName.StartsWith('.')
                && IsRuleFile(fileName)
                && FileSystemName.MatchesSimpleExpression(_name, fileName, OperatingSystem.IsWindows())
            : string.Equals(fileName, _name, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static bool IsRuleFile(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static bool HasWildcard(string text) => text.AsSpan().ContainsAny('*', '?');
}
