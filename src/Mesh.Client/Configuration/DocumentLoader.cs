namespace Mesh.Client.Configuration;

/// <summary>Reads, binds and checks one document. Never throws for bad input: everything wrong is a finding.</summary>
internal static class DocumentLoader
{
    private const string SectionPath = "Mesh";

    public static LoadedDocument Load(MeshDocument document) => Load(document, DiscoveryWords.BuiltIn);

    /// <param name="document">The document.</param>
    /// <param name="discoveryWords">What <c>Discovery</c> can name.</param>
    public static LoadedDocument Load(MeshDocument document, DiscoveryWords discoveryWords)
    {
        var findings = new List<MeshFinding>();
        if (document.Format != MeshDocumentFormat.MeshJson)
        {
            return BindResources(document.Name, ReadResources(document, findings), findings);
        }

        var section = JsonNodeReader.Read(document.Name, document.Text, SectionPath, PathStyle.Colons, findings);
        var loaded = section is null ? Refused(document.Name, findings) : BindSection(document.Name, section, findings, discoveryWords);
        return document.IsFallback ? loaded with { IsFallback = true } : loaded;
    }

    /// <summary>The trees of a document of Istio's resources; those before an error, and a finding, where it cannot be read.</summary>
    public static IReadOnlyList<ConfigurationNode> ReadResources(MeshDocument document, List<MeshFinding> findings)
    {
        if (document.Format == MeshDocumentFormat.IstioYaml)
        {
            return YamlNodeReader.Read(document.Name, document.Text, findings);
        }

        return JsonNodeReader.Read(document.Name, document.Text, "", PathStyle.Dots, findings) is { } root ? [root] : [];
    }

    /// <summary>The same for a <c>Mesh</c> section that is already a tree.</summary>
    public static LoadedDocument LoadSection(string name, ConfigurationNode section) => LoadSection(name, section, DiscoveryWords.BuiltIn);

    /// <summary>The same where more than the built-in ways of discovery can be named.</summary>
    public static LoadedDocument LoadSection(string name, ConfigurationNode section, DiscoveryWords discoveryWords)
        => BindSection(name, section, [], discoveryWords);

    /// <summary>The same for one whose spelling is asked for.</summary>
    public static LoadedDocument LoadSection(string name, ConfigurationNode section, DiscoveryWords discoveryWords, FieldSpellings spellings)
        => BindSection(name, section, [], discoveryWords, spellings);

    /// <summary>The same for Istio's resources that are already trees.</summary>
    public static LoadedDocument LoadResources(string name, IReadOnlyList<ConfigurationNode> roots, FieldSpellings spellings)
        => BindResources(name, roots, [], spellings);

    private static LoadedDocument BindSection(string name, ConfigurationNode section, List<MeshFinding> findings,
        DiscoveryWords discoveryWords, FieldSpellings? spellings = null)
    {
        var settings = new HashSet<string>(StringComparer.Ordinal);
        var configuration = SectionBinder.Bind(section, new DocumentContent(), settings, new FindingSink(name, findings) { Spellings = spellings, DiscoveryWords = discoveryWords });
        return Finish(name, configuration, settings, findings);
    }

    private static LoadedDocument BindResources(string name, IReadOnlyList<ConfigurationNode> roots, List<MeshFinding> findings,
        FieldSpellings? spellings = null)
    {
        // What could not be read as a whole is refused as a whole; findings about its first half would only hide the cause.
        if (findings.Count > 0)
        {
            return Refused(name, findings);
        }

        var content = new DocumentContent();
        var sink = new FindingSink(name, findings) { Spellings = spellings };
        foreach (var root in roots.Where(root => root.Kind != NodeKind.Null))
        {
            ResourceBinder.Bind(root, content, sink);
        }

        return Finish(name, content.Apply(MeshConfiguration.Empty), [], findings);
    }

    private static LoadedDocument Finish(string name, MeshConfiguration configuration, HashSet<string> settings, List<MeshFinding> findings)
        => findings.Exists(finding => finding.RefusesDocument)
            ? Refused(name, findings)
            : new LoadedDocument { Name = name, Configuration = configuration, Findings = findings, Settings = settings };

    private static LoadedDocument Refused(string name, List<MeshFinding> findings)
        => new() { Name = name, Configuration = MeshConfiguration.Empty, Findings = findings };
}
