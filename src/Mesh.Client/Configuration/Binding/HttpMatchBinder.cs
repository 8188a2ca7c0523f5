namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>match</c>.</summary>
internal static class HttpMatchBinder
{
    private const string NeverHolds = "this match never holds, since leaving the condition out would send calls to rules that were not meant for them";

    public static HttpMatchConfiguration? Bind(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var unbuilt = new List<string>();
        var headers = Headers(fields.Take("headers"), unbuilt, findings, out var pseudo);
        var match = new HttpMatchConfiguration
        {
            Node = node,
            Name = fields.Text("name"),
            Uri = Condition(fields, "uri", allowsEmptyPrefix: true),
            Method = Pseudo(pseudo, ":method", Condition(fields, "method"), unbuilt),
            Scheme = Pseudo(pseudo, ":scheme", Condition(fields, "scheme"), unbuilt),
            Authority = Pseudo(pseudo, ":authority", Condition(fields, "authority"), unbuilt),
            Headers = headers,
            IgnoreUriCase = fields.Flag("ignoreUriCase") ?? false,
            Port = fields.Integer("port", 1, 65535),
            Gateways = fields.Texts("gateways"),
        };
        foreach (var name in (ReadOnlySpan<string>)["queryParams", "withoutHeaders", "sourceLabels", "sourceNamespace"])
        {
            if (fields.Take(name) is { } condition && !IsEmpty(condition))
            {
                findings.Warning(FindingCodes.UnbuiltCondition, condition,
                    $"the condition '{name}' is not built yet in this version; {NeverHolds}.");
                unbuilt.Add(name);
            }
        }

        fields.NotBuilt("statPrefix", "metrics carry no prefix");
        fields.Finish();
        return match with { UnbuiltCondition = unbuilt.Count == 0 ? null : string.Join(", ", unbuilt) };
    }

    private static bool IsEmpty(ConfigurationNode node) => node.Kind == NodeKind.Mapping && node.Properties.Count == 0;

    private static StringMatchConfiguration? Condition(FieldReader fields, string name, bool allowsEmptyPrefix = false)
        => fields.Take(name) is { } node ? StringMatchBinder.Bind(node, allowsPresence: false, allowsEmptyPrefix, fields.Findings) : null;

    private static List<KeyValuePair<string, StringMatchConfiguration>> Headers(
        ConfigurationNode? node, List<string> unbuilt, FindingSink findings, out Dictionary<string, StringMatchConfiguration> pseudo)
    {
        var headers = new List<KeyValuePair<string, StringMatchConfiguration>>();
        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        pseudo = new Dictionary<string, StringMatchConfiguration>(StringComparer.Ordinal);
        if (node is null)
        {
            return headers;
        }

        if (node.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(node, "a mapping from header name to condition", findings);
            return headers;
        }

        foreach (var (name, condition) in node.Properties)
        {
            var lower = name.ToLowerInvariant();
            if (!lines.TryAdd(lower, condition.Position.Line))
            {
                findings.Error(FindingCodes.DuplicateKey, condition,
                    $"the header {FindingSink.Quote(name)} is written twice, on line {lines[lower]} and on line {condition.Position.Line}.", "Remove one of them.");
            }

            if (StringMatchBinder.Bind(condition, allowsPresence: true, allowsEmptyPrefix: false, findings) is not { } match)
            {
                continue;
            }

            switch (lower)
            {
                case "uri" or "scheme" or "method" or "authority":
                    findings.Warning(FindingCodes.IgnoredCondition, condition,
                        $"'{lower}' names no header here; Istio ignores the condition, and so does the mesh.",
                        $"Write it beside 'headers', as match.{lower}.");
                    break;
                case ":method" or ":scheme" or ":authority":
                    // Every request has these, so that presence alone always holds.
                    if (match.Kind != StringMatchKind.Present)
                    {
                        pseudo[lower] = match;
                    }

                    break;
                case [':' or '@', ..]:
                    findings.Warning(FindingCodes.UnbuiltCondition, condition,
                        $"the condition on {FindingSink.Quote(name)} is not built yet in this version; {NeverHolds}.");
                    unbuilt.Add($"headers[{name}]");
                    break;
                default:
                    CheckName(name, condition, findings);
                    headers.Add(new(lower, match));
                    break;
            }
        }

        return headers;
    }

    private static void CheckName(string name, ConfigurationNode at, FindingSink findings)
    {
        if (!HeaderName.IsValid(name))
        {
            findings.Error(FindingCodes.BadHeaderName, at, $"{FindingSink.Quote(name)} cannot be a header name; letters, digits and - are usual.");
        }
    }

    /// <summary>A pseudo header is the field of the same meaning; where both are written, both must hold, which one field cannot say.</summary>
    private static StringMatchConfiguration? Pseudo(
        Dictionary<string, StringMatchConfiguration> pseudo, string name, StringMatchConfiguration? written, List<string> unbuilt)
    {
        if (!pseudo.TryGetValue(name, out var match))
        {
            return written;
        }

        if (written is not null)
        {
            unbuilt.Add($"headers[{name}] beside {name[1..]}");
        }

        return written ?? match;
    }
}
