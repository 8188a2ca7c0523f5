using CsCheck;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.RegularExpressions;

public sealed class Re2MatcherTests
{
    /// <summary>Literals that overlap, line ends, a pair of surrogates, and what the runs below leave out.</summary>
    private static readonly Gen<string> Texts = Seeded.OneOf("a", "ab", "b", "/", ";", "\n", "\U0001F600", "1").Array[0, 7].Select(string.Concat);

    private static readonly Gen<string> Pieces = Seeded.OneOf(
        "a", "ab", "b", "/", ";", @"\n", @"\.", "\U0001F600", "(a|ab)", "(?:a|b|/)", "(a)?", "(.*;)?", "(;.*)?", "(|a)",
        ".*", ".+", ".*?", "(?s:.*)", "(?s:.+)", "[^/]+", "[^/]*", "[ab]+", "[0-9]*", @"\d+", "[^a\n]*", "(?i:a)", ".", "a{2}", "^", "$", @"\b");

    private static readonly Gen<string> Patterns = Gen.Select(Seeded.OneOf("", "", "^"), Pieces.Array[1, 5], Seeded.OneOf("", "", "$"),
        (start, pieces, end) => start + string.Concat(pieces) + end);

    [Theory]
    [InlineData("/status", "/status", "/status/")]
    [InlineData(@"v1\.2", "v1.2", "v1x2")]
    [InlineData("^(GET|HEAD)$", "HEAD", "HEADS")]
    [InlineData("a|b|c|d|e|f|g|h|i|jk", "jk", "j")]
    [InlineData("/api/.*", "/api/", "/api")]
    [InlineData("/api/.+", "/api/x", "/api/")]
    [InlineData(".*Mobile", "a Mobile", "a Mobiles")]
    [InlineData(".*Mobile.*", "a Mobiles", "a mobile")]
    [InlineData(".*a.*b.*a", "xabxa", "xaba\n")]
    [InlineData("/users/[^/]+/orders/[0-9]+", "/users/x\n/orders/17", "/users//orders/17")]
    [InlineData("^(.*?;)?(user=jason)(;.*)?$", "a=b;user=jason;c=d", "a=b;user=jasons")]
    [InlineData("(?s).*", "a\nb", null)]
    [InlineData(".*", "", "a\nb")]
    public void Common_shapes_need_no_automaton(string pattern, string match, string? other)
    {
        Assert.True(Re2Pattern.TryParse(pattern, out var node, out var error), error);
        Assert.NotNull(Re2ShapeReader.Read(node));
        Assert.True(new Re2Matcher(pattern).IsMatch(match));
        Assert.False(other is not null && new Re2Matcher(pattern).IsMatch(other));
    }

    [Fact]
    public void IsMatch_of_any_pattern_says_what_its_automaton_says()
    {
        var byHand = 0;
        Seeded.Sample(Gen.Select(Patterns, Texts.Array[20]), 3_000, sample =>
        {
            var (pattern, values) = sample;
            Assert.True(Re2Pattern.TryParse(pattern, out var node, out var error), error);
            byHand += Re2ShapeReader.Read(node) is null ? 0 : 1;
            var matcher = new Re2Matcher(pattern);
            var automaton = Re2Shape.CreateAutomaton(pattern);
            foreach (var value in values)
            {
                Assert.True(automaton.IsMatch(value) == matcher.IsMatch(value), $"{pattern} on {value}: the automaton says {automaton.IsMatch(value)}");
            }
        });

        // Both ways are walked often.
        Assert.InRange(byHand, 500, 2_500);
    }

    [Fact]
    public void IsMatch_of_what_is_not_RE2_is_never_true()
    {
        Assert.False(new Re2Matcher("(").IsMatch("("));
        Assert.False(new Re2Matcher(@"(a)\1").IsMatch("aa"));
    }

    [Fact]
    public void IsMatch_by_hand_allocates_nothing()
    {
        var matcher = new Re2Matcher("^(.*?;)?(user=jason)(;.*)?$");
        Assert.True(matcher.IsMatch("a=b;user=jason"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var turn = 0; turn < 1_000; turn++)
        {
            matcher.IsMatch("a=b;user=jason;c=d");
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public async Task IsMatch_of_many_first_callers_at_once_is_right_for_all()
    {
        for (var turn = 0; turn < 50; turn++)
        {
            var matcher = new Re2Matcher("(a|b){2,3}c");
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(() => matcher.IsMatch(caller % 2 == 0 ? "abc" : "ac"))));
            Assert.Equal([true, false, true, false], answers);
        }
    }
}
