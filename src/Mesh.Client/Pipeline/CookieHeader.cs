namespace Mesh.Client.Pipeline;

/// <summary>A value of the header <c>Cookie</c>: pairs with a semicolon between them.</summary>
internal static class CookieHeader
{
    /// <summary>The value of the first cookie of that name, without quotes around it; empty where there is none.</summary>
    public static ReadOnlySpan<char> Find(ReadOnlySpan<char> header, string name)
    {
        foreach (var range in header.Split(';'))
        {
            var pair = header[range].Trim(' ');
            if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
            {
                var value = pair[(name.Length + 1)..];
                return value is ['"', .. var quoted, '"'] ? quoted : value;
            }
        }

        return [];
    }
}
