using System.Globalization;

namespace Bookinfo.Ratings;

/// <summary>Reads a product number leniently: digits up to the first other character, as JavaScript's parseInt does.</summary>
internal static class ProductId
{
    public const string Missing = "please provide numeric product ID";

    public static long? Parse(string text)
    {
        var trimmed = text.AsSpan().TrimStart();
        var length = trimmed is ['+' or '-', ..] ? 1 : 0;
        while (length < trimmed.Length && char.IsAsciiDigit(trimmed[length]))
        {
            length++;
        }

        return long.TryParse(trimmed[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
