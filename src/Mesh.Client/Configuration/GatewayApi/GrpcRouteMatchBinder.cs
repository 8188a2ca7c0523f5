namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>matches</c> of a GRPCRoute. What it asks of service and method it asks of the path, which is /service/method.</summary>
internal static class GrpcRouteMatchBinder
{
    private static readonly KeyValuePair<string, bool>[] Types = [new("Exact", false), new("RegularExpression", true)];

    public static RankedMatch Bind(FieldReader fields, string place)
    {
        var headers = NamedMatchesBinder.Headers(fields);
        string? service = null;
        string? method = null;
        StringMatchConfiguration? path = null;
        if (fields.Object("method") is { } called)
        {
            var isPattern = called.Choice("type", Types) ?? false;
            (service, method) = (called.Text("service"), called.Text("method"));
            called.Finish();
            if (service is null && method is null)
            {
                called.Findings.Error(FindingCodes.BadRouteMatch, called.Node, "one of 'service' and 'method' is needed.", "Remove the block where every method is meant.");
            }
            else
            {
                path = isPattern ? PatternPath(service, method, called) : ExactPath(service, method, called);
            }
        }

        fields.Finish();
        return new(new() { Node = fields.Node, Place = place, Uri = path, Headers = headers }, MatchRank.OfGrpc(service, method, headers.Count));
    }

    private static StringMatchConfiguration ExactPath(string? service, string? method, FieldReader fields)
    {
        Check("service", service, allowsDots: true, fields);
        Check("method", method, allowsDots: false, fields);
        return (service, method) switch
        {
            (not null, not null) => new(StringMatchKind.Exact, $"/{service}/{method}", fields.Node),
            (not null, null) => new(StringMatchKind.Prefix, $"/{service}/", fields.Node),
            _ => new(StringMatchKind.Regex, $"/[^/]+/{method}", fields.Node),
        };
    }

    private static StringMatchConfiguration PatternPath(string? service, string? method, FieldReader fields)
    {
        foreach (var (name, pattern) in (ReadOnlySpan<(string, string?)>)[("service", service), ("method", method)])
        {
            if (pattern is not null)
            {
                NamedMatchesBinder.Pattern(pattern, fields.Take(name)!, fields.Findings);
            }
        }

        return new(StringMatchKind.Regex, $"/{Group(service)}/{Group(method)}", fields.Node);
    }

    private static string Group(string? pattern) => pattern is null ? "[^/]+" : $"(?:{pattern})";

    /// <summary>What the schema allows, of which nothing means anything to a pattern but the dot.</summary>
    private static void Check(string name, string? text, bool allowsDots, FieldReader fields)
    {
        if (text is null)
        {
            return;
        }

        var parts = allowsDots ? text.TrimStart('.').Split('.') : [text];
        if (parts.Any(part => part.Length == 0 || char.IsAsciiDigit(part[0]) || part.Any(character => !char.IsAsciiLetterOrDigit(character) && character != '_')))
        {
            fields.Findings.Error(FindingCodes.BadRouteMatch, fields.Take(name)!, $"{FindingSink.Quote(text)} cannot be a {name} of gRPC: letters, digits and '_' are allowed{(allowsDots ? ", with dots between" : "")}.");
        }
    }
}
