using CsCheck;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.RegularExpressions;

public sealed class Re2SubstitutionTests
{
    [Theory]
    [InlineData("b+", "x", "abbcb", "axcx")]
    [InlineData("(a)(b)", @"\2\1\0\\", "ab", @"baab\")]
    [InlineData("(?P<first>a)(b)", @"\2\1", "ab", "ba")]
    [InlineData("(b)(?P<name>c)", @"\1-\2", "abc", "ab-c")]
    [InlineData("(?:a)(b)", @"\1", "ab", "b")]
    [InlineData("(a)|b", @"<\1>", "ab", "<a><>")]
    [InlineData("a|ab", "x", "ab", "xb")]
    [InlineData("a+?", "x", "aaa", "xxx")]
    [InlineData("(?U)a+", "x", "aaa", "xxx")]
    [InlineData("(?U)a+?", "x", "aaa", "x")]
    [InlineData("^a", "x", "aaa", "xaa")]
    [InlineData("a$", "x", "aaa", "aax")]
    [InlineData("(?i)A", "x", "aA", "xx")]
    [InlineData("a*", "x", "baac", "xbxcx")]
    [InlineData("", "x", "ab", null)]
    [InlineData("a*", "(x)", "", "(x)")]
    [InlineData("z", "x", "abc", "abc")]
    public void Apply_replaces_as_RE2_does(string pattern, string replacement, string text, string? expected)
    {
        var isUsable = Re2Substitution.TryCreate(pattern, replacement, out var substitution, out _);

        Assert.Equal(expected is not null, isUsable);
        Assert.Equal(expected, substitution?.Apply(text));
    }

    [Theory]
    [InlineData("(", "x", "is not closed")]
    [InlineData("a", @"\1", "names group 1, and the pattern has 0")]
    [InlineData("(a)", @"\2", "names group 2, and the pattern has 1")]
    [InlineData("(?:a)", @"\1", "the pattern has 0")]
    [InlineData("a", @"\x", "before the number of a group")]
    [InlineData("a", @"\", "before the number of a group")]
    [InlineData(@"\ba", "x", "word boundaries")]
    public void TryCreate_refuses_what_cannot_be_replaced(string pattern, string replacement, string reason)
    {
        Assert.False(Re2Substitution.TryCreate(pattern, replacement, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_takes_linear_time_whatever_the_pattern()
    {
        Assert.True(Re2Substitution.TryCreate("(a*)*b", "x", out var substitution, out _));
        var text = new string('a', 5_000);

        Assert.Equal(text, substitution.Apply(text));
    }

    /// <summary>For single characters replacing is what anyone would write.</summary>
    [Fact]
    public void Apply_of_a_character_class_agrees_with_a_plain_loop()
        => Gen.Char["abcd/"].Array[0, 40].Select(characters => new string(characters)).Sample(text =>
        {
            Assert.True(Re2Substitution.TryCreate("([ab])", @"<\1>", out var substitution, out _));
            var expected = string.Concat(text.Select(character => character is 'a' or 'b' ? $"<{character}>" : character.ToString()));

            Assert.Equal(expected, substitution.Apply(text));
        });
}
