namespace Mesh.Client.Configuration;

/// <summary><c>exportTo</c>: the namespaces that see a rule.</summary>
internal static class ExportTo
{
    private const string All = "*";
    private const string Own = ".";
    private const string Nobody = "~";

    /// <summary>As written; empty where nothing is.</summary>
    public static IReadOnlyList<string> Bind(FieldReader fields)
    {
        var nodes = fields.Items("exportTo");
        var names = fields.Texts("exportTo");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes.Where(node => node.Text is not null))
        {
            if (node.Text is not (All or Own or Nobody) && !DnsName.IsLabel(node.Text!))
            {
                fields.Findings.Error(FindingCodes.BadExportTo, node, $"{FindingSink.Quote(node.Text)} is no namespace: '.', '*', '~' or a name is needed ({DnsName.LabelRule}).");
            }
            else if (!seen.Add(node.Text!))
            {
                fields.Findings.Error(FindingCodes.BadExportTo, node, $"{FindingSink.Quote(node.Text)} is written twice.", "Remove one of them.");
            }
        }

        if (seen.Count > 1 && seen.Contains(Nobody))
        {
            fields.Findings.Error(FindingCodes.BadExportTo, fields.Take("exportTo")!, "'~' means nobody and excludes all else.", "Remove '~', or the others.");
        }
        else if (seen.Count > 1 && seen.Contains(All))
        {
            fields.Findings.Warning(FindingCodes.BadExportTo, fields.Take("exportTo")!, "'*' means every namespace, so that the others change nothing.", "Remove the others, or '*'.");
        }

        return names;
    }

    /// <summary>The same text for the same names. As in Istio what is written counts: <c>*</c> is another text than nothing.</summary>
    public static string ToText(IReadOnlyList<string> exportTo) => exportTo.Count < 2 ? exportTo.FirstOrDefault("") : string.Join(',', exportTo.Distinct().Order(StringComparer.Ordinal));

    /// <summary>Whether what <paramref name="owner"/> exports reaches <paramref name="namespace"/>.</summary>
    public static bool Reaches(IReadOnlyList<string> exportTo, string owner, string @namespace)
    {
        if (exportTo.Count == 0)
        {
            return true;
        }

        foreach (var name in exportTo)
        {
            if (name == All || name == @namespace || (name == Own && owner == @namespace))
            {
                return true;
            }
        }

        return false;
    }
}
