namespace Mesh.Client.Configuration;

/// <summary>Istio's Percent: a mapping with the field <c>value</c>.</summary>
internal static class PercentageReader
{
    public static double Read(ConfigurationNode node, FindingSink findings)
    {
        if (node.Kind == NodeKind.Number)
        {
            findings.Error(FindingCodes.BadPercentage, node, "a percentage is a mapping with one field.",
                $"Write percentage: {{ value: {node.Text} }}.");
            return 0;
        }

        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return 0;
        }

        var written = fields.Take("value");
        var value = written is null ? 0 : ScalarReader.Number(written, findings) ?? 0;
        if (value is < 0 or > 100 or (> 0 and < 0.0001))
        {
            findings.Error(FindingCodes.BadPercentage, written!,
                $"{FindingSink.Quote(written!.Text)} is not a percentage; 0, or 0.0001 to 100, is allowed.");
        }

        fields.Finish();
        return value;
    }
}
