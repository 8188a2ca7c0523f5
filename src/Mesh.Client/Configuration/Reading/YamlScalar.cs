using System.Buffers;

namespace Mesh.Client.Configuration;

/// <summary>Which type a plain YAML scalar has, by the core schema of YAML 1.2: <c>yes</c> and <c>on</c> are text.</summary>
internal static class YamlScalar
{
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    public static NodeKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => NodeKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => NodeKind.Boolean,
        _ => IsNumber(text) ? NodeKind.Number : NodeKind.String,
    };

    private static bool IsNumber(string text)
    {
        if (text is ".nan" or ".NaN" or ".NAN")
        {
            return true;
        }

        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return text.Length > 2 && !text.AsSpan(2).ContainsAnyExcept(Hexadecimal);
        }

        if (text.StartsWith("0o", StringComparison.Ordinal))
        {
            return text.Length > 2 && !text.AsSpan(2).ContainsAnyExceptInRange('0', '7');
        }

        var rest = text.AsSpan(text[0] is '-' or '+' ? 1 : 0);
        return rest is ".inf" or ".Inf" or ".INF" || IsDecimal(rest);
    }

    private static bool IsDecimal(ReadOnlySpan<char> rest)
    {
        var whole = Digits(ref rest);
        var fraction = 0;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = Digits(ref rest);
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (rest is ['e' or 'E', ..])
        {
            rest = rest[(rest.Length > 1 && rest[1] is '-' or '+' ? 2 : 1)..];
            return Digits(ref rest) > 0 && rest.IsEmpty;
        }

        return rest.IsEmpty;
    }

    private static int Digits(ref ReadOnlySpan<char> rest)
    {
        var count = rest.IndexOfAnyExceptInRange('0', '9');
        count = count < 0 ? rest.Length : count;
        rest = rest[count..];
        return count;
    }
}
