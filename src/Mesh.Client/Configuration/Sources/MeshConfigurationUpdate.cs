namespace Mesh.Client.Configuration;

/// <summary>One set of rules to go live: all accepted documents of all sources together.</summary>
internal sealed record MeshConfigurationUpdate(MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings, DateTimeOffset LoadedAt)
{
    /// <summary>False where no source has any document: nobody wrote rules, which differs from an empty <c>"Mesh": {}</c>.</summary>
    public bool IsConfigured { get; init; }
}
