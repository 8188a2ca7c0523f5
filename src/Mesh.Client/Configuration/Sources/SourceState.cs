using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>One source over time: its subscription, and what its documents are. Used by the watcher's loop alone, but for the signal.</summary>
internal sealed class SourceState(IRuleSource source, Action signal) : IDisposable
{
    private IChangeToken? _token;
    private IDisposable? _registration;
    private volatile bool _signalled = true;
    private bool _hasAnswered;

    public string Name => source.Name;

    /// <summary>What to keep for a start without the source; null where it is always there.</summary>
    public KeptRules? Kept => source.IsRemote ? new(Name, IsFailing, [.. Documents.Select(document => document.LiveText).OfType<MeshDocument>()]) : null;

    public bool IsOptionalAtStart => source.IsOptionalAtStart;

    public IReadOnlyList<DocumentState> Documents { get; private set; } = [];

    /// <summary>Why the source as a whole could not be read the last time; its documents stay.</summary>
    public IReadOnlyList<MeshFinding> Failure { get; private set; } = [];

    public bool IsFailing => Failure.Count > 0;

    /// <summary>Whether the token has to be asked because it does not call back.</summary>
    public bool IsPassive => _token is { ActiveChangeCallbacks: false };

    public IEnumerable<MeshFinding> Findings => Failure.Concat(Documents.SelectMany(document => document.Findings));

    /// <summary>Asks a passive token.</summary>
    public bool HasChangedSilently() => IsPassive && !_signalled && _token!.HasChanged;

    /// <summary>Makes the next <see cref="Refresh"/> read the source.</summary>
    public void MarkChanged() => _signalled = true;

    /// <summary>Reads the source where it signalled or failed. The token is taken before the reading, so that a change in between shows.</summary>
    public void Refresh(WatcherDelegates delegates)
    {
        if (!_signalled && !IsFailing)
        {
            return;
        }

        try
        {
            if (_signalled)
            {
                Subscribe();
            }

            Take(source.Read(), delegates);
            _hasAnswered = true;
        }
        catch (SourceFailureException exception)
        {
            Failure = exception.Findings;
        }
        catch (Exception exception)
        {
            Failure = TryRestore(delegates, exception) is { } restored ? [restored] :
            [
                SourceFindings.Refusal(
                    SourceFindings.SourceFailed,
                    "",
                    $"The source of rules failed, so its rules stay as they were: {exception.GetType().Name}: {exception.Message}",
                    source.Name,
                    "Mend the source; it is read again when it signals, and every few seconds until then."),
            ];
        }
    }

    public void Dispose()
    {
        _registration?.Dispose();
        _registration = null;
    }

    /// <summary>Takes the rules of an earlier run in place of the first answer.</summary>
    private MeshFinding? TryRestore(WatcherDelegates delegates, Exception failure)
    {
        if (_hasAnswered || !source.IsRemote || Documents.Count > 0 || delegates.Restore(Name) is not { } restored)
        {
            return null;
        }

        // What this version refuses was accepted by another.
        var states = restored.Documents.Select(document => new DocumentState(document.Name).Advance(SourceDocument.Of(document), delegates)).Where(state => !state.IsRefused).ToList();
        if (states.Count == 0)
        {
            return null;
        }

        Documents = states;
        return new MeshFinding
        {
            Code = SourceFindings.RestoredRules,
            Aliases = FindingAliases.Of(SourceFindings.RestoredRules, MeshFindingSeverity.Warning),
            Severity = MeshFindingSeverity.Warning,
            Resource = "",
            Path = "",
            Message = string.Create(CultureInfo.InvariantCulture,
                $"The source of rules failed at the start; {states.Count} documents that it had {restored.Age:d\\.hh\\:mm\\:ss} ago are used until it answers: {failure.GetType().Name}: {failure.Message}"),
            Source = Name,
            Fix = "Mend the source; it is read again every few seconds.",
        };
    }

    private void Subscribe()
    {
        _registration?.Dispose();
        _registration = null;
        _signalled = false;
        try
        {
            _token = source.GetChangeToken();
            if (_token.ActiveChangeCallbacks)
            {
                _registration = _token.RegisterChangeCallback(static state => ((SourceState)state!).OnChanged(), this);
            }
        }
        catch
        {
            _signalled = true;
            throw;
        }
    }

    // Runs in a callback of whoever changed something, a configuration provider for one, and only takes a note.
    private void OnChanged()
    {
        _signalled = true;
        signal();
    }

    private void Take(IReadOnlyList<SourceDocument> documents, WatcherDelegates delegates)
    {
        var before = Documents.ToDictionary(document => document.Name);
        var after = new Dictionary<string, DocumentState>();
        var order = new List<DocumentState>();
        foreach (var document in documents)
        {
            var state = (before.GetValueOrDefault(document.Name) ?? new DocumentState(document.Name)).Advance(document, delegates);
            if (!after.TryAdd(document.Name, state))
            {
                throw new SourceFailureException(SourceFindings.Refusal(
                    SourceFindings.DuplicateDocument,
                    "",
                    $"Two documents of one source have the name '{document.Name}', so they cannot be told apart and its rules stay as they were.",
                    source.Name,
                    "Give each document of the source a name of its own."));
            }

            order.Add(state);
        }

        Documents = order;
        Failure = [];
    }
}
