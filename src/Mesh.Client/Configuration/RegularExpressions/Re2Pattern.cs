using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mesh.Client.Configuration;

/// <summary>RE2 patterns on .NET's non-backtracking engine, matching the whole value in linear time.</summary>
internal static class Re2Pattern
{
    // Istio's limit.
    private const int Longest = 1024;

    /// <summary>False with <paramref name="error"/> where the pattern is not RE2, is longer than 1,024 characters, or cannot be read the
    /// same way here.</summary>
    /// <remarks>The expression only tells whether a value matches: groups capture nothing, and which of several matches is found is moot.</remarks>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        if (!TryTranslate(pattern, out var translated, out error))
        {
            return false;
        }

        try
        {
            regex = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (NotSupportedException)
        {
            error = Re2SyntaxException.TooLarge;
            return false;
        }
    }

    /// <summary>The pattern in .NET's syntax, anchored at both ends.</summary>
    public static bool TryTranslate(string pattern, [NotNullWhen(true)] out string? translated, [NotNullWhen(false)] out string? error)
    {
        translated = null;
        if (!TryParse(pattern, out var node, out error))
        {
            return false;
        }

        try
        {
            translated = $@"\A(?:{Re2Writer.Write(Re2Boundaries.Remove(node))})\z";
            return true;
        }
        catch (Re2SyntaxException exception)
        {
            error = exception.Message;
            return false;
        }
    }

    /// <summary>The pattern in .NET's syntax, to be searched for, with its groups numbered as in RE2: for a replacement.</summary>
    /// <remarks>Word boundaries are refused: RE2's word is ASCII and .NET's is not, and here they cannot be written otherwise.</remarks>
    public static bool TryTranslateGroups(
        string pattern, [NotNullWhen(true)] out string? translated, out int groups, [NotNullWhen(false)] out string? error)
    {
        (translated, groups, error) = (null, 0, FindLengthError(pattern));
        if (error is not null)
        {
            return false;
        }

        try
        {
            var parser = new Re2Parser(pattern, keepsGroups: true);
            var node = parser.Parse();
            if (node.HasBoundary)
            {
                error = @"word boundaries (\b, \B) are not supported in a replacement";
                return false;
            }

            (translated, groups) = (Re2Writer.Write(node), parser.Groups);
            return true;
        }
        catch (Re2SyntaxException exception)
        {
            error = exception.Message;
            return false;
        }
    }

    public static bool TryParse(string pattern, [NotNullWhen(true)] out Re2Node? node, [NotNullWhen(false)] out string? error)
    {
        (node, error) = (null, FindLengthError(pattern));
        if (error is not null)
        {
            return false;
        }

        try
        {
            node = new Re2Parser(pattern).Parse();
            return true;
        }
        catch (Re2SyntaxException exception)
        {
            error = exception.Message;
            return false;
        }
    }

    private static string? FindLengthError(string pattern) => pattern.Length switch
    {
        0 => "it is empty",
        > Longest => "it is longer than 1024 characters",
        _ => null,
    };
}
