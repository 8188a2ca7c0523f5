namespace Mesh.Client.Configuration;

/// <summary><c>headers</c> and <c>queryParams</c> of a match: lists of conditions with names.</summary>
internal static class NamedMatchesBinder
{
    private static readonly KeyValuePair<string, StringMatchKind>[] Types = [new("Exact", StringMatchKind.Exact), new("RegularExpression", StringMatchKind.Regex)];

    /// <summary>Names in lower case.</summary>
    public static IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> Headers(FieldReader fields)
        => Bind(fields, "headers", StringComparer.OrdinalIgnoreCase, (name, at, findings) =>
        {
            if (!HeaderName.IsValid(name))
            {
                findings.Error(FindingCodes.BadHeaderName, at, $"{FindingSink.Quote(name)} cannot be a header name; letters, digits and - are usual.");
            }

            return name.ToLowerInvariant();
        });

    public static IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> QueryParams(FieldReader fields)
        => Bind(fields, "queryParams", StringComparer.Ordinal, (name, at, findings) =>
        {
            if (!HeaderName.IsValid(name) || name.Contains('&', StringComparison.Ordinal) || name.Contains('#', StringComparison.Ordinal))
            {
                findings.Error(FindingCodes.BadQueryParameter, at, $"{FindingSink.Quote(name)} cannot be the name of a query parameter here; letters, digits and - are usual.");
            }

            return name;
        });

    public static StringMatchConfiguration Pattern(string pattern, ConfigurationNode at, FindingSink findings)
    {
        if (!Re2Pattern.TryTranslate(pattern, out _, out var error))
        {
            findings.Error(FindingCodes.BadRegex, at, $"the pattern {FindingSink.Quote(pattern)} cannot be used: {error}.");
        }

        return new(StringMatchKind.Regex, pattern, at);
    }

    private static List<KeyValuePair<string, StringMatchConfiguration>> Bind(
        FieldReader fields, string list, StringComparer names, Func<string, ConfigurationNode, FindingSink, string> check)
    {
        var conditions = new List<KeyValuePair<string, StringMatchConfiguration>>();
        var seen = new HashSet<string>(names);
        foreach (var item in fields.Items(list))
        {
            if (FieldReader.Open(item, fields.Findings) is not { } condition)
            {
                continue;
            }

            var kind = condition.Choice("type", Types) ?? StringMatchKind.Exact;
            var name = condition.RequiredText("name");
            var value = condition.RequiredText("value");
            condition.Finish();
            if (name is null || value is null)
            {
                continue;
            }

            var known = check(name, condition.Take("name")!, fields.Findings);
            if (!seen.Add(name))
            {
                fields.Findings.Warning(FindingCodes.RepeatedCondition, item, $"'{list}' asks for {FindingSink.Quote(name)} before; only the first condition counts.", "Remove one of them.");
                continue;
            }

            conditions.Add(new(known, kind == StringMatchKind.Regex ? Pattern(value, condition.Take("value")!, fields.Findings) : new(kind, value, item)));
        }

        return conditions;
    }
}
