namespace Mesh.Client.Configuration;

/// <summary>Where the last good state is kept. Read from the configuration alone, at the start: before any rules are.</summary>
internal sealed record StateConfiguration
{
    /// <summary>A directory; null keeps nothing.</summary>
    public string? Path { get; init; }
}
