namespace Mesh.Client.Configuration;

/// <summary>What the watcher calls to make rules of documents; in tests something simpler.</summary>
internal sealed record WatcherDelegates
{
    public Func<MeshDocument, LoadedDocument> Load { get; init; } = DocumentLoader.Load;

    public Func<string, ConfigurationNode, LoadedDocument> LoadSection { get; init; } = DocumentLoader.LoadSection;

    public Func<IReadOnlyList<LoadedDocument>, (MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings)> Merge { get; init; }
        = static documents => ConfigurationMerger.Merge(documents, Environment.GetEnvironmentVariable);
}
