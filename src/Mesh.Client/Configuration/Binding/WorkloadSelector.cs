namespace Mesh.Client.Configuration;

/// <summary><c>workloadSelector</c>: the labels that a workload must carry.</summary>
internal static class WorkloadSelector
{
    /// <param name="fields">The selector; null where none is written.</param>
    /// <param name="name">The field of the labels, which Istio names differently from kind to kind.</param>
    public static IReadOnlyDictionary<string, string>? Bind(FieldReader? fields, string name)
    {
        if (fields is null)
        {
            return null;
        }

        var labels = fields.TextMap(name, LabelSyntax.Check);
        fields.Finish();
        if (labels.Count == 0)
        {
            fields.Findings.Warning(FindingCodes.SelectorWithoutLabels, fields.Node, $"the selector names no {name} and selects every workload of its namespace.", $"Write {name}, or remove the selector.");
        }

        return labels;
    }

    public static bool Selects(this IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (name, value) in selector)
        {
            if (!labels.TryGetValue(name, out var own) || own != value)
            {
                return false;
            }
        }

        return true;
    }
}
