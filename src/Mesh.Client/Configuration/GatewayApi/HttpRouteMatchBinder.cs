namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>matches</c> of an HTTPRoute.</summary>
internal static class HttpRouteMatchBinder
{
    private static readonly KeyValuePair<string, StringMatchKind>[] PathTypes =
        [new("Exact", StringMatchKind.Exact), new("PathPrefix", StringMatchKind.PathPrefix), new("RegularExpression", StringMatchKind.Regex)];

    private static readonly string[] Methods =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    private static readonly string[] ForbiddenParts = ["//", "/./", "/../", "%2f", "%2F"];

    /// <summary>What takes every call: the match that stands for none.</summary>
    public static RankedMatch All(ConfigurationNode node, string place)
        => Ranked(new() { Node = node, Place = place, Uri = Prefix("/", node) });

    public static RankedMatch Bind(FieldReader fields, string place)
    {
        var match = new HttpMatchConfiguration
        {
            Node = fields.Node,
            Place = place,
            Uri = Path(fields),
            Headers = NamedMatchesBinder.Headers(fields),
            QueryParams = NamedMatchesBinder.QueryParams(fields),
            Method = Method(fields),
        };
        fields.Finish();
        return Ranked(match);
    }

    private static RankedMatch Ranked(HttpMatchConfiguration match) => new(match, MatchRank.OfHttp(match));

    private static StringMatchConfiguration Prefix(string path, ConfigurationNode node) => new(StringMatchKind.PathPrefix, path.TrimEnd('/'), node);

    private static StringMatchConfiguration? Method(FieldReader fields)
    {
        if (fields.Text("method") is not { } written)
        {
            return null;
        }

        var node = fields.Take("method")!;
        if (Methods.Contains(written))
        {
            return new(StringMatchKind.Exact, written, node);
        }

        fields.Findings.Error(FindingCodes.UnknownValue, node, $"{FindingSink.Quote(written)} is not allowed; one of {string.Join(", ", Methods)} is needed.");
        return null;
    }

    private static StringMatchConfiguration Path(FieldReader match)
    {
        if (match.Object("path") is not { } fields)
        {
            return Prefix("/", match.Node);
        }

        var kind = fields.Choice("type", PathTypes) ?? StringMatchKind.PathPrefix;
        var value = fields.Text("value") ?? "/";
        fields.Finish();
        var at = fields.Take("value") ?? fields.Node;
        if (kind == StringMatchKind.Regex)
        {
            return NamedMatchesBinder.Pattern(value, at, fields.Findings);
        }

        if (FindError(value) is { } error)
        {
            fields.Findings.Error(FindingCodes.BadRouteMatch, at, $"{FindingSink.Quote(value)} cannot be a path: {error}.");
        }

        return kind == StringMatchKind.Exact ? new(kind, value, fields.Node) : Prefix(value, fields.Node);
    }

    private static string? FindError(string path)
        => PathText.FindError(path) ?? (Array.Find(ForbiddenParts, part => path.Contains(part, StringComparison.Ordinal)) is { } part ? $"'{part}' is not allowed in it"
            : path.EndsWith("/..", StringComparison.Ordinal) || path.EndsWith("/.", StringComparison.Ordinal) ? "it cannot end with '/.' or '/..'"
            : null);
}
