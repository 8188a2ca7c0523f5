namespace Mesh.Client.Configuration;

/// <summary>JSON text to nodes with line numbers, keeping order, types, <c>{}</c>, null and keys with colons. Comments and trailing commas
/// are allowed, as in appsettings files.</summary>
internal static class JsonNodeReader
{
    /// <summary>Null and an error finding where the text is not JSON, is too deep, or is too large.</summary>
    public static ConfigurationNode? Read(string source, string text, string rootPath, PathStyle style, List<MeshFinding> findings)
        => throw new NotImplementedException();
}
