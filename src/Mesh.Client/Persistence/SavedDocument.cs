using System.Text.Json.Serialization;
using Mesh.Client.Configuration;

namespace Mesh.Client.Persistence;

/// <summary>A document of rules as it is written to disk.</summary>
internal sealed record SavedDocument(string Name, MeshDocumentFormat Format, string Text)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFallback { get; init; }

    public static SavedDocument Of(MeshDocument document) => new(document.Name, document.Format, document.Text) { IsFallback = document.IsFallback };

    /// <exception cref="FormatException">Nobody who keeps to the format has written that.</exception>
    public MeshDocument ToDocument() => Format switch
    {
        _ when Name.Length == 0 => throw new FormatException("A document has no name."),
        MeshDocumentFormat.IstioYaml => MeshDocument.FromIstioYaml(Name, Text),
        MeshDocumentFormat.IstioJson => MeshDocument.FromIstioJson(Name, Text),
        MeshDocumentFormat.MeshJson => IsFallback ? MeshDocument.Fallback(Name, Text) : MeshDocument.FromMeshJson(Name, Text),
        _ => throw new FormatException($"The document {Name} is of no known format."),
    };
}
