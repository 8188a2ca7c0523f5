using System.Globalization;
using System.Numerics;

namespace Mesh.Client.Configuration;

/// <summary>Numbers of YAML's core schema in JSON's spelling.</summary>
internal static class JsonNumber
{
    // Far more than any field holds; what is longer costs time out of all proportion.
    private const int LongestOtherBase = 256;

    /// <summary>Unchanged where JSON has the spelling too; null for what JSON cannot write, such as <c>.inf</c>.</summary>
    public static string? From(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0o", StringComparison.Ordinal))
        {
            return FromOtherBase(text.AsSpan(2), text[1] == 'x' ? 4 : 3);
        }

        var sign = text.StartsWith('-') ? "-" : "";
        var rest = text.AsSpan(text[0] is '-' or '+' ? 1 : 0);
        if (rest.EndsWith("inf", StringComparison.OrdinalIgnoreCase) || rest.EndsWith("nan", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var exponentAt = rest.IndexOfAny('e', 'E');
        var exponent = exponentAt < 0 ? "" : rest[exponentAt..];
        rest = exponentAt < 0 ? rest : rest[..exponentAt];
        var dot = rest.IndexOf('.');
        var fraction = dot < 0 ? "" : rest[dot..];
        var whole = (dot < 0 ? rest : rest[..dot]).TrimStart('0');
        return $"{sign}{(whole.IsEmpty ? "0" : whole)}{(fraction is "." ? "" : fraction)}{exponent}";
    }

    private static string? FromOtherBase(ReadOnlySpan<char> digits, int bits)
    {
        if (digits.Length > LongestOtherBase)
        {
            return null;
        }

        var value = BigInteger.Zero;
        foreach (var digit in digits)
        {
            value = (value << bits) + Convert.ToInt32(digit.ToString(), 16);
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }
}
