using System.Text.RegularExpressions;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Docs;

/// <summary>docs/explain.md shows what the code says. <c>eng/update-explanations</c> writes the page anew.</summary>
public sealed partial class ExplainPageTests
{
    [Fact]
    public void Explanations_on_the_page_are_those_of_the_code()
    {
        var page = DocFile.Get(ExplainedRequests.Page);
        var rules = page.Blocks("yaml").First().Text;
        var shown = new List<string>();
        var written = Explanation().Replace(page.Text, match =>
        {
            var heading = match.Groups["heading"].Value;
            shown.Add(heading);
            return $"{match.Groups["before"].Value}```text\n{ExplainedRequests.Explain(heading, rules)}```";
        });
        if (Environment.GetEnvironmentVariable("MESH_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(RepositoryRoot.Combine("docs", "explain.md"), written);
            return;
        }

        Assert.Equal(ExplainedRequests.Headings, shown);
        Assert.Equal(page.Text, written);
    }

    /// <summary>A heading of the second level and the first block of text below it.</summary>
    [GeneratedRegex(
        "(?<before>^## (?<heading>[^\n]+)\n(?:(?!^## |^```text)[^\n]*\n)*)^```text\n.*?^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Explanation();
}
