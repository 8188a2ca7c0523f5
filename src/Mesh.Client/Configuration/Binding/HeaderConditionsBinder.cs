namespace Mesh.Client.Configuration;

/// <summary>The mappings <c>headers</c> and <c>withoutHeaders</c>.</summary>
internal static class HeaderConditionsBinder
{
    /// <param name="node">The mapping; null where it is not written.</param>
    /// <param name="gatewayOnly">Takes the names of conditions that only a gateway could look at.</param>
    /// <param name="findings">Where to report.</param>
    /// <returns>Names in lower case; those with a colon stand for parts of the request.</returns>
    public static List<KeyValuePair<string, StringMatchConfiguration>> Bind(ConfigurationNode? node, List<string> gatewayOnly, FindingSink findings)
    {
        var headers = new List<KeyValuePair<string, StringMatchConfiguration>>();
        if (node is null)
        {
            return headers;
        }

        if (node.Kind != NodeKind.Mapping)
        {
            ScalarReader.WrongType(node, "a mapping from header name to condition", findings);
            return headers;
        }

        var lines = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, condition) in node.Properties)
        {
            var lower = name.ToLowerInvariant();
            if (!lines.TryAdd(lower, condition.Position.Line))
            {
                findings.Error(FindingCodes.DuplicateKey, condition,
                    $"the header {FindingSink.Quote(name)} is written twice, on line {lines[lower]} and on line {condition.Position.Line}.", "Remove one of them.");
            }

            if (StringMatchBinder.Bind(condition, allowsPresence: true, allowsEmptyPrefix: false, findings) is { } match
                && IsKept(name, lower, condition, gatewayOnly, findings))
            {
                headers.Add(new(lower, match));
            }
        }

        return headers;
    }

    private static bool IsKept(string name, string lower, ConfigurationNode condition, List<string> gatewayOnly, FindingSink findings)
    {
        switch (lower)
        {
            case "uri" or "scheme" or "method" or "authority":
                findings.Warning(FindingCodes.IgnoredCondition, condition,
                    $"'{lower}' names no header here; Istio ignores the condition, and so does the mesh.",
                    $"Write it beside 'headers', as match.{lower}.");
                return false;
            case ":path" or ":method" or ":scheme" or ":authority":
                return true;
            case ['@', ..]:
                findings.Warning(FindingCodes.UnbuiltCondition, condition,
                    $"a condition on {FindingSink.Quote(name)} works at gateways only, where tokens are checked; this match never holds, since leaving the condition out would send calls to rules that were not meant for them.");
                gatewayOnly.Add(name);
                return false;
            default:
                if (!HeaderName.IsValid(name))
                {
                    findings.Error(FindingCodes.BadHeaderName, condition, $"{FindingSink.Quote(name)} cannot be a header name; letters, digits and - are usual.");
                }

                return true;
        }
    }
}
