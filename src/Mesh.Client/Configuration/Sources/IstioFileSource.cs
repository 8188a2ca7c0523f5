using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>
/// Istio resources in files, watched: what <c>AddIstioYaml</c> adds. Files are read in the order of the patterns and, within one, by path,
/// so a later file wins where two define the same object. A file that was deleted takes its rules with it (after half a second, in
/// which replacing it does not count as deleting); one that cannot be read keeps what it held before.
/// </summary>
internal sealed class IstioFileSource : IMeshConfigurationSource, IRuleSource, IDisposable
{
    private static readonly TimeSpan DeletionGrace = TimeSpan.FromMilliseconds(500);

    private readonly FilePattern[] _patterns;
    private readonly string _contentRoot;
    private readonly FileSetMonitor _monitor;

    public IstioFileSource(IReadOnlyList<string> patterns, string contentRoot, TimeProvider time, bool notifications = true)
    {
        _contentRoot = Path.GetFullPath(contentRoot);
        _patterns = [.. patterns.Select(pattern => new FilePattern(pattern, _contentRoot))];
        Name = string.Join(", ", patterns);
        _monitor = new FileSetMonitor(
            List,
            () => [.. _patterns.Select(pattern => pattern.Directory).Distinct()],
            (directory, name) => _patterns.Any(pattern => pattern.Directory == directory && pattern.Concerns(name)),
            DeletionGrace,
            time,
            notifications);
    }

    public string Name { get; }

    public IChangeToken GetChangeToken() => _monitor.GetChangeToken();

    public IReadOnlyList<SourceDocument> Read() => [.. _monitor.ReadAll().Select(pair => ToDocument(pair.Key.Path, pair.Value))];

    /// <summary>The same for callers that know only the public contract: one file that cannot be read fails the whole source.</summary>
    public IReadOnlyList<MeshDocument> Load()
    {
        var documents = Read();
        var failures = documents.Where(document => document.Failure is not null).Select(document => document.Failure!).ToList();
        return failures.Count > 0 ? throw new SourceFailureException(failures) : [.. documents.Select(document => document.Document!)];
    }

    public void Dispose() => _monitor.Dispose();

    private List<WatchedFile> List()
    {
        var files = new List<WatchedFile>();
        var seen = new HashSet<string>();
        for (var order = 0; order < _patterns.Length; order++)
        {
            foreach (var path in _patterns[order].List())
            {
                if (seen.Add(path))
                {
                    files.Add(new WatchedFile(path, order));
                }
            }
        }

        return files;
    }

    private SourceDocument ToDocument(string path, FileReading reading)
    {
        var name = FileNames.Shorten(path, _contentRoot);
        if (reading.Bytes is not { } bytes)
        {
            return SourceDocument.Failing(name, FileNames.Unreadable(name, reading.Failure!));
        }

        if (FileContent.Decode(bytes) is not { } text)
        {
            return SourceDocument.Failing(name, FileNames.Unreadable(name, "it is not text in UTF-8"));
        }

        return SourceDocument.Of(string.Equals(Path.GetExtension(path), ".json", StringComparison.OrdinalIgnoreCase)
            ? MeshDocument.FromIstioJson(name, text)
            : MeshDocument.FromIstioYaml(name, text));
    }
}
