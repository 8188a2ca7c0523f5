using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>
/// Reads a section of rules from a configuration without what a configuration loses: JSON files are read again from disk, so that order, types,
/// <c>{}</c>, null, <c>[]</c>, keys with colons and line numbers survive; what other providers say is laid over as text, in the order of the
/// providers. Not for use by two threads at once.
/// </summary>
/// <remarks>
/// A JSON file that cannot be read, is not JSON, or once held the section and is gone, makes the section fail: it is never taken for one with
/// fewer rules. So does a section that has gone from every place that held it; no rules on purpose is <c>"Mesh": {}</c>.
/// </remarks>
internal sealed class ConfigurationSectionReader
{
    private readonly IConfiguration _configuration;
    private readonly string _path;
    private readonly string? _contentRoot;
    private readonly JsonLayerReader _json;
    private HashSet<string> _held = [];
    private bool _hadRules;

    /// <summary>Text to tree; in tests something else than <see cref="JsonNodeReader"/>.</summary>
    public delegate ConfigurationNode? JsonTextReader(string source, string text, string rootPath, PathStyle style, List<MeshFinding> findings);

    /// <param name="configuration">The configuration the section is part of, or, with an empty <paramref name="path"/>, the section itself.</param>
    /// <param name="path">The path of the section, such as <c>Mesh</c> or <c>A:B</c>.</param>
    /// <param name="contentRoot">Files inside are named relative to it.</param>
    /// <param name="readJson">Text to tree.</param>
    public ConfigurationSectionReader(IConfiguration configuration, string path, string? contentRoot = null, JsonTextReader? readJson = null)
    {
        _configuration = configuration;
        _path = path;
        _contentRoot = contentRoot is null ? null : System.IO.Path.GetFullPath(contentRoot);
        _json = new JsonLayerReader(readJson ?? JsonNodeReader.Read);
        DisplayPath = configuration is not IConfigurationSection section ? path
            : path.Length == 0 ? section.Path
            : ConfigurationPath.Combine(section.Path, path);
    }

    /// <summary>The path that findings begin with.</summary>
    public string DisplayPath { get; }

    /// <summary>Fires when the configuration was reloaded.</summary>
    public IChangeToken GetReloadToken() => _configuration.GetReloadToken();

    /// <summary>The JSON files on disk whose edits the application wants to see while it runs.</summary>
    public IReadOnlyList<string> GetReloadingFiles() => [.. Layers()
        .Where(layer => layer.JsonSource is { ReloadOnChange: true })
        .Select(layer => layer.JsonPath)
        .OfType<string>()
        .Distinct()];

    /// <summary>Reads the section; throws <see cref="SourceFailureException"/> where it fails.</summary>
    /// <param name="readFile">Reads a file on disk.</param>
    public SectionReading Read(Func<string, FileReading> readFile)
    {
        var findings = new List<MeshFinding>();
        var failures = new List<MeshFinding>();
        var pieces = new List<LayerPiece>();
        var held = new HashSet<string>();
        var fromFile = false;
        foreach (var layer in Layers())
        {
            try
            {
                var found = layer.JsonSource is null ? ReadOverlay(layer) : ReadJson(layer, readFile, held, findings);
                fromFile |= layer.JsonSource is not null && found.Count > 0;
                pieces.AddRange(found);
            }
            catch (SourceFailureException exception)
            {
                failures.AddRange(exception.Findings);
            }
        }

        if (failures.Count > 0)
        {
            throw new SourceFailureException(failures);
        }

        if (_hadRules && (pieces.Count == 0 || (_held.Count > 0 && !fromFile)))
        {
            throw new SourceFailureException(SourceFindings.Refusal(
                SourceFindings.SectionVanished,
                DisplayPath,
                $"The section '{DisplayPath}' is gone while its rules are live, so they stay.",
                _held.Count > 0 ? string.Join(", ", _held) : null,
                $"Write \"{DisplayPath}\": {{}} if there shall be no rules."));
        }

        _held = held;
        _hadRules = pieces.Any(HasContent);
        return new SectionReading(pieces.Count == 0 ? null : new LayerMerger(findings).Merge(DisplayPath, pieces), findings);
    }

    private static bool HasContent(LayerPiece piece) => piece.Node.Kind != NodeKind.Mapping || piece.Node.Properties.Count > 0;

    private List<ConfigurationLayer> Layers() => ConfigurationLayers.Collect(_configuration, _path);

    private IReadOnlyList<LayerPiece> ReadOverlay(ConfigurationLayer layer)
        => OverlayLayerReader.Read(layer, DisplayPath) is { } piece ? [piece] : [];

    private IReadOnlyList<LayerPiece> ReadJson(
        ConfigurationLayer layer, Func<string, FileReading> readFile, HashSet<string> held, List<MeshFinding> findings)
    {
        var source = layer.JsonSource!;
        var name = layer.JsonPath is { } path && (_contentRoot is not null || System.IO.Path.IsPathRooted(source.Path ?? ""))
            ? FileNames.Shorten(path, _contentRoot)
            : source.Path ?? layer.Description;
        var reading = layer.FileInfo is not { Exists: true } file ? FileReading.Missing
            : layer.JsonPath is { } physical ? readFile(physical)
            : ReadStream(file);
        if (reading.IsMissing)
        {
            return !source.Optional || _held.Contains(name)
                ? throw new SourceFailureException(SourceFindings.Refusal(
                    SourceFindings.FileVanished,
                    DisplayPath,
                    "The file is gone, so the rules of the section stay as they were last read.",
                    name,
                    $"Put the file back, with \"{DisplayPath}\": {{}} if it shall hold no rules, or start the application again."))
                : [];
        }

        if (reading.Bytes is null)
        {
            throw new SourceFailureException(FileNames.Unreadable(name, reading.Failure!));
        }

        var text = FileContent.Decode(reading.Bytes) ?? throw new SourceFailureException(FileNames.Unreadable(name, "it is not text in UTF-8"));
        var pieces = _json.Read(name, text, layer.Path, findings);
        if (pieces.Any(HasContent))
        {
            held.Add(name);
        }

        return pieces;
    }

    private static FileReading ReadStream(Microsoft.Extensions.FileProviders.IFileInfo file)
    {
        try
        {
            using var stream = file.CreateReadStream();
            return FileContent.Read(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileReading(null, exception.Message);
        }
    }
}
