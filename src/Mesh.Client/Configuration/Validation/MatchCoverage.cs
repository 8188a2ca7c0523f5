using System.Globalization;
using System.Text;

namespace Mesh.Client.Configuration;

/// <summary>Which matches of earlier rules leave nothing for a later one: the same conditions, or the same with a path under an earlier prefix.</summary>
internal sealed class MatchCoverage
{
    // The look for prefixes costs the length of a path for each; nobody writes more by hand.
    private const int MostMatches = 1_000;
    private const int LongestPath = 256;

    private readonly Dictionary<string, ConfigurationNode> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, ConfigurationNode>> _prefixes = new(StringComparer.Ordinal);

    /// <summary>The match that takes every call of this one; null where there is none.</summary>
    public ConfigurationNode? FindCover(HttpMatchConfiguration match)
    {
        var conditions = Conditions(match);
        if (_seen.TryGetValue(conditions + Path(match), out var same))
        {
            return same;
        }

        if (match.Uri is not { Kind: StringMatchKind.Prefix or StringMatchKind.Exact, Value.Length: <= LongestPath } path || !_prefixes.TryGetValue(conditions, out var prefixes))
        {
            return null;
        }

        var byText = prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var length = 0; length <= path.Value.Length; length++)
        {
            if (byText.TryGetValue(path.Value.AsSpan(0, length), out var cover))
            {
                return cover;
            }
        }

        return null;
    }

    public void Add(HttpMatchConfiguration match)
    {
        var conditions = Conditions(match);
        _seen.TryAdd(conditions + Path(match), match.Node);
        if (match.Uri is not { Kind: StringMatchKind.Prefix, Value.Length: <= LongestPath } prefix || _seen.Count > MostMatches)
        {
            return;
        }

        if (!_prefixes.TryGetValue(conditions, out var prefixes))
        {
            _prefixes.Add(conditions, prefixes = new(StringComparer.Ordinal));
        }

        prefixes.TryAdd(prefix.Value, match.Node);
    }

    private static string Path(HttpMatchConfiguration match) => match.Uri is { } uri ? $"{(int)uri.Kind} {uri.Value}" : "";

    private static string Conditions(HttpMatchConfiguration match)
    {
        var text = new StringBuilder();
        Add(text, "method", match.Method);
        Add(text, "scheme", match.Scheme);
        Add(text, "authority", match.Authority);
        AddAll(text, "header", match.Headers);
        AddAll(text, "without", match.WithoutHeaders);
        AddAll(text, "query", match.QueryParams);
        foreach (var (name, value) in match.SourceLabels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            Add(text, "label", name, value);
        }

        Add(text, "from", match.SourceNamespace ?? "");
        Add(text, "port", match.Port?.ToString(CultureInfo.InvariantCulture) ?? "");
        Add(text, "case", match.IgnoreUriCase ? "any" : "");
        foreach (var gateway in match.Gateways.Order(StringComparer.Ordinal))
        {
            Add(text, "gateway", gateway);
        }

        return text.ToString();
    }

    private static void AddAll(StringBuilder text, string what, IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> conditions)
    {
        foreach (var (name, condition) in conditions.OrderBy(condition => condition.Key, StringComparer.Ordinal))
        {
            Add(text, what, name);
            Add(text, "is", condition);
        }
    }

    private static void Add(StringBuilder text, string what, StringMatchConfiguration? condition)
    {
        if (condition is not null)
        {
            Add(text, what, $"{(int)condition.Kind}", condition.Value);
        }
    }

    /// <summary>With lengths, so that no value can be taken for the next condition.</summary>
    private static void Add(StringBuilder text, string what, params ReadOnlySpan<string> values)
    {
        text.Append(what);
        foreach (var value in values)
        {
            text.Append(CultureInfo.InvariantCulture, $" {value.Length}:").Append(value);
        }

        text.Append('\n');
    }
}
