using System.Text.RegularExpressions;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Docs;

/// <summary>A page that users read, and the fenced blocks in it.</summary>
internal sealed partial class DocFile
{
    private DocFile(string path)
    {
        Name = System.IO.Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/');
        Text = File.ReadAllText(path).ReplaceLineEndings("\n");
    }

    public string Name { get; }

    public string Text { get; }

    /// <summary>README.md and everything under docs.</summary>
    public static IReadOnlyList<DocFile> All { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Prepend(RepositoryRoot.Combine("README.md"))
            .Select(path => new DocFile(path)),
    ];

    public static DocFile Get(string name) => All.Single(file => file.Name == name);

    /// <summary>The text of each block of <paramref name="language"/>, with the line on which it begins.</summary>
    public IEnumerable<(string Place, string Text)> Blocks(string language)
        => from Match match in Fence().Matches(Text)
           where match.Groups["language"].Value == language
           let line = Text.AsSpan(0, match.Index).Count('\n') + 1
           select ($"{Name}({line})", match.Groups["text"].Value);

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();
}
