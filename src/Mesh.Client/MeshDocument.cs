namespace Mesh.Client;

/// <summary>One document of rules: the unit that is accepted or refused as a whole. Immutable. Its text is read when the mesh loads it, so
/// mistakes in it become findings and no exceptions here.</summary>
public sealed class MeshDocument
{
    private MeshDocument(string name, string text, MeshDocumentFormat format)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(text);
        Name = name;
        Text = text;
        Format = format;
    }

    /// <summary>The name of the document, such as a file path; unique within its source.</summary>
    public string Name { get; }

    internal string Text { get; }

    internal MeshDocumentFormat Format { get; }

    /// <summary>What it says holds only where no other document says anything about it, and without a finding then: what the surroundings of
    /// the process know, beside what was written.</summary>
    internal bool IsFallback { get; init; }

    /// <summary>Istio resources as YAML, several per document allowed.</summary>
    /// <param name="name">The name used in findings; unique within its source.</param>
    /// <param name="text">The YAML text, at most 16 Mi characters.</param>
    /// <returns>The document.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty, or <paramref name="text"/> is null.</exception>
    public static MeshDocument FromIstioYaml(string name, string text) => new(name, text, MeshDocumentFormat.IstioYaml);

    /// <summary>Istio resources as JSON: one object, a Kubernetes <c>List</c>, or an array of objects.</summary>
    /// <param name="name">The name used in findings; unique within its source.</param>
    /// <param name="text">The JSON text, at most 16 Mi characters.</param>
    /// <returns>The document.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty, or <paramref name="text"/> is null.</exception>
    public static MeshDocument FromIstioJson(string name, string text) => new(name, text, MeshDocumentFormat.IstioJson);

    /// <summary>The contents of a <c>Mesh</c> section as JSON: an object with <c>Services</c>, <c>VirtualServices</c> and so on, without
    /// <c>Mesh</c> around it.</summary>
    /// <param name="name">The name used in findings; unique within its source.</param>
    /// <param name="text">The JSON text, at most 16 Mi characters.</param>
    /// <returns>The document.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty, or <paramref name="text"/> is null.</exception>
    public static MeshDocument FromMeshJson(string name, string text) => new(name, text, MeshDocumentFormat.MeshJson);

    /// <summary>The same for what holds only where nothing else is written.</summary>
    internal static MeshDocument Fallback(string name, string text) => new(name, text, MeshDocumentFormat.MeshJson) { IsFallback = true };
}
