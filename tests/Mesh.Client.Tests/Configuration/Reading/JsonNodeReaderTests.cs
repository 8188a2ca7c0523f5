using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Reading;

public sealed class JsonNodeReaderTests
{
    private readonly List<MeshFinding> _findings = [];

    [Fact]
    public void Read_values_know_their_line_and_column()
    {
        var root = Read("{\n  \"a\": 1,\n  // why\n  \"b\": [ true,\n    \"x\" ]\n}");

        Assert.Equal(new SourcePosition("file.json", 2, 8), root!.Find("a")!.Position);
        Assert.Equal(new SourcePosition("file.json", 5, 5), root.Find("b")!.Items[1].Position);
    }

    [Fact]
    public void Read_columns_count_characters_not_bytes() => Assert.Equal(17, Read("{ \"\u00e4\u00f6\": 1, \"a\": 2 }")!.Find("a")!.Position.Column);

    [Fact]
    public void Read_empty_object_empty_array_and_null_stay_distinct()
    {
        var root = Read("""{ "o": {}, "a": [], "n": null }""")!;

        Assert.Equal([NodeKind.Mapping, NodeKind.Sequence, NodeKind.Null], root.Properties.Select(property => property.Value.Kind));
    }

    [Fact]
    public void Read_order_of_keys_is_kept() => Assert.Equal(["z", "a", "10", "2"], Read("""{ "z": 1, "a": 2, "10": 3, "2": 4 }""")!.Properties.Select(property => property.Key));

    [Fact]
    public void Read_a_key_with_a_colon_is_one_key()
    {
        var header = Read("""{ "headers": { ":authority": { "exact": "x" } } }""")!.Find("headers")!.Properties[0];

        Assert.Equal(":authority", header.Key);
        Assert.Equal("Mesh:headers::authority:exact", header.Value.Find("exact")!.Path);
    }

    [Fact]
    public void Read_numbers_keep_their_text() => Assert.Equal("1.50e3", Read("""{ "a": 1.50e3 }""")!.Find("a")!.Text);

    [Fact]
    public void Read_comments_trailing_commas_and_a_byte_order_mark_are_allowed() => Assert.Equal(2, Read("\uFEFF/* x */ [ 1, 2, ] // y\n")!.Items.Count);

    [Fact]
    public void Read_a_duplicate_key_is_an_error_that_names_both_lines()
    {
        Assert.Null(Read("{\n\"a\": 1,\n\"a\": 2\n}"));

        var finding = Loading.Find(_findings, FindingCodes.DuplicateKey, "Mesh");
        Assert.Equal(3, finding.Line);
        Assert.Contains("line 2 and on line 3", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_keys_that_differ_in_case_are_the_binders_business() => Assert.Equal(2, Read("""{ "a": 1, "A": 2 }""")!.Properties.Count);

    [Theory]
    [InlineData("", 1)]
    [InlineData("   ", 1)]
    [InlineData("{\n  \"a\": {\n    \"b\": 1", 3)]
    [InlineData("{\n  \"a\": \"x", 2)]
    [InlineData("{ \"a\": 1 }\n{}", 2)]
    [InlineData("{ \"a\": 01 }", 1)]
    [InlineData("{ \"a\": \"\\ud800\" }", 1)]
    [InlineData("{ \"\\ud800\": 1 }", 1)]
    [InlineData("[ 1, 2", 1)]
    [InlineData("nul", 1)]
    public void Read_text_that_is_not_json_is_a_finding_with_its_line(string text, int line)
    {
        Assert.Null(Read(text));

        var finding = Assert.Single(_findings);
        Assert.Equal(FindingCodes.NotReadable, finding.Code);
        Assert.Equal(line, finding.Line);
        Assert.Equal("file.json", finding.Source);
        Assert.True(finding.RefusesDocument);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Read_depth_is_limited(int depth, bool isRead)
    {
        Assert.Equal(isRead, Read(new string('[', depth) + new string(']', depth)) is not null);
        Assert.Equal(isRead ? 0 : 1, _findings.Count);
        Assert.All(_findings, finding => Assert.Equal(FindingCodes.TooDeep, finding.Code));
    }

    [Fact]
    public void Read_size_is_limited()
    {
        Assert.Null(Read(new string(' ', ReaderLimits.Size + 1)));
        Assert.Equal(FindingCodes.TooLarge, Assert.Single(_findings).Code);
    }

    [Fact]
    public void Read_the_number_of_values_is_limited()
    {
        Assert.Null(Read("[" + string.Join(',', Enumerable.Repeat("1", ReaderLimits.Values + 1)) + "]"));
        Assert.Equal(FindingCodes.TooManyValues, Assert.Single(_findings).Code);
    }

    [Theory]
    [InlineData(PathStyle.Colons, "Mesh:http:0:timeout")]
    [InlineData(PathStyle.Dots, "Mesh.http[0].timeout")]
    public void Read_paths_follow_the_style(object style, string path)
    {
        var root = JsonNodeReader.Read("file.json", """{ "http": [ { "timeout": "1s" } ] }""", "Mesh", (PathStyle)style, _findings)!;

        Assert.Equal(path, root.Find("http")!.Items[0].Find("timeout")!.Path);
    }

    private ConfigurationNode? Read(string text) => JsonNodeReader.Read("file.json", text, "Mesh", PathStyle.Colons, _findings);
}
