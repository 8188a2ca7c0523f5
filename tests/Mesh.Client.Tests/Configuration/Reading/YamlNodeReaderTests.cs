using System.Text;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Reading;

public sealed class YamlNodeReaderTests
{
    private readonly List<MeshFinding> _findings = [];

    [Fact]
    public void Read_several_documents_and_empty_ones_between_are_read()
    {
        var roots = Read("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n---\n");

        Assert.Equal(["a", "b"], roots.Where(root => root.Kind == NodeKind.Mapping).Select(root => root.Properties[0].Key));
        Assert.Empty(_findings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n---\n")]
    public void Read_nothing_is_no_error(string text)
    {
        Assert.DoesNotContain(Read(text), root => root.Kind != NodeKind.Null);
        Assert.Empty(_findings);
    }

    [Fact]
    public void Read_paths_and_lines_are_those_of_istio()
    {
        var root = Read("metadata:\n  name: x\nspec:\n  http:\n  - timeout: 1s\n")[0];
        var timeout = root.Find("spec")!.Find("http")!.Items[0].Find("timeout")!;

        Assert.Equal("spec.http[0].timeout", timeout.Path);
        Assert.Equal(new SourcePosition("rules.yaml", 5, 14), timeout.Position);
        Assert.Equal("metadata.name", root.Find("metadata")!.Find("name")!.Path);
    }

    [Theory]
    [InlineData("~", NodeKind.Null)]
    [InlineData("", NodeKind.Null)]
    [InlineData("null", NodeKind.Null)]
    [InlineData("true", NodeKind.Boolean)]
    [InlineData("FALSE", NodeKind.Boolean)]
    [InlineData("yes", NodeKind.String)]
    [InlineData("on", NodeKind.String)]
    [InlineData("12", NodeKind.Number)]
    [InlineData("-1.5e3", NodeKind.Number)]
    [InlineData("0x1F", NodeKind.Number)]
    [InlineData("0o17", NodeKind.Number)]
    [InlineData(".5", NodeKind.Number)]
    [InlineData("1.", NodeKind.Number)]
    [InlineData(".inf", NodeKind.Number)]
    [InlineData(".nan", NodeKind.Number)]
    [InlineData("1.2.3", NodeKind.String)]
    [InlineData("7s", NodeKind.String)]
    [InlineData("1e", NodeKind.String)]
    [InlineData("-", NodeKind.Sequence)]
    [InlineData(".", NodeKind.String)]
    [InlineData("\"12\"", NodeKind.String)]
    [InlineData("'true'", NodeKind.String)]
    [InlineData("\"\"", NodeKind.String)]
    [InlineData("!!str 12", NodeKind.String)]
    [InlineData("! 12", NodeKind.String)]
    [InlineData("!!int 12", NodeKind.Number)]
    [InlineData("!!float 12", NodeKind.Number)]
    [InlineData("{}", NodeKind.Mapping)]
    [InlineData("[]", NodeKind.Sequence)]
    public void Read_scalars_have_the_type_of_the_core_schema(string text, object kind)
        => Assert.Equal(kind, Read(text == "-" ? "a:\n-\n" : $"a: {text}\n")[0].Find("a")!.Kind);

    [Fact]
    public void Read_a_duplicate_key_is_an_error_that_names_both_lines()
    {
        Read("a: 1\nb: 2\na: 3\n");

        Assert.Contains("line 1 and on line 3", Loading.Find(_findings, FindingCodes.DuplicateKey, "").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_an_alias_stands_for_a_copy_at_its_own_path()
    {
        var root = Read("a: &x { b: [1, 2] }\nc: *x\n")[0];

        Assert.Equal("c.b[1]", root.Find("c")!.Find("b")!.Items[1].Path);
        Assert.Equal("2", root.Find("c")!.Find("b")!.Items[1].Text);
    }

    [Theory]
    [InlineData("a: *nobody\n", FindingCodes.BadAlias)]
    [InlineData("a: &x\n  b: *x\n", FindingCodes.BadAlias)]
    [InlineData("a: &x 1\n---\nb: *x\n", FindingCodes.BadAlias)]
    [InlineData("a: &x { b: 1 }\nc:\n  <<: *x\n", FindingCodes.MergeKey)]
    [InlineData("a: !!binary xyz\n", FindingCodes.UnknownTag)]
    [InlineData("a: !mine 1\n", FindingCodes.UnknownTag)]
    [InlineData("a: !!int xyz\n", FindingCodes.UnknownTag)]
    [InlineData("? [a, b]\n: 1\n", FindingCodes.WrongType)]
    public void Read_what_is_not_supported_is_refused(string text, string code)
    {
        Read(text);

        Assert.Equal(code, Assert.Single(_findings).Code);
        Assert.True(_findings[0].Line > 0);
    }

    [Fact]
    public void Read_an_alias_bomb_is_refused()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++)
        {
            text.Append($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        }

        Read(text.ToString());

        Assert.Equal(FindingCodes.TooManyValues, Assert.Single(_findings).Code);
    }

    [Theory]
    [InlineData("a:\n\tb: 1\n", 2)]
    [InlineData("a: [1, 2\n", 2)]
    [InlineData("a: \"x\n", 2)]
    [InlineData("a: 1\n b: 2\n", 2)]
    [InlineData("a: b: c\n", 1)]
    [InlineData("a: @x\n", 1)]
    public void Read_text_that_is_not_yaml_is_a_finding_with_its_line(string text, int line)
    {
        Read(text);

        var finding = Assert.Single(_findings);
        Assert.Equal(FindingCodes.NotReadable, finding.Code);
        Assert.InRange(finding.Line, line - 1, line);
        Assert.True(finding.RefusesDocument);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Read_depth_is_limited(int depth, bool isRead)
    {
        Read(new string('[', depth) + new string(']', depth));

        Assert.Equal(isRead ? [] : [FindingCodes.TooDeep], _findings.Select(finding => finding.Code));
    }

    [Fact]
    public void Read_size_is_limited()
    {
        Read(new string(' ', ReaderLimits.Size + 1));

        Assert.Equal(FindingCodes.TooLarge, Assert.Single(_findings).Code);
    }

    private IReadOnlyList<ConfigurationNode> Read(string text) => YamlNodeReader.Read("rules.yaml", text, _findings);
}
