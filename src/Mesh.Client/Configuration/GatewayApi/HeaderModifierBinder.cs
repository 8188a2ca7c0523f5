namespace Mesh.Client.Configuration;

/// <summary>The filters <c>RequestHeaderModifier</c> and <c>ResponseHeaderModifier</c>. Values are what they are: a percent sign begins nothing.</summary>
internal static class HeaderModifierBinder
{
    /// <param name="fields">The settings.</param>
    /// <param name="isResponse">They are for answers.</param>
    /// <param name="authority">What the call has as <c>Host</c>, where that is set; else null.</param>
    public static HeaderOperationsConfiguration Bind(FieldReader fields, bool isResponse, out string? authority)
    {
        authority = null;
        var operations = new HeaderOperationsConfiguration
        {
            Set = Values(fields, "set", isResponse, ref authority),
            Add = Values(fields, "add", isResponse, ref authority),
            Remove = HeadersBinder.Names(fields),
        };
        fields.Finish();
        return operations;
    }

    private static List<KeyValuePair<string, HeaderTemplate>> Values(FieldReader fields, string list, bool isResponse, ref string? authority)
    {
        var findings = fields.Findings;
        var values = new List<KeyValuePair<string, HeaderTemplate>>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in fields.Items(list))
        {
            if (FieldReader.Open(item, findings) is not { } header)
            {
                continue;
            }

            var name = header.RequiredText("name");
            var value = header.RequiredText("value");
            header.Finish();
            if (name is null || value is null)
            {
                continue;
            }

            if (!seen.Add(name))
            {
                findings.Warning(FindingCodes.RepeatedCondition, item, $"'{list}' names the header {FindingSink.Quote(name)} before; only the first entry counts.", "Remove one of them.");
            }
            else if (!isResponse && HeadersBinder.IsAuthority(name))
            {
                HeadersBinder.CheckAuthority(value, header.Take("value")!, findings);
                authority ??= value;
            }
            else if (HeadersBinder.IsName(name, header.Take("name")!, findings) && HeadersBinder.Literal(value, header.Take("value")!, findings) is { } template)
            {
                values.Add(new(name, template));
            }
        }

        return values;
    }
}
