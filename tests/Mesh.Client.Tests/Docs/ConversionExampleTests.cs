using Mesh.Client.Tests.Configuration.Conversion;

namespace Mesh.Client.Tests.Docs;

/// <summary>The two forms that docs/configuration.md shows side by side are what the conversion makes.</summary>
public sealed class ConversionExampleTests
{
    private static readonly DocFile Page = DocFile.Get("docs/configuration.md");

    private static string Yaml => Page.Blocks("yaml").Single().Text;

    private static string Json => Page.Blocks("json").Single(block => block.Text.Contains("prod/reviews", StringComparison.Ordinal)).Text;

    [Fact]
    public void Resources_of_the_page_become_its_section() => Assert.Equal(Json, Converting.ToJson(Yaml));

    [Fact]
    public void Section_of_the_page_becomes_its_resources() => Assert.Equal(Yaml, Converting.ToYaml(Json));
}
