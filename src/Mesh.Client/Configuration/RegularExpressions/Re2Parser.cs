using System.Globalization;
using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>RE2's grammar by recursive descent. What RE2 refuses is refused; what it reads is read as it reads it, never as .NET would.</summary>
/// <param name="pattern">The text.</param>
/// <param name="keepsGroups">What groups capture matters, and with it laziness; for telling whether a value matches neither does.</param>
internal sealed partial class Re2Parser(string pattern, bool keepsGroups = false)
{
    private const int LargestCount = 1000;
    private const int LargestDepth = 200;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _at;
    private int _depth;
    private Flags _flags;

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Ungreedy = 8,
    }

    /// <summary>How many groups capture.</summary>
    public int Groups { get; private set; }

    private bool IsAtEnd => _at >= pattern.Length;

    public Re2Node Parse()
    {
        var node = ParseChoice();
        return IsAtEnd ? node : throw Error("it has a ')' without '('");
    }

    private Re2Node ParseChoice()
    {
        if (++_depth > LargestDepth)
        {
            throw Error("its groups are nested deeper than 200 levels");
        }

        var choices = new List<Re2Node> { ParseSequence() };
        while (!IsAtEnd && pattern[_at] == '|')
        {
            _at++;
            choices.Add(ParseSequence());
        }

        _depth--;
        return choices.Count == 1 ? choices[0] : new Re2Node.Choice(choices);
    }

    private Re2Node ParseSequence()
    {
        var nodes = new List<Re2Node>();
        while (!IsAtEnd && pattern[_at] is not ('|' or ')'))
        {
            if (pattern[_at] is '*' or '+' or '?')
            {
                throw Error($"there is nothing to repeat before '{pattern[_at]}'");
            }

            if (Starts(@"\Q"))
            {
                ParseQuoted(nodes);
            }
            else if (ParseAtom() is { } atom)
            {
                nodes.Add(ParseRepeat(atom));
            }
        }

        return nodes.Count == 1 ? nodes[0] : new Re2Node.Sequence(nodes);
    }

    /// <summary>Null where flags were set for what follows.</summary>
    private Re2Node? ParseAtom()
    {
        switch (pattern[_at])
        {
            case '(':
                return ParseGroup();
            case '[':
                return new Re2Node.Characters(ParseClass());
            case '\\':
                return ParseEscape();
            case '.':
                _at++;
                return new Re2Node.Characters(_flags.HasFlag(Flags.DotAll) ? Re2CharSet.All : Re2CharSet.Of(('\n', '\n')).Negate());
            case '^':
                _at++;
                return new Re2Node.Anchor(_flags.HasFlag(Flags.MultiLine) ? Re2Node.AnchorKind.LineStart : Re2Node.AnchorKind.TextStart);
            case '$':
                _at++;
                return new Re2Node.Anchor(_flags.HasFlag(Flags.MultiLine) ? Re2Node.AnchorKind.LineEnd : Re2Node.AnchorKind.TextEnd);
            case '{' when TryCount(out _, out _):
                throw Error("there is nothing to repeat before '{'");
            default:
                return Literal(Next());
        }
    }

    private Re2Node ParseRepeat(Re2Node atom)
    {
        if (!TryRepeat(out var least, out var most))
        {
            return atom;
        }

        var isLazy = _flags.HasFlag(Flags.Ungreedy);
        if (!IsAtEnd && pattern[_at] == '?')
        {
            _at++;
            isLazy = !isLazy;
        }

        if (TryRepeat(out _, out _))
        {
            throw Error("it repeats a repetition; RE2 has neither '**' nor possessive '++'");
        }

        var repeat = new Re2Node.Repeat(atom, least, most, keepsGroups && isLazy);
        return repeat.Repetition <= LargestCount ? repeat : throw Error("it repeats more than 1000 times");
    }

    private bool TryRepeat(out int least, out int? most)
    {
        (least, most) = (0, null);
        if (IsAtEnd)
        {
            return false;
        }

        switch (pattern[_at])
        {
            case '*':
                break;
            case '+':
                least = 1;
                break;
            case '?':
                most = 1;
                break;
            default:
                return TryCount(out least, out most);
        }

        _at++;
        return true;
    }

    /// <summary><c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>; anything else with a brace is literal text.</summary>
    private bool TryCount(out int least, out int? most)
    {
        (least, most) = (0, null);
        var start = _at;
        if (!IsAtEnd && pattern[_at] == '{')
        {
            _at++;
            if (TryInteger(out least))
            {
                most = least;
                var isOpen = !IsAtEnd && pattern[_at] == ',';
                if (isOpen)
                {
                    _at++;
                    most = TryInteger(out var written) ? written : null;
                }

                if (!IsAtEnd && pattern[_at] == '}')
                {
                    _at++;
                    return least <= LargestCount && (most ?? least) <= LargestCount && least <= (most ?? least)
                        ? true : throw Error("a repetition count is above 1000, or its bounds are the wrong way round");
                }
            }
        }

        _at = start;
        return false;
    }

    private bool TryInteger(out int value)
    {
        value = 0;
        var start = _at;
        while (!IsAtEnd && char.IsAsciiDigit(pattern[_at]))
        {
            value = Math.Min((value * 10) + (pattern[_at++] - '0'), LargestCount + 1);
        }

        // RE2 takes a count with a leading zero for text.
        var isInteger = _at > start && (_at == start + 1 || pattern[start] != '0');
        _at = isInteger ? _at : start;
        return isInteger;
    }

    private Re2Node.Characters Literal(int codePoint)
    {
        var orbit = _flags.HasFlag(Flags.IgnoreCase) ? Re2CaseFolding.OrbitOf(codePoint) : null;
        return new Re2Node.Characters(Re2CharSet.Of((orbit ?? [codePoint]).Select(member => (member, member))));
    }

    /// <summary><c>\Q...\E</c>; a repetition after it holds for its last character.</summary>
    private void ParseQuoted(List<Re2Node> nodes)
    {
        _at += 2;
        var end = pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
        var stop = end < 0 ? pattern.Length : end;
        Re2Node? last = null;
        while (_at < stop)
        {
            if (last is not null)
            {
                nodes.Add(last);
            }

            last = Literal(Next());
        }

        _at = end < 0 ? pattern.Length : end + 2;
        if (last is not null)
        {
            nodes.Add(ParseRepeat(last));
        }
        else if (!IsAtEnd && pattern[_at] is '*' or '+' or '?')
        {
            throw Error("there is nothing to repeat after an empty quotation");
        }
    }

    private int Next()
    {
        if (!Rune.TryGetRuneAt(pattern, _at, out var rune))
        {
            throw Error("it holds half of a surrogate pair");
        }

        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    private bool Starts(string text) => string.CompareOrdinal(pattern, _at, text, 0, text.Length) == 0;

    private Re2SyntaxException Error(string message)
        => new(string.Create(CultureInfo.InvariantCulture, $"{message} (at character {Math.Min(_at, pattern.Length) + 1})"));
}
