namespace Mesh.Client.Configuration;

/// <content>Groups, their names and flags.</content>
internal sealed partial class Re2Parser
{
    private Re2Node? ParseGroup()
    {
        _at++;
        var outer = _flags;
        var captures = true;
        if (Starts("?P<") || Starts("?<"))
        {
            ParseName();
        }
        else if (Starts("?"))
        {
            _at++;
            captures = false;
            if (!ParseFlags())
            {
                return null;
            }
        }

        Groups += captures ? 1 : 0;
        var node = ParseChoice();
        if (IsAtEnd)
        {
            throw Error("a '(' is not closed");
        }

        _at++;
        _flags = outer;
        return captures && keepsGroups ? new Re2Node.Group(node) : node;
    }

    private void ParseName()
    {
        var start = pattern.IndexOf('<', _at) + 1;
        var end = pattern.IndexOf('>', start);
        var name = end < 0 ? "" : pattern[start..end];
        if (name.Length == 0 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
        {
            throw Error("a group's name is not letters, digits and '_' between '<' and '>'; look-behind is not RE2");
        }

        if (!_names.Add(name))
        {
            throw Error($"two groups are named '{name}'");
        }

        _at = end + 1;
    }

    /// <summary>True where a group follows, false where the flags hold for the rest of the enclosing one.</summary>
    private bool ParseFlags()
    {
        var flags = _flags;
        var isNegated = false;
        var hasFlag = false;
        while (!IsAtEnd)
        {
            var letter = pattern[_at++];
            var flag = letter switch
            {
                'i' => Flags.IgnoreCase,
                'm' => Flags.MultiLine,
                's' => Flags.DotAll,
                'U' => Flags.Ungreedy,
                _ => Flags.None,
            };
            if (flag != Flags.None)
            {
                flags = isNegated ? flags & ~flag : flags | flag;
                hasFlag = true;
            }
            else if (letter == '-' && !isNegated)
            {
                (isNegated, hasFlag) = (true, false);
            }
            else if (letter is ':' or ')' && (!isNegated || hasFlag) && (letter == ':' || hasFlag))
            {
                _flags = flags;
                if (letter == ')' && !IsAtEnd && pattern[_at] is '*' or '+' or '?')
                {
                    throw Error("there is nothing to repeat after the flags");
                }

                return letter == ':';
            }
            else
            {
                break;
            }
        }

        throw Error("'(?' starts neither a group of RE2 nor its flags i, m, s, U; look-around, comments and conditions are not RE2");
    }
}
