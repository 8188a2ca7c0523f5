namespace Mesh.Client.Configuration;

/// <summary>Labels as Kubernetes allows them; others could never be selected there.</summary>
internal static class LabelSyntax
{
    private const int Longest = 63;

    public static void Check(string key, ConfigurationNode value, FindingSink findings)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (!IsName(key.AsSpan(slash + 1)) || (slash >= 0 && !DnsName.IsSubdomain(key[..slash])))
        {
            findings.Error(FindingCodes.BadLabel, value, $"{FindingSink.Quote(key)} cannot be a label: letters, digits, '-', '_' and '.' are allowed, 63 at most, with a DNS name and '/' in front if wanted.");
        }

        if (value.Text is { Length: > 0 } text && !IsName(text))
        {
            findings.Error(FindingCodes.BadLabel, value, $"{FindingSink.Quote(text)} cannot be a label's value: letters, digits, '-', '_' and '.' are allowed, 63 at most, with a letter or digit at either end.");
        }
    }

    /// <summary>The same text for the same labels, in whatever order they are written.</summary>
    public static string ToText(IReadOnlyDictionary<string, string> labels)
        => labels.Count == 0 ? "" : string.Join(',', labels.Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));

    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Longest || !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
