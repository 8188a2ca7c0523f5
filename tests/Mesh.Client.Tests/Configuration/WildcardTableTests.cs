using CsCheck;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

public sealed class WildcardTableTests
{
    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "-", ".").Array[1, 6].Select(string.Concat);

    [Theory]
    [InlineData("x.foo.com", "*.foo.com")]
    [InlineData("x.y.foo.com", "*.y.foo.com")]
    [InlineData("x-y.foo.com", "*-y.foo.com")]
    [InlineData("-y.foo.com", "*.foo.com")]
    [InlineData("*.foo.com", "*.foo.com")]
    [InlineData("foo.com", "*")]
    [InlineData("", null)]
    public void TryFind_takes_the_longest_wildcard_that_covers_a_name(string name, string? expected)
    {
        var table = new WildcardTable<string>();
        foreach (var wildcard in new[] { "*", "*.foo.com", "*-y.foo.com", "*.y.foo.com" })
        {
            table.TryAdd(wildcard, wildcard);
        }

        table.TryFind(name, out var found);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Over_agrees_with_a_walk_over_all_wildcards() => Gen.Select(Name.Array[0, 5], Name).Sample((suffixes, name) =>
    {
        var table = new WildcardTable<string>();
        foreach (var suffix in suffixes)
        {
            table.TryAdd("*" + suffix, suffix);
        }

        var expected = suffixes.Distinct().Where(suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal)).OrderByDescending(suffix => suffix.Length).ToArray();
        Assert.Equal(expected, table.Over(name));
        Assert.Equal(expected.Length > 0, table.TryFind(name, out var longest));
        Assert.Equal(expected.FirstOrDefault(), longest);
    });

    [Fact]
    public void Set_replaces_what_is_there()
    {
        var table = new WildcardTable<int>();
        table.Set("*.a", 1);
        table.Set("*.a", 2);

        Assert.True(table.TryFind("b.a", out var value));
        Assert.Equal(2, value);
        Assert.False(table.TryAdd("*.a", 3));
    }
}
