using System.Buffers;

namespace Mesh.Client.Configuration;

/// <summary>Which texts may stand in YAML without quotes. Fewer than could: other readers of the file, kubectl's among them, know YAML 1.1, where
/// <c>yes</c>, <c>1_000</c>, <c>12:30</c> and <c>2026-01-31</c> are no texts.</summary>
internal static class PlainScalar
{
    private static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly SearchValues<char> Kept =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,: ");

    private static readonly SearchValues<char> OfDurations = SearchValues.Create("0123456789.hmsu");

    private static readonly SearchValues<string> Words = SearchValues.Create(
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null"], StringComparison.OrdinalIgnoreCase);

    public static bool IsText(string text)
    {
        if (text.Length == 0 || text.AsSpan().ContainsAnyExcept(Kept) || Words.Contains(text))
        {
            return false;
        }

        if (char.IsAsciiDigit(text[0]))
        {
            return text[^1] is 's' or 'm' or 'h' && !text.AsSpan().ContainsAnyExcept(OfDurations);
        }

        return (Letters.Contains(text[0]) || text[0] == '/')
            && text[^1] is not (' ' or ':')
            && !text.Contains(": ", StringComparison.Ordinal);
    }
}
