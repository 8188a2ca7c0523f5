using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>
/// The section of the configuration as a source. It signals with the configuration's reload token, and by watching the content of the JSON
/// files itself: a half-written file empties the section without a token, and the edit that mends it may bring none.
/// </summary>
internal sealed class SectionSource : IRuleSource, IDisposable
{
    private readonly ConfigurationSectionReader _reader;
    private readonly FileSetMonitor _monitor;
    private volatile IReadOnlyList<string> _files = [];

    public SectionSource(ConfigurationSectionReader reader, TimeProvider time)
    {
        _reader = reader;
        Name = $"section {reader.DisplayPath}";
        _monitor = new FileSetMonitor(
            List,
            () => [.. reader.GetReloadingFiles().Select(path => Path.GetDirectoryName(path)!).Distinct()],
            (directory, name) => FilePattern.MayRedirect(name) || _files.Contains(Path.Combine(directory, name)),
            deletionGrace: TimeSpan.Zero,
            time);
    }

    public string Name { get; }

    public IChangeToken GetChangeToken() => new CompositeChangeToken([_reader.GetReloadToken(), _monitor.GetChangeToken()]);

    public IReadOnlyList<SourceDocument> Read()
    {
        var files = _monitor.ReadAll().ToDictionary(pair => pair.Key.Path, pair => pair.Value);
        var watched = _files;
        var reading = _reader.Read(path => files.TryGetValue(path, out var file) ? file
            : watched.Contains(path) ? FileReading.Missing
            : FileContent.Read(path));
        return reading.Section is null ? [] : [SourceDocument.Of(Name, reading.Section, reading.Findings)];
    }

    private List<WatchedFile> List()
    {
        var files = _reader.GetReloadingFiles();
        _files = files;
        return [.. files.Select(path => new WatchedFile(path, 0))];
    }

    public void Dispose() => _monitor.Dispose();
}
