using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Docs;

/// <summary>C# that the pages show is compiled: each block stands word for word between two markers of Snippets.cs.</summary>
public sealed class SnippetTests
{
    private const string Begin = "// snippet";
    private const string End = "// end";

    [Fact]
    public void Every_csharp_block_stands_in_Snippets()
    {
        var compiled = Compiled();

        Assert.All(DocFile.All.SelectMany(file => file.Blocks("csharp")), block => Assert.True(
            compiled.Contains(block.Text),
            $"{block.Place} is not in Docs/Snippets.cs, so nobody knows that it compiles. Put it between '{Begin}' and '{End}':\n{block.Text}"));
    }

    [Fact]
    public void Every_snippet_is_shown_by_a_page()
    {
        var shown = DocFile.All.SelectMany(file => file.Blocks("csharp")).Select(block => block.Text).ToHashSet();

        Assert.All(Compiled(), snippet => Assert.True(shown.Contains(snippet), $"No page shows this any more:\n{snippet}"));
    }

    [Fact]
    public void The_source_that_the_page_shows_feeds_a_mesh()
    {
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [new FixedRules(DocFile.Get("docs/routing.md").Blocks("yaml").First().Text)] });

        Assert.NotNull(handler);
    }

    private static HashSet<string> Compiled()
    {
        var snippets = new HashSet<string>();
        List<string>? lines = null;
        foreach (var line in File.ReadLines(RepositoryRoot.Combine("tests", "Mesh.Client.Tests", "Docs", "Snippets.cs")))
        {
            if (line.Trim() == Begin)
            {
                lines = [];
            }
            else if (line.Trim() == End)
            {
                snippets.Add(Outdent(lines!));
                lines = null;
            }
            else
            {
                lines?.Add(line);
            }
        }

        return snippets;
    }

    private static string Outdent(List<string> lines)
    {
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Concat(lines.Select(line => (line.Length > 0 ? line[indent..] : "") + "\n"));
    }
}
