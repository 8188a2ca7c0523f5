using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Mesh.Client.Configuration;

/// <summary>
/// RE2's global replacement, on paths: every match of a pattern, leftmost and preferring as Perl does, is replaced by a text in which
/// <c>\0</c> to <c>\9</c> stand for the match and its groups. Thread-safe; built on first use. Linear time.
/// </summary>
internal sealed class Re2Substitution
{
    private readonly string _translated;
    private readonly string _replacement;
    private Regex? _regex;

    private Re2Substitution(string pattern, string translated, string replacement)
        => (Pattern, _translated, _replacement) = (pattern, translated, replacement);

    /// <summary>As written.</summary>
    public string Pattern { get; }

    /// <summary>As written.</summary>
    public string Replacement => _replacement;

    /// <summary>False with <paramref name="error"/> where the pattern is not RE2 or the replacement names a group that it does not have.</summary>
    public static bool TryCreate(string pattern, string replacement, [NotNullWhen(true)] out Re2Substitution? substitution, [NotNullWhen(false)] out string? error)
    {
        substitution = null;
        if (!Re2Pattern.TryTranslateGroups(pattern, out var translated, out var groups, out error))
        {
            error = $"the pattern cannot be used: {error}";
            return false;
        }

        error = FindError(replacement, groups);
        substitution = error is null ? new(pattern, translated, replacement) : null;
        return error is null;
    }

    public string Apply(string text)
    {
        var regex = Volatile.Read(ref _regex) ?? Build();
        StringBuilder? result = null;
        var (at, lastEnd) = (0, -1);
        while (at <= text.Length && regex.Match(text, at) is { Success: true } match)
        {
            result ??= new StringBuilder(text.Length + _replacement.Length);
            result.Append(text, at, match.Index - at);
            at = match.Index;
            if (match.Length == 0 && match.Index == lastEnd)
            {
                // Nothing more is replaced where a match has just ended.
                result.Append(text, at, Math.Min(1, text.Length - at));
                at++;
                continue;
            }

            Append(result, match);
            lastEnd = at += match.Length;
        }

        return result is null ? text : result.Append(text, Math.Min(at, text.Length), Math.Max(0, text.Length - at)).ToString();
    }

    private static string? FindError(string replacement, int groups)
    {
        for (var i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '\\')
            {
                continue;
            }

            i++;
            if (i == replacement.Length || !(char.IsAsciiDigit(replacement[i]) || replacement[i] == '\\'))
            {
                return "in the replacement a '\\' stands before the number of a group, or before another '\\'";
            }

            if (replacement[i] != '\\' && replacement[i] - '0' > groups)
            {
                return $"the replacement names group {replacement[i]}, and the pattern has {groups}";
            }
        }

        return null;
    }

    private void Append(StringBuilder result, Match match)
    {
        for (var i = 0; i < _replacement.Length; i++)
        {
            if (_replacement[i] != '\\')
            {
                result.Append(_replacement[i]);
            }
            else if (_replacement[++i] == '\\')
            {
                result.Append('\\');
            }
            else
            {
                result.Append(match.Groups[_replacement[i] - '0'].ValueSpan);
            }
        }
    }

    private Regex Build()
    {
        var regex = new Regex(_translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        Volatile.Write(ref _regex, regex);
        return regex;
    }
}
