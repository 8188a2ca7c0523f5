namespace Mesh.Client.Configuration;

/// <summary>Istio's StringMatch: <c>exact</c>, <c>prefix</c>, <c>regex</c>, or presence alone.</summary>
internal static class StringMatchBinder
{
    /// <param name="node">The condition.</param>
    /// <param name="allowsPresence">Headers: <c>{}</c>, null and <c>regex: "*"</c> ask whether it is there.</param>
    /// <param name="allowsEmptyPrefix">The uri alone: an empty prefix covers every path.</param>
    /// <param name="findings">Where to report.</param>
    public static StringMatchConfiguration? Bind(ConfigurationNode node, bool allowsPresence, bool allowsEmptyPrefix, FindingSink findings)
    {
        if (allowsPresence && (node.Kind == NodeKind.Null || (node.Kind == NodeKind.Mapping && node.Properties.Count == 0)))
        {
            return new StringMatchConfiguration(StringMatchKind.Present, "", node);
        }

        if (node.Kind is NodeKind.String or NodeKind.Number or NodeKind.Boolean or NodeKind.Untyped)
        {
            findings.Error(FindingCodes.BadStringMatch, node, "the condition does not say how to compare.",
                $"Write {{ \"exact\": \"{node.Text}\" }}.");
            return null;
        }

        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var exact = fields.TextOrEmpty("exact");
        var prefix = fields.TextOrEmpty("prefix");
        var regex = fields.TextOrEmpty("regex");
        fields.Finish();
        var forms = (exact is null ? 0 : 1) + (prefix is null ? 0 : 1) + (regex is null ? 0 : 1);
        if (forms != 1)
        {
            if (forms > 1 || node.Properties.Count == 0)
            {
                findings.Error(FindingCodes.BadStringMatch, node,
                    $"one of exact, prefix and regex is needed, and {(forms == 0 ? "none" : "more than one")} is written.");
            }

            return null;
        }

        if (exact is not null)
        {
            return new StringMatchConfiguration(StringMatchKind.Exact, exact, node);
        }

        return prefix is not null ? Prefix(node, prefix, allowsEmptyPrefix, findings) : Regex(node, regex!, allowsPresence, findings);
    }

    private static StringMatchConfiguration? Prefix(ConfigurationNode node, string prefix, bool allowsEmptyPrefix, FindingSink findings)
    {
        if (prefix.Length > 0 || allowsEmptyPrefix)
        {
            return new StringMatchConfiguration(StringMatchKind.Prefix, prefix, node);
        }

        findings.Error(FindingCodes.BadStringMatch, node, "an empty prefix is allowed for uri alone.", "Write a prefix, or {} to ask whether a header is there.");
        return null;
    }

    private static StringMatchConfiguration? Regex(ConfigurationNode node, string regex, bool allowsPresence, FindingSink findings)
    {
        if (allowsPresence && regex == "*")
        {
            return new StringMatchConfiguration(StringMatchKind.Present, "", node);
        }

        // Translating tells whether it can be used; building the automaton is left to whoever matches with it.
        if (Re2Pattern.TryTranslate(regex, out _, out var error))
        {
            return new StringMatchConfiguration(StringMatchKind.Regex, regex, node);
        }

        findings.Error(FindingCodes.BadRegex, node.Field("regex") ?? node,
            $"the pattern {FindingSink.Quote(regex)} cannot be used: {error}.");
        return null;
    }
}
