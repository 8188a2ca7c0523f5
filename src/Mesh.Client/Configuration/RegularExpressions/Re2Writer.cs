using System.Globalization;
using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>A parsed expression in .NET's syntax, with nothing in it that the two read differently.</summary>
internal static class Re2Writer
{
    private const string Nothing = @"[^\s\S]";
    private const int FirstAstral = 0x10000;

    public static string Write(Re2Node? node)
    {
        if (node is null)
        {
            return Nothing;
        }

        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    private static void Write(Re2Node node, StringBuilder text)
    {
        switch (node)
        {
            case Re2Node.Characters characters:
                WriteSet(characters.Set, text);
                break;
            case Re2Node.Anchor anchor:
                text.Append(Anchor(anchor.Kind));
                break;
            case Re2Node.Sequence sequence:
                foreach (var part in sequence.Nodes)
                {
                    Write(part, text);
                }

                break;
            case Re2Node.Choice choice:
                text.Append("(?:");
                for (var index = 0; index < choice.Nodes.Count; index++)
                {
                    text.Append(index == 0 ? "" : "|");
                    Write(choice.Nodes[index], text);
                }

                text.Append(')');
                break;
            case Re2Node.Group group:
                text.Append('(');
                Write(group.Node, text);
                text.Append(')');
                break;
            case Re2Node.Repeat repeat:
                WriteRepeat(repeat, text);
                text.Append(repeat.IsLazy ? "?" : "");
                break;
        }
    }

    private static string Anchor(Re2Node.AnchorKind kind) => kind switch
    {
        Re2Node.AnchorKind.TextStart => @"\A",
        Re2Node.AnchorKind.TextEnd => @"\z",
        Re2Node.AnchorKind.LineStart => "(?m:^)",
        Re2Node.AnchorKind.LineEnd => "(?m:$)",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Word boundaries are removed before an expression is written."),
    };

    private static void WriteRepeat(Re2Node.Repeat repeat, StringBuilder text)
    {
        // .NET counts UTF-16 units. Without an upper bound any run of pairs is a run of units too, so that '.*' stays one plain loop.
        if (repeat is { Most: null, Least: 0 or 1, Node: Re2Node.Characters { Set: var set } }
            && set.Ranges is [.., ( <= FirstAstral, Re2CharSet.Largest)])
        {
            WriteUnits([.. set.Ranges.Where(range => range.Low < FirstAstral).Select(range => (range.Low, Math.Min(range.High, 0xFFFF))),
                (0xD800, 0xDFFF)], text);
        }
        else
        {
            text.Append("(?:");
            Write(repeat.Node, text);
            text.Append(')');
        }

        var most = repeat.Most?.ToString(CultureInfo.InvariantCulture) ?? "";
        text.Append((repeat.Least, repeat.Most) switch
        {
            (0, null) => "*",
            (1, null) => "+",
            (0, 1) => "?",
            _ => string.Create(CultureInfo.InvariantCulture, $"{{{repeat.Least},{most}}}"),
        });
    }

    private static void WriteSet(Re2CharSet set, StringBuilder text)
    {
        var units = set.Ranges.Where(range => range.Low < FirstAstral).Select(range => (range.Low,
            Math.Min(range.High, 0xFFFF))).SelectMany(WithoutSurrogates).ToList();
        var pairs = set.Ranges.Where(range => range.High >= FirstAstral).Select(range => (Math.Max(range.Low, FirstAstral),
            range.High)).ToList();
        if (pairs.Count == 0)
        {
            WriteUnits(units, text);
            return;
        }

        text.Append("(?:");
        var isFirst = units.Count == 0;
        if (!isFirst)
        {
            WriteUnits(units, text);
        }

        foreach (var (low, high) in pairs.SelectMany(pair => SplitPairs(pair.Item1, pair.High)))
        {
            text.Append(isFirst ? "" : "|");
            isFirst = false;
            WriteUnits([low], text);
            WriteUnits([high], text);
        }

        text.Append(')');
    }

    private static IEnumerable<(int Low, int High)> WithoutSurrogates((int Low, int High) range)
    {
        if (range.Low < 0xD800)
        {
            yield return (range.Low, Math.Min(range.High, 0xD7FF));
        }

        if (range.High > 0xDFFF)
        {
            yield return (Math.Max(range.Low, 0xE000), range.High);
        }
    }

    /// <summary>A range of characters outside the basic plane as ranges of first and second halves.</summary>
    private static IEnumerable<((int Low, int High) First, (int Low, int High) Second)> SplitPairs(int low, int high)
    {
        static (int First, int Second) Halves(int codePoint)
            => (0xD800 + ((codePoint - FirstAstral) >> 10), 0xDC00 + ((codePoint - FirstAstral) & 0x3FF));
        var (firstLow, secondLow) = Halves(low);
        var (firstHigh, secondHigh) = Halves(high);
        if (firstLow == firstHigh)
        {
            yield return ((firstLow, firstLow), (secondLow, secondHigh));
            yield break;
        }

        if (secondLow > 0xDC00)
        {
            yield return ((firstLow, firstLow), (secondLow, 0xDFFF));
            firstLow++;
        }

        var lastFull = secondHigh == 0xDFFF ? firstHigh : firstHigh - 1;
        if (firstLow <= lastFull)
        {
            yield return ((firstLow, lastFull), (0xDC00, 0xDFFF));
        }

        if (lastFull < firstHigh)
        {
            yield return ((firstHigh, firstHigh), (0xDC00, secondHigh));
        }
    }

    private static void WriteUnits(List<(int Low, int High)> ranges, StringBuilder text)
    {
        if (ranges.Count == 0)
        {
            text.Append(Nothing);
            return;
        }

        if (ranges.Count == 1 && ranges[0].Low == ranges[0].High)
        {
            WriteUnit(ranges[0].Low, text);
            return;
        }

        text.Append('[');
        foreach (var (low, high) in ranges)
        {
            WriteUnit(low, text);
            if (high > low)
            {
                text.Append('-');
                WriteUnit(high, text);
            }
        }

        text.Append(']');
    }

    private static void WriteUnit(int unit, StringBuilder text)
    {
        if (unit < 0x80 && char.IsAsciiLetterOrDigit((char)unit))
        {
            text.Append((char)unit);
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");
    }
}
