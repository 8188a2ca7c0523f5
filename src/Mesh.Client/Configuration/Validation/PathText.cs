namespace Mesh.Client.Configuration;

/// <summary>Paths that rules put into addresses, as they go on the wire: escaped.</summary>
internal static class PathText
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public static string? FindError(string path, bool allowsQuery = false)
    {
        if (!path.StartsWith('/'))
        {
            return "a path begins with '/'";
        }

        return FindCharacterError(path, allowsQuery);
    }

    public static string? FindCharacterError(string text, bool allowsQuery = false)
    {
        foreach (var character in text)
        {
            if (character is <= ' ' or > '~' or '#' or '"' or '<' or '>' || (character == '?' && !allowsQuery))
            {
                return $"{(character is < ' ' or > '~' ? $"U+{(int)character:X4}" : $"'{character}'")} stands for itself in no path; escape it as %{(int)character:X2}";
            }
        }

        return null;
    }
}
