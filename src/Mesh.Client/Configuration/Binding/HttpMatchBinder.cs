namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>match</c>.</summary>
internal static class HttpMatchBinder
{
    public static HttpMatchConfiguration? Bind(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var gatewayOnly = new List<string>();
        var match = new HttpMatchConfiguration
        {
            Node = node,
            Name = fields.Text("name"),
            Uri = Condition(fields, "uri", allowsEmptyPrefix: true),
            Method = Condition(fields, "method"),
            Scheme = Condition(fields, "scheme"),
            Authority = Condition(fields, "authority"),
            Headers = [.. HeaderConditionsBinder.Bind(fields.Take("headers"), gatewayOnly, findings).Where(IsQuestion)],
            WithoutHeaders = HeaderConditionsBinder.Bind(fields.Take("withoutHeaders"), gatewayOnly, findings),
            QueryParams = QueryParams(fields.Take("queryParams"), findings),
            IgnoreUriCase = fields.Flag("ignoreUriCase") ?? false,
            Port = fields.Integer("port", 1, 65535),
            SourceLabels = fields.TextMap("sourceLabels", LabelSyntax.Check),
            SourceNamespace = SourceNamespace(fields),
            Gateways = fields.Texts("gateways"),
            UnbuiltCondition = gatewayOnly.Count == 0 ? null : string.Join(", ", gatewayOnly),
        };
        fields.NotBuilt("statPrefix", "metrics carry no prefix, and the tag mesh.rule tells the calls of the rule apart", ValueChecks.Text);
        fields.Finish();
        CheckUnasked(match, findings);
        return match;
    }

    /// <summary>Every request has a method, a scheme and an authority, so that asking for their presence asks nothing.</summary>
    private static bool IsQuestion(KeyValuePair<string, StringMatchConfiguration> header)
        => !header.Key.StartsWith(':') || header.Value.Kind != StringMatchKind.Present;

    private static StringMatchConfiguration? Condition(FieldReader fields, string name, bool allowsEmptyPrefix = false)
        => fields.Take(name) is { } node ? StringMatchBinder.Bind(node, allowsPresence: false, allowsEmptyPrefix, fields.Findings) : null;

    private static List<KeyValuePair<string, StringMatchConfiguration>> QueryParams(ConfigurationNode? node, FindingSink findings)
    {
        var parameters = new List<KeyValuePair<string, StringMatchConfiguration>>();
        if (node is null)
        {
            return parameters;
        }

        if (node.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(node, "a mapping from query parameter to condition", findings);
            return parameters;
        }

        foreach (var (name, condition) in node.Properties)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny("&=#"))
            {
                findings.Error(FindingCodes.BadQueryParameter, condition,
                    $"{FindingSink.Quote(name)} cannot be the name of a query parameter: it is the text before '=', and has none of '&', '=' and '#'.");
            }
            else if (StringMatchBinder.Bind(condition, allowsPresence: true, allowsEmptyPrefix: false, findings) is { } match)
            {
                parameters.Add(new(name, match));
            }
        }

        return parameters;
    }

    private static string? SourceNamespace(FieldReader fields)
    {
        var name = fields.Text("sourceNamespace");
        if (name is not null && !DnsName.IsLabel(name))
        {
            fields.Findings.Error(FindingCodes.BadName, fields.Take("sourceNamespace")!, $"{FindingSink.Quote(name)} cannot be a namespace: {DnsName.LabelRule}.");
        }

        return name;
    }

    private static void CheckUnasked(HttpMatchConfiguration match, FindingSink findings)
    {
        foreach (var name in (ReadOnlySpan<string>)["sourceLabels", "sourceNamespace"])
        {
            if (match.Gateways.Count > 0 && match.Node.Field(name) is { } condition)
            {
                findings.Warning(FindingCodes.IgnoredCondition, condition,
                    $"'{name}' is not asked where the match names gateways: Istio takes either the one or the other.",
                    "Remove one of them; without gateways the match holds for those of the rule.");
            }
        }
    }
}
