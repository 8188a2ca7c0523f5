using CsCheck;
using Mesh.Client.Telemetry;

namespace Mesh.Client.Tests.Telemetry;

public sealed class BaggageWriterTests
{
    [Fact]
    public void Add_writes_members_without_spaces() => Assert.Equal("a=1,b=2", Write(("a", "1"), ("b", "2")));

    [Fact]
    public void Add_escapes_what_a_value_cannot_hold() =>
        Assert.Equal("k=a%20b%2Cc%3Bd%25%22%5C%C3%BC%F0%9F%98%80", Write(("k", "a b,c;d%\"\\ü😀")));

    [Fact]
    public void Add_writes_an_unpaired_surrogate_as_the_replacement_character() => Assert.Equal("k=%EF%BF%BD", Write(("k", "\ud83d")));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a=b")]
    [InlineData("ü")]
    public void Add_leaves_out_keys_that_are_no_tokens(string key) => Assert.Equal("after=2", Write((key, "1"), ("after", "2")));

    [Fact]
    public void Add_keeps_the_first_of_two_members_with_one_key() => Assert.Equal("k=1,kk=2", Write(("k", "1"), ("kk", "2"), ("k", "3"), ("kk", "4")));

    [Fact]
    public void Add_stops_at_64_members()
    {
        var text = Write([.. Enumerable.Range(0, 100).Select(index => ($"k{index}", "v"))]);
        Assert.Equal(64, text.Split(',').Length);
        Assert.EndsWith("k63=v", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_leaves_out_the_member_that_passes_the_limit_and_takes_a_shorter_one()
    {
        var text = Write(("a", new string('x', 8000)), ("b", new string('y', 300)), ("c", "1"));
        Assert.Equal("a=" + new string('x', 8000) + ",c=1", text);
    }

    [Theory]
    [InlineData("a = 1 , b=2", "a=1,b=2")]
    [InlineData("a=1;p=x;q , b=%20", "a=1;p=x;q,b=%20")]
    [InlineData("a=1,,=3,nonsense,b=2", "a=1,b=2")]
    [InlineData("a=\u00fc,b=2", "b=2")]
    [InlineData("a=1,a=2", "a=1")]
    [InlineData("a=x=y", "a=x=y")]
    public void AddHeader_takes_over_valid_members_in_compact_form(string header, string expected) => Assert.Equal(expected, Rewrite(header));

    [Fact]
    public void AddHeader_leaves_out_who_the_previous_hop_was() =>
        Assert.Equal("tenant=1", Rewrite("k8s.namespace.name=prod,service.name=productpage,tenant=1,app.version=v1,cloud.region=eu"));

    [Fact]
    public void Written_members_read_back_as_they_were() =>
        Gen.Select(Gen.String[Gen.Char["abcXYZ019._-"], 1, 8], Gen.String[0, 12]).List[0, 80].Sample(
            pairs =>
            {
                var text = Write([.. pairs]);
                Assert.True(text.Length <= 8192);
                Assert.All(text, character => Assert.InRange(character, '!', '~'));
                var expected = pairs.DistinctBy(pair => pair.Item1).Take(64)
                    .Select(pair => (pair.Item1, Wellformed(pair.Item2)));
                var read = text.Length == 0 ? [] : text.Split(',').Select(member => member.Split('=', 2))
                    .Select(member => (member[0], Uri.UnescapeDataString(member[1])));
                Assert.Equal(expected, read);
            },
            seed: "0000000000000",
            iter: 2000);

    private static string Wellformed(string text) => string.Concat(text.EnumerateRunes());

    private static string Write(params ReadOnlySpan<(string Key, string Value)> members)
    {
        var writer = new BaggageWriter(new char[BaggageWriter.MaximumBytes]);
        foreach (var (key, value) in members)
        {
            writer.Add(key, value);
        }

        return writer.ToString();
    }

    private static string Rewrite(string header)
    {
        var writer = new BaggageWriter(new char[BaggageWriter.MaximumBytes]);
        writer.AddHeader(header);
        return writer.ToString();
    }
}
