namespace Mesh.Client.Configuration;

/// <summary>What the watcher calls to make rules of documents; in tests something simpler.</summary>
internal sealed record WatcherDelegates
{
    public Func<MeshDocument, LoadedDocument> Load { get; init; } = DocumentLoader.Load;

    public Func<string, ConfigurationNode, LoadedDocument> LoadSection { get; init; } = DocumentLoader.LoadSection;

    public Func<IReadOnlyList<LoadedDocument>, (MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings)> Merge { get; init; }
        = static documents => ConfigurationMerger.Merge(documents, Environment.GetEnvironmentVariable);

    /// <summary>What a source had at the end of an earlier run, by its name; null where that is not known.</summary>
    public Func<string, RestoredRules?> Restore { get; init; } = static _ => null;

    /// <param name="discoveryWords">What <c>Discovery</c> can name.</param>
    public static WatcherDelegates For(DiscoveryWords discoveryWords) => new()
    {
        Load = document => DocumentLoader.Load(document, discoveryWords),
        LoadSection = (name, section) => DocumentLoader.LoadSection(name, section, discoveryWords),
    };
}
