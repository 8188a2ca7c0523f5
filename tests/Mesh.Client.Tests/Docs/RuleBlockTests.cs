using System.Text.Json;
using Mesh.Client.Configuration;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Docs;

/// <summary>Rules that the pages show can be used as they stand there.</summary>
public sealed class RuleBlockTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public void Json_blocks_with_a_Mesh_section_load_without_findings()
    {
        var blocks = DocFile.All.SelectMany(file => file.Blocks("json")).Where(block => block.Text.Contains("\"Mesh\"", StringComparison.Ordinal)).ToList();

        Assert.True(blocks.Count >= 4, "The pages show fewer sections than they did; does the search still find them?");
        foreach (var (place, text) in blocks)
        {
            using var json = JsonDocument.Parse(text, Lenient);
            var section = json.RootElement.GetProperty("Mesh").GetRawText();
            Check(DocumentLoader.Load(MeshDocument.FromMeshJson(place, section)));
        }
    }

    [Fact]
    public void Yaml_blocks_with_resources_load_without_findings()
    {
        var blocks = DocFile.All.SelectMany(file => file.Blocks("yaml")).Where(block => block.Text.Contains("istio.io/", StringComparison.Ordinal)).ToList();

        Assert.True(blocks.Count >= 2, "The pages show fewer resources than they did; does the search still find them?");
        foreach (var (place, text) in blocks)
        {
            Check(DocumentLoader.Load(MeshDocument.FromIstioYaml(place, text)));
        }
    }

    [Fact]
    public void The_finding_that_the_page_shows_is_what_a_reader_would_see()
    {
        var (_, shown) = DocFile.Get("docs/configuration.md").Blocks("text").Single(block => block.Text.Contains("MESH0", StringComparison.Ordinal));
        var section = new string('\n', 11) + """{ "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "timeout": 3, "route": [ { "destination": { "host": "a" } } ] } ] } } }""";

        Assert.Equal(shown.TrimEnd(), Assert.Single(Loading.Section(section).Findings).ToString());
    }

    /// <summary>Alone, a block may name a subset that another block of the page defines; all else is told about is a mistake of the page.</summary>
    private static void Check(LoadedDocument document)
    {
        Loading.Clean(document);
        var (_, findings) = ConfigurationMerger.Merge([document]);
        Assert.DoesNotContain(findings, finding => finding.RefusesDocument || finding.Code != FindingCodes.DanglingSubset);
    }
}
