namespace Mesh.Client.Configuration;

/// <summary><c>exportTo</c>: everywhere is what happens; anything narrower is not built.</summary>
internal static class ExportTo
{
    public static void Bind(FieldReader fields)
    {
        var namespaces = fields.Texts("exportTo");
        if (namespaces.Count > 0 && !namespaces.Contains("*"))
        {
            fields.NotBuilt("exportTo", "the rule is seen from every namespace");
        }
    }
}
