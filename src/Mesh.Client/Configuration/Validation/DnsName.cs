namespace Mesh.Client.Configuration;

/// <summary>Names as DNS and Kubernetes write them (RFC 1123).</summary>
internal static class DnsName
{
    public const string LabelRule = "lower-case letters, digits and '-' are allowed, 63 at most, and no '-' at either end";

    public const string AnyCaseLabelRule = "letters, digits and '-' are allowed, 63 at most, and no '-' at either end";

    private const int LongestLabel = 63;
    private const int LongestName = 253;

    /// <summary>What Kubernetes allows for namespaces.</summary>
    public static bool IsLabel(string text) => IsLabel(text, allowsUpperCase: false);

    /// <summary>What Istio allows for subsets and for the names of ports.</summary>
    public static bool IsAnyCaseLabel(string text) => IsLabel(text, allowsUpperCase: true);

    /// <summary>What Kubernetes allows for names of resources: labels with dots between.</summary>
    public static bool IsSubdomain(string text)
    {
        if (text.Length is 0 or > LongestName)
        {
            return false;
        }

        foreach (var range in text.AsSpan().Split('.'))
        {
            if (!IsLabel(text.AsSpan()[range], allowsUpperCase: false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A host: labels in any case, an ending dot allowed.</summary>
    public static bool IsHost(ReadOnlySpan<char> text)
    {
        text = text is [.., '.'] ? text[..^1] : text;
        if (text.Length is 0 or > LongestName)
        {
            return false;
        }

        foreach (var range in text.Split('.'))
        {
            if (!IsLabel(text[range], allowsUpperCase: true))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLabel(ReadOnlySpan<char> text, bool allowsUpperCase)
    {
        if (text.Length is 0 or > LongestLabel || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character != '-'
                && !(allowsUpperCase && char.IsAsciiLetterUpper(character)))
            {
                return false;
            }
        }

        return true;
    }
}
