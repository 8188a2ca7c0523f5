namespace Mesh.Client.Configuration;

/// <summary>Resources that are legal and not built: each says what does not happen.</summary>
internal static class UnbuiltResource
{
    public static void Report(string kind, FieldReader fields)
    {
        if (kind == "ReferenceGrant")
        {
            fields.Findings.Info(FindingCodes.UnbuiltResource, fields.Node,
                "a ReferenceGrant has no effect: routes between services may name backends of every namespace (GEP-1294); what must not be called is for AuthorizationPolicy and NetworkPolicy to say.");
            return;
        }

        fields.Findings.Warning(FindingCodes.UnbuiltResource, fields.Node, $"a {kind} is not built yet in this version; it has no effect.");
    }
}
