namespace Mesh.Client.Configuration;

/// <summary>One document over time: what was read last, and what is live. Both differ while the last is refused.</summary>
internal sealed record DocumentState(string Name)
{
    /// <summary>The last version that was accepted; null where there never was one.</summary>
    public LoadedDocument? Live => Accepted?.Result;

    /// <summary>The text of <see cref="Live"/>; null where it never was one.</summary>
    public MeshDocument? LiveText => Accepted?.Document.Document;

    /// <summary>Everything found at the last reading.</summary>
    public IReadOnlyList<MeshFinding> Findings { get; private init; } = [];

    /// <summary>Whether the last reading did not go live.</summary>
    public bool IsRefused { get; private init; }

    private (SourceDocument Document, LoadedDocument Result)? Seen { get; init; }

    private (SourceDocument Document, LoadedDocument Result)? Accepted { get; init; }

    public DocumentState Advance(SourceDocument next, WatcherDelegates delegates)
    {
        if (next.Failure is not null)
        {
            return this with { Findings = [next.Failure], IsRefused = true };
        }

        // Unchanged content keeps its very object, also after a detour over a refused version: nothing has to be put to use anew.
        var result = Known(Accepted, next) ?? Known(Seen, next) ?? Load(next, delegates);
        IReadOnlyList<MeshFinding> findings = [.. next.Findings, .. result.Findings];
        var refused = findings.Any(finding => finding.RefusesDocument);
        return this with { Seen = (next, result), Accepted = refused ? Accepted : (next, result), Findings = findings, IsRefused = refused };
    }

    private static LoadedDocument? Known((SourceDocument Document, LoadedDocument Result)? version, SourceDocument next)
        => version is { } known && known.Document.HasSameContent(next) ? known.Result : null;

    private static LoadedDocument Load(SourceDocument document, WatcherDelegates delegates)
    {
        try
        {
            return document.Document is not null ? delegates.Load(document.Document) : delegates.LoadSection(document.Name, document.Section!);
        }
        catch (Exception exception)
        {
            // The loader turns bad input into findings; what it throws is a fault of ours and must not stop the other documents.
            return new LoadedDocument
            {
                Name = document.Name,
                Configuration = MeshConfiguration.Empty,
                Findings =
                [
                    SourceFindings.Refusal(
                        SourceFindings.ReaderFailed,
                        "",
                        $"The document could not be read because of a fault in the reader: {exception}",
                        document.Name,
                        "Please report this with the document; what it held before stays."),
                ],
            };
        }
    }
}
