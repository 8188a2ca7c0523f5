namespace Mesh.Client.Configuration;

/// <summary>Subset names: each a DNS label, each once.</summary>
internal static class SubsetsValidator
{
    public static void Check(IReadOnlyList<SubsetConfiguration> subsets, FindingSink findings)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var subset in subsets)
        {
            var at = subset.Node.Field("name") ?? subset.Node;
            if (!DnsName.IsAnyCaseLabel(subset.Name))
            {
                findings.Error(FindingCodes.BadSubsetName, at,
                    $"{FindingSink.Quote(subset.Name)} cannot be a subset name: {DnsName.AnyCaseLabelRule}.");
            }

            if (!lines.TryAdd(subset.Name, at.Position.Line))
            {
                findings.Error(FindingCodes.DuplicateSubset, at,
                    $"the subset '{subset.Name}' is written twice, on line {lines[subset.Name]} and on line {at.Position.Line}.", "Rename or remove one of them.");
            }

            if (subset.Node.Field("labels") is null or { Kind: NodeKind.Mapping, Properties.Count: 0 })
            {
                findings.Info(FindingCodes.SubsetWithoutLabels, subset.Node,
                    $"the subset '{subset.Name}' names no labels and holds every endpoint of the host.");
            }
        }
    }
}
