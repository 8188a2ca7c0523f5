namespace Mesh.Client.Configuration;

/// <summary>One document after reading, binding and checking by itself.</summary>
internal sealed record LoadedDocument
{
    public required string Name { get; init; }

    /// <summary>What the document holds; <see cref="MeshConfiguration.Empty"/> where it is refused.</summary>
    public required MeshConfiguration Configuration { get; init; }

    public required IReadOnlyList<MeshFinding> Findings { get; init; }

    /// <summary>Which of the scalar settings of <see cref="MeshConfiguration"/> the document sets itself, by property name.</summary>
    public IReadOnlySet<string> Settings { get; init; } = new HashSet<string>();

    /// <summary>As <see cref="MeshDocument.IsFallback"/>.</summary>
    public bool IsFallback { get; init; }

    public bool IsRefused => Findings.Any(finding => finding.RefusesDocument);
}
