using Mesh.Client.Configuration;

namespace Mesh.Client;

/// <summary>Converts rules between Istio's resources and the section <c>Mesh</c> of appsettings, so that the mesh reads the same rules from
/// either. Whatever the other format has no place for is left out and reported; comments, and what an API server adds to an object
/// (<c>status</c>, <c>uid</c> and the like), are left out without a word.</summary>
/// <remarks>Without state and safe for use by several threads.</remarks>
public static class MeshConversion
{
    private const string ConvertedName = "the converted text";

    /// <summary>Istio's resources to JSON with the section <c>Mesh</c>: a file for <c>AddJsonFile</c>, or a part of appsettings.json.</summary>
    /// <param name="documents">Documents made by <see cref="MeshDocument.FromIstioYaml"/> or <see cref="MeshDocument.FromIstioJson"/>; all go
    /// into one section.</param>
    /// <returns>The JSON, or the reasons why there is none: a document that the mesh would refuse, an object that is written twice, a value
    /// that JSON does not have.</returns>
    /// <exception cref="ArgumentException">A document holds a <c>Mesh</c> section.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="documents"/> or one of them is null.</exception>
    public static MeshConversionResult ToAppSettings(params IReadOnlyList<MeshDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var findings = new List<MeshFinding>();
        var conversion = new IstioToSection();
        foreach (var document in documents)
        {
            ArgumentNullException.ThrowIfNull(document, nameof(documents));
            if (document.Format == MeshDocumentFormat.MeshJson)
            {
                throw new ArgumentException($"The document {document.Name} holds a Mesh section; resources of Istio are needed.", nameof(documents));
            }

            AddResources(document, conversion, findings);
        }

        return IsRefused(findings) ? new(null, findings) : Checked(JsonNodeWriter.Write(conversion.Root, indented: true), findings, LoadMeshJson);
    }

    /// <summary>The section <c>Mesh</c> to Istio's resources as YAML, in the order of the section. Entries of <c>Services</c> become
    /// ServiceEntries where those can say the same.</summary>
    /// <param name="document">A document made by <see cref="MeshDocument.FromMeshJson"/>, where a whole file such as appsettings.json, with the
    /// section under <c>Mesh</c>, is read too.</param>
    /// <returns>The YAML, or the reasons why there is none: a section that the mesh would refuse, or two entries that would become one
    /// object.</returns>
    /// <exception cref="ArgumentException">The document holds Istio's resources.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="document"/> is null.</exception>
    public static MeshConversionResult ToIstioYaml(MeshDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (document.Format != MeshDocumentFormat.MeshJson)
        {
            throw new ArgumentException($"The document {document.Name} holds resources of Istio; a Mesh section is needed.", nameof(document));
        }

        var findings = new List<MeshFinding>();
        if (SectionText.Find(document.Name, document.Text, findings) is not { } section)
        {
            return new(null, findings);
        }

        var spellings = new FieldSpellings();
        var loaded = DocumentLoader.LoadSection(document.Name, section, DiscoveryWords.Any, spellings);
        if (loaded.IsRefused)
        {
            return new(null, loaded.Findings);
        }

        var conversion = new SectionToIstio(loaded.Configuration, spellings, new FindingSink(document.Name, findings));
        conversion.Add(section);
        return IsRefused(findings)
            ? new(null, findings)
            : Checked(YamlNodeWriter.Write(conversion.Roots), findings, text => DocumentLoader.Load(MeshDocument.FromIstioYaml(ConvertedName, text)).Findings);
    }

    private static void AddResources(MeshDocument document, IstioToSection conversion, List<MeshFinding> findings)
    {
        var problems = new List<MeshFinding>();
        var roots = DocumentLoader.ReadResources(document, problems);
        var spellings = new FieldSpellings();
        var found = problems.Count > 0 ? problems : DocumentLoader.LoadResources(document.Name, roots, spellings).Findings;
        if (IsRefused(found))
        {
            findings.AddRange(found);
            return;
        }

        var sink = new FindingSink(document.Name, findings);
        foreach (var root in roots.Where(root => root.Kind != NodeKind.Null))
        {
            conversion.Add(root, spellings, sink);
        }
    }

    /// <summary>What comes out must be read again: it may be larger or nested deeper than what went in, and than what is read.</summary>
    private static MeshConversionResult Checked(string text, List<MeshFinding> findings, Func<string, IReadOnlyList<MeshFinding>> load)
        => load(text) is var found && IsRefused(found) ? new(null, [.. findings, .. found]) : new(text, findings);

    private static IReadOnlyList<MeshFinding> LoadMeshJson(string text)
    {
        var findings = new List<MeshFinding>();
        return SectionText.Find(ConvertedName, text, findings) is { } section ? DocumentLoader.LoadSection(ConvertedName, section).Findings : findings;
    }

    private static bool IsRefused(IReadOnlyList<MeshFinding> findings) => findings.Any(finding => finding.RefusesDocument);
}
