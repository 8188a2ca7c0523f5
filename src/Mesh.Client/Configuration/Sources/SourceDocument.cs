namespace Mesh.Client.Configuration;

/// <summary>One document as a source hands it out: a text, a section that is already a tree, or the reason why neither could be had.</summary>
internal sealed record SourceDocument
{
    private SourceDocument(string name) => Name = name;

    public string Name { get; }

    public MeshDocument? Document { get; private init; }

    public ConfigurationNode? Section { get; private init; }

    /// <summary>What was noticed while the document was put together.</summary>
    public IReadOnlyList<MeshFinding> Findings { get; private init; } = [];

    /// <summary>Why the document could not be read this time: what it held before stays.</summary>
    public MeshFinding? Failure { get; private init; }

    public static SourceDocument Of(MeshDocument document) => new(document.Name) { Document = document };

    public static SourceDocument Of(string name, ConfigurationNode section, IReadOnlyList<MeshFinding> findings)
        => new(name) { Section = section, Findings = findings };

    public static SourceDocument Failing(string name, MeshFinding failure) => new(name) { Failure = failure };

    /// <summary>Whether both would load into the same rules with the same findings, line numbers included.</summary>
    public bool HasSameContent(SourceDocument other)
    {
        if (Failure is not null || other.Failure is not null || !Findings.SequenceEqual(other.Findings))
        {
            return false;
        }

        return Document is not null
            ? other.Document is not null && Document.Format == other.Document.Format && Document.Text == other.Document.Text
            : other.Section is not null && NodeComparison.AreSame(Section!, other.Section);
    }
}
