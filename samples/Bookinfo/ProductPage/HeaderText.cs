namespace Bookinfo.ProductPage;

/// <summary>Makes any text fit for a header: printable ASCII stays as it is, so that rules can match it; all else is percent-encoded.</summary>
internal static class HeaderText
{
    public static string Encode(string text)
        => text.All(c => c is >= ' ' and <= '~') ? text : string.Concat(text.EnumerateRunes().Select(Encode));

    private static string Encode(System.Text.Rune rune)
        => rune.Value is >= ' ' and <= '~' ? rune.ToString() : Uri.EscapeDataString(rune.ToString());
}
