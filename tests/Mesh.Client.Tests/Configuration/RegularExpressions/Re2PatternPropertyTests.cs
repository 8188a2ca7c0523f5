using System.Text;
using CsCheck;
using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.RegularExpressions;

/// <summary>Translated expressions against a matcher that tries everything, over an alphabet of word, other and non-ASCII characters.</summary>
public sealed class Re2PatternPropertyTests
{
    private const string Alphabet = "aB \u00e4\n";

    private static readonly Gen<Pattern> Leaf = Seeded.OneOf<Pattern>(
        new("a", 'a'), new("B", 'B'), new(@"\ ", ' '), new("\u00e4", '\u00e4'), new(@"\n", '\n'),
        new(".", "aB \u00e4"), new("[^a]", "B \u00e4\n"), new(@"\w", "aB"), new(@"\W", " \u00e4\n"), new(@"\s", " \n"), new("[[:upper:] ]", "B "),
        new("(?i:b)", "B"), new("(?s:.)", Alphabet), new(@"\b", Assertion.Boundary), new(@"\B", Assertion.NoBoundary), new("^", Assertion.Start),
        new("$", Assertion.End), new("(?m:^)", Assertion.LineStart), new("(?m:$)", Assertion.LineEnd));

    private static readonly Gen<Pattern> Patterns = Gen.Recursive<Pattern>((depth, inner) => depth >= 3 ? Leaf : Gen.Frequency(
        (3, Leaf),
        (3, Gen.Select(inner, inner, (left, right) => new Pattern($"{left.Text}{right.Text}", [left, right]))),
        (2, Gen.Select(inner, inner, (left, right) => new Pattern($"(?:{left.Text}|{right.Text})", left, right))),
        (2, Gen.Select(inner, Seeded.OneOf((0, 99, "*"), (1, 99, "+"), (0, 1, "?"), (2, 3, "{2,3}"), (0, 2, "{0,2}?"), (2, 99, "{2,}")),
            (part, count) => new Pattern($"(?:{part.Text}){count.Item3}", part, count.Item1, count.Item2)))));

    private static readonly Gen<string> Values = Seeded.OneOf(Alphabet.ToCharArray()).Array[0, 6].Select(characters => new string(characters));

    private enum Assertion
    {
        Boundary,
        NoBoundary,
        Start,
        End,
        LineStart,
        LineEnd,
    }

    [Fact]
    public void TryCompile_agrees_with_a_matcher_that_tries_everything() => Seeded.Sample(
        Gen.Select(Patterns, Values.Array[8]),
        3_000,
        sample =>
        {
            var (pattern, values) = sample;
            if (!Re2Pattern.TryCompile(pattern.Text, out var regex, out var error))
            {
                // The only reason left for a pattern that is RE2.
                Assert.Contains("too large", error, StringComparison.Ordinal);
                return;
            }

            foreach (var value in values)
            {
                Assert.True(pattern.Matches(value) == regex.IsMatch(value), $"{pattern.Text} on {Show(value)} must be {pattern.Matches(value)}");
            }
        });

    private static string Show(string value) => new StringBuilder(value).Replace("\n", "\\n").ToString();

    private sealed class Pattern
    {
        private readonly Func<string, int, HashSet<int>> _ends;

        public Pattern(string text, char character)
            : this(text, character.ToString())
        {
        }

        public Pattern(string text, string set)
        {
            Text = text;
            _ends = (value, at) => at < value.Length && set.Contains(value[at]) ? [at + 1] : [];
        }

        public Pattern(string text, Assertion assertion)
        {
            Text = text;
            _ends = (value, at) => Holds(assertion, value, at) ? [at] : [];
        }

        public Pattern(string text, Pattern[] sequence)
        {
            Text = text;
            _ends = (value, at) => sequence.Aggregate(new HashSet<int> { at }, (ends, part) => [.. ends.SelectMany(end => part._ends(value, end))]);
        }

        public Pattern(string text, Pattern left, Pattern right)
        {
            Text = text;
            _ends = (value, at) => [.. left._ends(value, at), .. right._ends(value, at)];
        }

        public Pattern(string text, Pattern part, int least, int most)
        {
            Text = text;
            _ends = (value, at) =>
            {
                HashSet<int> all = [];
                HashSet<int> ends = [at];

                // More turns than characters add nothing but empty ones.
                for (var turn = 0; turn <= Math.Min(most, least + value.Length + 1); turn++)
                {
                    if (turn >= least)
                    {
                        all.UnionWith(ends);
                    }

                    ends = [.. ends.SelectMany(end => part._ends(value, end))];
                }

                return all;
            };
        }

        public string Text { get; }

        public bool Matches(string value) => _ends(value, 0).Contains(value.Length);

        private static bool Holds(Assertion assertion, string value, int at) => assertion switch
        {
            Assertion.Boundary => IsWord(value, at - 1) != IsWord(value, at),
            Assertion.NoBoundary => IsWord(value, at - 1) == IsWord(value, at),
            Assertion.Start => at == 0,
            Assertion.End => at == value.Length,
            Assertion.LineStart => at == 0 || value[at - 1] == '\n',
            _ => at == value.Length || value[at] == '\n',
        };

        private static bool IsWord(string value, int at) => at >= 0 && at < value.Length && char.IsAsciiLetterOrDigit(value[at]);
    }
}
