using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary><c>Mesh:x-mesh</c>.</summary>
public sealed class MeshExtensionBindingTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{ "deadlines": true }""", true)]
    [InlineData("""{ "deadlines": false }""", false)]
    public void Load_switches_are_read(string block, bool deadlines)
    {
        var document = Loading.Section($$"""{ "x-mesh": {{block}} }""");

        Loading.Clean(document);
        Assert.Equal(deadlines, document.Configuration.Extension.Deadlines);
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{ "stopRetryChain": true }""", true)]
    [InlineData("""{ "stopRetryChain": false }""", false)]
    public void Load_stopRetryChain_is_read(string block, bool stops)
    {
        var document = Loading.Section($$"""{ "x-mesh": {{block}} }""");

        Loading.Clean(document);
        Assert.Equal(stops, document.Configuration.Extension.StopRetryChain);
    }

    [Theory]
    [InlineData("[]", FindingCodes.WrongType, "Mesh:x-mesh")]
    [InlineData("""{ "deadlines": "on" }""", FindingCodes.WrongType, "Mesh:x-mesh:deadlines")]
    [InlineData("""{ "stopRetryChain": 1 }""", FindingCodes.WrongType, "Mesh:x-mesh:stopRetryChain")]
    [InlineData("""{ "deadline": true }""", FindingCodes.UnknownField, "Mesh:x-mesh:deadline")]
    public void Load_a_mistake_is_refused(string block, string code, string path)
        => Loading.Refused(Loading.Section($$"""{ "x-mesh": {{block}} }"""), code, path);

    [Fact]
    public void Merge_takes_the_later_block_and_names_both_documents()
    {
        var (configuration, findings) = ConfigurationMerger.Merge(
        [
            Named("a.json", """{ "x-mesh": { "deadlines": false } }"""), Named("b.json", "{}"), Named("c.json", """{ "x-mesh": {} }"""),
        ]);

        Assert.True(configuration.Extension.Deadlines);
        var finding = Assert.Single(findings);
        Assert.Equal((FindingCodes.ReplacedSetting, "Mesh:x-mesh"), (finding.Code, finding.Path));
    }

    private static LoadedDocument Named(string name, string json) => DocumentLoader.Load(MeshDocument.FromMeshJson(name, json));
}
