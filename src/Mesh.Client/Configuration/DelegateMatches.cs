namespace Mesh.Client.Configuration;

/// <summary>The conditions of a rule and of its delegate as one: every pair of matches, but for pairs in which the delegate does not narrow the
/// rule. Which those are is decided as Istio decides it, from the text of the conditions alone; only two that are written alike go
/// together here, where Istio drops patterns and presence even then.</summary>
internal static class DelegateMatches
{
    /// <summary>Null where no pair is left.</summary>
    public static IReadOnlyList<HttpMatchConfiguration>? Merge(IReadOnlyList<HttpMatchConfiguration> root, IReadOnlyList<HttpMatchConfiguration> leaf)
    {
        if (root.Count == 0 || leaf.Count == 0)
        {
            return root.Count == 0 ? leaf : root;
        }

        HttpMatchConfiguration[] pairs = [.. root.SelectMany(outer => leaf.Where(inner => !Conflicts(outer, inner)).Select(inner => Merge(outer, inner)))];
        return pairs.Length == 0 ? null : pairs;
    }

    private static HttpMatchConfiguration Merge(HttpMatchConfiguration root, HttpMatchConfiguration leaf) => leaf with
    {
        Name = root.Name is not null && leaf.Name is not null ? $"{root.Name}-{leaf.Name}" : leaf.Name ?? root.Name,
        Uri = leaf.Uri ?? root.Uri,
        Scheme = leaf.Scheme ?? root.Scheme,
        Method = leaf.Method ?? root.Method,
        Authority = leaf.Authority ?? root.Authority,
        Headers = Merge(root.Headers, leaf.Headers),
        WithoutHeaders = Merge(root.WithoutHeaders, leaf.WithoutHeaders),
        QueryParams = Merge(root.QueryParams, leaf.QueryParams),
        Port = leaf.Port ?? root.Port,
        SourceLabels = new Dictionary<string, string>(root.SourceLabels.Concat(leaf.SourceLabels).DistinctBy(label => label.Key)),
        SourceNamespace = leaf.SourceNamespace ?? root.SourceNamespace,
        Gateways = leaf.Gateways.Count > 0 ? leaf.Gateways : root.Gateways,
        UnbuiltCondition = leaf.UnbuiltCondition ?? root.UnbuiltCondition,
    };

    private static List<KeyValuePair<string, StringMatchConfiguration>> Merge(
        IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> root, IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> leaf)
        => [.. leaf, .. root.Where(outer => leaf.All(inner => inner.Key != outer.Key))];

    private static bool Conflicts(HttpMatchConfiguration root, HttpMatchConfiguration leaf)
        => Conflicts(root.Uri, leaf.Uri)
            || Conflicts(root.Scheme, leaf.Scheme)
            || Conflicts(root.Method, leaf.Method)
            || Conflicts(root.Authority, leaf.Authority)
            || Conflicts(root.Headers, leaf.Headers)
            || Conflicts(root.WithoutHeaders, leaf.WithoutHeaders)
            || Conflicts(root.QueryParams, leaf.QueryParams)
            || root.IgnoreUriCase != leaf.IgnoreUriCase
            || (root.Port is not null && leaf.Port is not null && root.Port != leaf.Port)
            || leaf.SourceLabels.Any(label => root.SourceLabels.TryGetValue(label.Key, out var value) && value != label.Value)
            || (root.SourceNamespace is not null && root.SourceNamespace != leaf.SourceNamespace)
            || (root.Gateways.Count > 0 && leaf.Gateways.Except(root.Gateways).Any());

    private static bool Conflicts(
        IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> root, IReadOnlyList<KeyValuePair<string, StringMatchConfiguration>> leaf)
        => root.Any(outer => leaf.Any(inner => inner.Key == outer.Key && Conflicts(outer.Value, inner.Value)));

    /// <summary>Patterns are not compared, and neither is presence: of them only the same text is known to narrow.</summary>
    private static bool Conflicts(StringMatchConfiguration? root, StringMatchConfiguration? leaf)
    {
        if (root is null || leaf is null || (root.Kind == leaf.Kind && root.Value == leaf.Value))
        {
            return false;
        }

        return root.Kind != StringMatchKind.Prefix
            || leaf.Kind is not (StringMatchKind.Exact or StringMatchKind.Prefix)
            || !leaf.Value.StartsWith(root.Value, StringComparison.Ordinal);
    }
}
