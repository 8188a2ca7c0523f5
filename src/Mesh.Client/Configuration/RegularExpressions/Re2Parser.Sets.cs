using System.Globalization;

namespace Mesh.Client.Configuration;

/// <content>Escapes and bracketed sets.</content>
internal sealed partial class Re2Parser
{
    private Re2Node ParseEscape()
    {
        if (_at + 1 >= pattern.Length)
        {
            throw Error("it ends with '\\'");
        }

        var letter = pattern[_at + 1];
        Re2Node.AnchorKind? anchor = letter switch
        {
            'A' => Re2Node.AnchorKind.TextStart,
            'z' => Re2Node.AnchorKind.TextEnd,
            'b' => Re2Node.AnchorKind.Boundary,
            'B' => Re2Node.AnchorKind.NoBoundary,
            _ => null,
        };
        if (anchor is { } kind)
        {
            _at += 2;
            return new Re2Node.Anchor(kind);
        }

        return TrySetEscape() is { } set ? new Re2Node.Characters(set) : Literal(ParseEscapedCharacter());
    }

    /// <summary><c>\d</c> and its like, <c>\pL</c>, <c>\p{^Lu}</c>; null where a single character is escaped.</summary>
    private Re2CharSet? TrySetEscape()
    {
        var letter = pattern[_at + 1];
        if (Re2Classes.Perl(letter) is { } perl)
        {
            _at += 2;

            // Under (?i) RE2 folds \w before it negates \W, so that the long s is in neither or both alike.
            return Folded(Re2Classes.Perl(char.ToLowerInvariant(letter))!, char.IsAsciiLetterUpper(letter)) ?? perl;
        }

        if (letter is not ('p' or 'P'))
        {
            return null;
        }

        _at += 2;
        if (IsAtEnd)
        {
            throw Error("'\\p' names no class");
        }

        var end = pattern[_at] == '{' ? pattern.IndexOf('}', _at) : _at;
        if (end < 0)
        {
            throw Error("'\\p{' is not closed");
        }

        var name = pattern[_at] == '{' ? pattern[(_at + 1)..end] : pattern[_at].ToString();
        var isNegated = letter == 'P' ^ name.StartsWith('^');
        name = name.StartsWith('^') ? name[1..] : name;
        if (Re2Classes.Unicode(name) is not { } set)
        {
            throw Error($"the class '\\p{{{name}}}' is not known; Unicode's general categories such as L, Lu and Nd are, scripts are not");
        }

        _at = end + 1;
        return Folded(set, isNegated) ?? (isNegated ? set.Negate() : set);
    }

    /// <summary>Null where case counts.</summary>
    private Re2CharSet? Folded(Re2CharSet set, bool isNegated)
    {
        if (!_flags.HasFlag(Flags.IgnoreCase))
        {
            return null;
        }

        return isNegated ? set.Fold().Negate() : set.Fold();
    }

    private int ParseEscapedCharacter()
    {
        _at++;
        if (IsAtEnd)
        {
            throw Error("it ends with '\\'");
        }

        var letter = pattern[_at++];
        switch (letter)
        {
            case >= '1' and <= '7' when IsAtEnd || pattern[_at] is < '0' or > '7':
                throw Error("back-references are not RE2");
            case >= '0' and <= '7':
                return ParseOctal(letter - '0');
            case 'x':
                return ParseHexadecimal();
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case < (char)0x80 when !char.IsAsciiLetterOrDigit(letter):
                return letter;
            default:
                throw Error($"'\\{letter}' is not RE2");
        }
    }

    private int ParseOctal(int value)
    {
        for (var digits = 1; digits < 3 && !IsAtEnd && pattern[_at] is >= '0' and <= '7'; digits++)
        {
            value = (value * 8) + (pattern[_at++] - '0');
        }

        return value;
    }

    private int ParseHexadecimal()
    {
        var isBraced = !IsAtEnd && pattern[_at] == '{';
        var end = isBraced ? pattern.IndexOf('}', _at) : _at + 2;
        var digits = end < 0 || end > pattern.Length ? [] : pattern.AsSpan()[(isBraced ? _at + 1 : _at)..end];
        if (digits.Length is 0 or > 6 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is > Re2CharSet.Largest or (>= 0xD800 and <= 0xDFFF))
        {
            throw Error("'\\x' needs two digits, or up to six between braces, that name a character");
        }

        _at = isBraced ? end + 1 : end;
        return value;
    }

    private Re2CharSet ParseClass()
    {
        _at++;
        var isNegated = Starts("^");
        _at += isNegated ? 1 : 0;
        var ranges = new List<(int Low, int High)>();
        for (var isFirst = true; isFirst || IsAtEnd || pattern[_at] != ']'; isFirst = false)
        {
            if (IsAtEnd)
            {
                throw Error("a '[' is not closed");
            }

            if (TryPosix() is { } posix)
            {
                ranges.AddRange(posix.Ranges);
            }
            else if (pattern[_at] == '\\' && _at + 1 < pattern.Length && TrySetEscape() is { } set)
            {
                ranges.AddRange(set.Ranges);
            }
            else
            {
                ranges.Add(ParseRange());
            }
        }

        _at++;
        var all = Re2CharSet.Of(ranges);
        all = _flags.HasFlag(Flags.IgnoreCase) ? all.Fold() : all;
        return isNegated ? all.Negate() : all;
    }

    private (int Low, int High) ParseRange()
    {
        var low = ParseClassCharacter();
        if (!Starts("-") || Starts("-]") || _at + 1 >= pattern.Length)
        {
            return (low, low);
        }

        _at++;
        var high = ParseClassCharacter();
        return low <= high ? (low, high) : throw Error("a range in brackets runs backwards");
    }

    private int ParseClassCharacter()
    {
        if (IsAtEnd)
        {
            throw Error("a '[' is not closed");
        }

        return pattern[_at] == '\\' ? ParseEscapedCharacter() : Next();
    }

    /// <summary><c>[:alpha:]</c>; null where the bracket is an ordinary character, as it is when nothing closes it.</summary>
    private Re2CharSet? TryPosix()
    {
        var end = Starts("[:") ? pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal) : -1;
        if (end < 0)
        {
            return null;
        }

        var name = pattern[(_at + 2)..end];
        var isNegated = name.StartsWith('^');
        if (Re2Classes.Posix(isNegated ? name[1..] : name) is not { } set)
        {
            throw Error($"the class '[:{name}:]' is not known");
        }

        _at = end + 2;
        return Folded(set, isNegated) ?? (isNegated ? set.Negate() : set);
    }
}
