namespace Mesh.Client;

/// <summary>What was found when a rule was read: where it stands, what was written, which rule it breaks and how to mend it.</summary>
/// <remarks>Immutable and safe for use by several threads.</remarks>
public sealed record MeshFinding
{
    /// <summary>The stable code, such as <c>MESH0103</c>. It never changes its meaning.</summary>
    public required string Code { get; init; }

    /// <summary>What <c>istioctl analyze</c> and Kiali call the same: <c>IST0101</c>, <c>KIA1107</c>; empty where neither knows it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>How grave it is.</summary>
    public required MeshFindingSeverity Severity { get; init; }

    /// <summary>The object the finding is about, such as <c>VirtualService default/reviews</c>, without the namespace where the document
    /// names none; empty for a whole document or a setting.</summary>
    public required string Resource { get; init; }

    /// <summary>The place inside the document, such as <c>Mesh:VirtualServices:reviews:http:0:timeout</c> or <c>spec.http[0].timeout</c>;
    /// empty for a whole document.</summary>
    public required string Path { get; init; }

    /// <summary>What is wrong, which value caused it and what is allowed.</summary>
    public required string Message { get; init; }

    /// <summary>The file, document or provider the value came from; null where that is not known.</summary>
    public string? Source { get; init; }

    /// <summary>The line in <see cref="Source"/>, counted from 1; 0 where the source has no lines.</summary>
    public int Line { get; init; }

    /// <summary>The offending value as it was written, cut after 200 characters; null where it is absent or no single value.</summary>
    public string? Value { get; init; }

    /// <summary>What to write instead; null where the message says it all.</summary>
    public string? Fix { get; init; }

    /// <summary>Whether the document that holds it is refused as a whole, or the source that could not be read. True for errors, except for
    /// those about security that is not built yet (<c>MESH0601</c>): such a document loads, and calls to a host whose DestinationRule asks
    /// for TLS are answered 503.</summary>
    public bool RefusesDocument { get; init; }

    /// <summary>One line with place, severity, code, aliases, resource, path, message and fix.</summary>
    public override string ToString()
    {
        var place = Source is null ? "" : Line > 0 ? $"{Source}({Line}): " : $"{Source}: ";
        var resource = Resource.Length == 0 ? "" : $"{Resource}: ";
        var path = Path.Length == 0 ? "" : $"{Path}: ";
        var aliases = Aliases.Count == 0 ? "" : $" ({string.Join(", ", Aliases)})";
        var fix = Fix is null ? "" : $" {Fix}";
        return $"{place}{Severity.ToString().ToLowerInvariant()} {Code}{aliases}: {resource}{path}{Message}{fix}";
    }
}
