namespace Mesh.Client.Configuration;

/// <summary>Where a process or an endpoint stands: <c>region</c>, <c>region/zone</c> or <c>region/zone/subzone</c>.</summary>
internal static class LocalityText
{
    public static string? Take(FieldReader fields)
    {
        var text = fields.Text("locality");
        if (text is not null && !IsValid(text))
        {
            fields.Findings.Error(FindingCodes.BadLocality, fields.Take("locality")!,
                $"{FindingSink.Quote(text)} is not a locality; region, region/zone or region/zone/subzone is needed.");
        }

        return text;
    }

    public static bool IsValid(string text)
        => text.Split('/') is { Length: <= 3 } parts && Array.TrueForAll(parts, part => part.Length > 0 && !part.Contains('*', StringComparison.Ordinal));
}
