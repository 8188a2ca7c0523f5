namespace Mesh.Client.Configuration;

/// <summary><c>mirror</c> with its percentage, or <c>mirrors</c>.</summary>
internal static class MirrorBinder
{
    public static IReadOnlyList<MirrorConfiguration> Bind(FieldReader fields)
    {
        var single = fields.Take("mirror");
        var percentage = Percentage(fields, single);
        var mirrors = fields.Items("mirrors").Select(item => BindEntry(item, fields.Findings)).OfType<MirrorConfiguration>().ToList();
        if (single is null)
        {
            return mirrors;
        }

        if (fields.Take("mirrors") is { } both)
        {
            fields.Findings.Error(FindingCodes.Conflict, both, "'mirror' and 'mirrors' exclude each other.", "Move the mirror into mirrors.");
        }

        return DestinationBinder.Bind(single, single, fields.Findings) is { } destination
            ? [new() { Destination = destination, Percentage = percentage }]
            : [];
    }

    private static MirrorConfiguration? BindEntry(ConfigurationNode node, FindingSink findings)
    {
        if (FieldReader.Open(node, findings) is not { } fields)
        {
            return null;
        }

        var destination = DestinationBinder.BindField(fields);
        var percentage = fields.Take("percentage") is { } written ? PercentageReader.Read(written, findings) : 100;
        fields.Finish();
        return destination is null ? null : new() { Destination = destination, Percentage = percentage };
    }

    private static double Percentage(FieldReader fields, ConfigurationNode? mirror)
    {
        var older = fields.Take("mirrorPercent");
        var current = fields.Take("mirrorPercentage");
        if (older is not null)
        {
            fields.Findings.Info(FindingCodes.Deprecated, older, "'mirrorPercent' is the older name of 'mirrorPercentage' and still works.",
                $"Write mirrorPercentage: {{ value: {older.Text} }}.");
        }

        if (older is not null && current is not null)
        {
            fields.Findings.Warning(FindingCodes.BadPercentage,
                older, "'mirrorPercent' and 'mirrorPercentage' are both written; 'mirrorPercentage' is used.", "Remove mirrorPercent.");
        }

        if (mirror is null && (current ?? older) is { } alone)
        {
            fields.Findings.Warning(FindingCodes.BadMirror, alone, "a percentage without 'mirror' mirrors nothing.", "Write mirror: { host: ... }, or remove the percentage.");
        }

        return current is not null ? PercentageReader.Read(current, fields.Findings)
            : older is not null ? ScalarReader.Integer(older, 0, 100, fields.Findings) ?? 100
            : 100;
    }
}
