using System.Diagnostics.CodeAnalysis;

namespace Mesh.Client;

/// <summary>What <see cref="MeshConversion"/> made: the whole text, or none and the reasons.</summary>
/// <remarks>Immutable and safe for use by several threads.</remarks>
public sealed class MeshConversionResult
{
    internal MeshConversionResult(string? text, IReadOnlyList<MeshFinding> findings)
    {
        Text = text;
        Findings = findings;
    }

    /// <summary>Whether there is a text. False where a document cannot be read, would be refused by the mesh, or cannot be written in the other
    /// format.</summary>
    [MemberNotNullWhen(true, nameof(Text))]
    public bool Succeeded => Text is not null;

    /// <summary>The converted text, with lines that end with <c>\n</c>; null where the conversion failed.</summary>
    public string? Text { get; }

    /// <summary>Where the conversion failed, what loading the documents finds and why they cannot be converted; else what was left out since the
    /// other format has no place for it (<c>MESH0801</c>), and empty where nothing was.</summary>
    public IReadOnlyList<MeshFinding> Findings { get; }
}
