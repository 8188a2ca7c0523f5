namespace Mesh.Client.Configuration;

/// <summary>Resources that are legal and not built: each says what does not happen.</summary>
internal static class UnbuiltResource
{
    public static void Report(string kind, FieldReader fields)
        => fields.Findings.Warning(FindingCodes.UnbuiltResource, fields.Node, $"a {kind} is not built yet in this version; {Consequence(kind)}.");

    private static string Consequence(string kind) => kind switch
    {
        _ => "it has no effect",
    };
}
