namespace Mesh.Client.Configuration;

/// <summary><c>x-mesh</c> of the section itself.</summary>
internal static class MeshExtensionBinder
{
    public static MeshExtension Bind(FieldReader fields)
    {
        var defaults = MeshExtension.Default;
        var extension = new MeshExtension
        {
            Deadlines = fields.Flag("deadlines") ?? defaults.Deadlines,
            StopRetryChain = fields.Flag("stopRetryChain") ?? defaults.StopRetryChain,
            EnvoyRequestHeaders = fields.Flag("envoyRequestHeaders") ?? defaults.EnvoyRequestHeaders,
            MaxRetryAfter = fields.DurationOrZero("maxRetryAfter") ?? defaults.MaxRetryAfter,
        };
        fields.Finish();
        return extension;
    }
}
