using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Writing;

public sealed class JsonNumberTests
{
    [Theory]
    [InlineData("1.50", "1.50")]
    [InlineData("-0", "-0")]
    [InlineData("1E+5", "1E+5")]
    [InlineData("+5", "5")]
    [InlineData("007", "7")]
    [InlineData("000", "0")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5e3", "-0.5e3")]
    [InlineData("5.", "5")]
    [InlineData("5.e3", "5e3")]
    [InlineData("0x50", "80")]
    [InlineData("0o120", "80")]
    [InlineData("0xffffffffffffffffff", "4722366482869645213695")]
    public void From_what_JSON_writes_otherwise_gets_its_spelling(string yaml, string json)
    {
        Assert.Equal(NodeKind.Number, YamlScalar.KindOf(yaml));
        Assert.Equal(json, JsonNumber.From(yaml));
    }

    [Theory]
    [InlineData(".inf")]
    [InlineData("-.INF")]
    [InlineData(".nan")]
    public void From_what_JSON_does_not_have_is_null(string yaml) => Assert.Null(JsonNumber.From(yaml));

    [Fact]
    public void From_a_number_of_absurd_length_in_another_base_is_null() => Assert.Null(JsonNumber.From("0x" + new string('f', 1_000)));
}
