namespace Mesh.Client.Configuration;

/// <summary>One round: read, merge, tell, publish. Used by one thread at a time.</summary>
internal sealed partial class MeshConfigurationWatcher
{
    private List<LoadedDocument>? _merged;
    private MeshConfiguration _configuration = MeshConfiguration.Empty;
    private IReadOnlyList<MeshFinding> _mergeFindings = [];
    private List<LoadedDocument>? _published;
    private volatile IReadOnlyList<MeshFinding> _findings = [];

    /// <summary>Everything that was found at the last reading, refused documents and failing sources included.</summary>
    public IReadOnlyList<MeshFinding> Findings => _findings;

    /// <summary>A document changed after the start and went live (true), or was refused while its last good version stays; a source that cannot be
    /// read counts as one that is refused. Raised by one thread at a time.</summary>
    public event Action<bool>? DocumentChanged;

    /// <summary>What is live of the sources that may be away at the next start. From any thread.</summary>
    public IReadOnlyList<KeptRules> GetKeptRules() => [.. _sources.Select(source => source.Kept).OfType<KeptRules>()];

    private MeshConfigurationUpdate FirstRound()
    {
        foreach (var source in _sources)
        {
            source.MarkChanged();
            source.Refresh(_delegates);
        }

        Merge();
        if (_sources.Where(source => !source.IsOptionalAtStart).SelectMany(source => source.Findings).Concat(_mergeFindings)
            .Any(finding => finding.RefusesDocument))
        {
            throw new MeshConfigurationException(_findings);
        }

        var (accepted, refused) = (0, 0);
        foreach (var source in _sources)
        {
            LogFindings(source.Failure, []);
            LogDocuments(source.Documents, [], ref accepted, ref refused);
        }

        LogFindings(_mergeFindings, []);
        var update = Publish();
        Log.Published(
            _logger, _merged!.Count, _configuration.VirtualServices.Count, _configuration.DestinationRules.Count, _configuration.Services.Count);
        return update;
    }

    private void Round()
    {
        var before = _sources.Select(source => (source.Failure, source.Documents)).ToList();
        var mergeBefore = _mergeFindings;
        foreach (var source in _sources)
        {
            source.Refresh(_delegates);
        }

        var (accepted, refused) = (0, 0);
        for (var i = 0; i < _sources.Length; i++)
        {
            refused += LogFailure(_sources[i], before[i].Failure) ? 1 : 0;
            LogDocuments(_sources[i].Documents, before[i].Documents, ref accepted, ref refused);
        }

        Merge();
        LogFindings(_mergeFindings, mergeBefore);
        var usable = !_mergeFindings.Any(finding => finding.RefusesDocument);
        if (usable && !_disposed && (_published is null || !AreSame(_merged!, _published)))
        {
            var changed = PublishedChange.Describe(_published ?? [], _merged!);
            Publish();
            Log.PublishedChange(_logger, changed);
        }

        // What is good by itself and not together with the rest does not go live either.
        TellChanged(accepted, usable);
        TellChanged(refused, false);
    }

    private void TellChanged(int count, bool isAccepted)
    {
        for (; count > 0 && DocumentChanged is { } listeners; count--)
        {
            Background.Run((listeners, isAccepted), static told => told.listeners(told.isAccepted), "A listener to changes of mesh rules", _logger);
        }
    }

    /// <summary>Combines what is live, unless it is what was combined before.</summary>
    private void Merge()
    {
        var live = _sources.SelectMany(source => source.Documents).Select(document => document.Live).OfType<LoadedDocument>().ToList();
        if (_merged is null || !AreSame(live, _merged))
        {
            (_configuration, _mergeFindings) = _delegates.Merge(live);
            _merged = live;
        }

        _findings = [.. _sources.SelectMany(source => source.Findings), .. _mergeFindings];
    }

    private MeshConfigurationUpdate Publish()
    {
        var update = new MeshConfigurationUpdate(_configuration, _findings, _time.GetUtcNow()) { IsConfigured = _merged!.Count > 0 };
        _publish(update);
        _published = _merged;
        return update;
    }

    // A document whose content did not change is the very same object as before.
    private static bool AreSame(List<LoadedDocument> left, List<LoadedDocument> right)
        => left.Count == right.Count && left.Zip(right).All(pair => ReferenceEquals(pair.First, pair.Second));

    /// <summary>True where the source fails in a way that it did not before.</summary>
    private bool LogFailure(SourceState source, IReadOnlyList<MeshFinding> before)
    {
        if (source.IsFailing && !source.Failure.SequenceEqual(before))
        {
            Log.SourceFailing(_logger, source.Name, Lines(source.Failure));
            return true;
        }

        if (!source.IsFailing && before.Count > 0)
        {
            Log.SourceRecovered(_logger, source.Name);
        }

        return false;
    }

    private void LogDocuments(IReadOnlyList<DocumentState> documents, IReadOnlyList<DocumentState> before, ref int accepted, ref int refused)
    {
        var known = before.ToDictionary(document => document.Name);
        foreach (var document in documents)
        {
            known.Remove(document.Name, out var previous);
            if (ReferenceEquals(document, previous))
            {
                continue;
            }

            var wasRefused = previous is { IsRefused: true };
            if (document.IsRefused)
            {
                if (!wasRefused || !document.Findings.SequenceEqual(previous!.Findings))
                {
                    var consequence = document.Live is null ? "it has no earlier version that could stay" : "its previous rules stay live";
                    refused++;
                    Log.Refused(_logger, document.Name, consequence, Lines(document.Findings));
                }

                continue;
            }

            if (wasRefused || !ReferenceEquals(document.Live, previous?.Live))
            {
                accepted++;
            }

            if (wasRefused)
            {
                Log.Recovered(_logger, document.Name);
            }

            LogFindings(document.Findings, previous?.Findings ?? []);
        }

        // What is left was taken away.
        accepted += known.Count;
    }

    private void LogFindings(IReadOnlyList<MeshFinding> findings, IReadOnlyList<MeshFinding> before)
    {
        foreach (var finding in findings.Except(before))
        {
            switch (finding.Severity)
            {
                case MeshFindingSeverity.Error:
                    Log.FindingError(_logger, finding);
                    break;
                case MeshFindingSeverity.Warning:
                    Log.FindingWarning(_logger, finding);
                    break;
                default:
                    Log.FindingInfo(_logger, finding);
                    break;
            }
        }
    }

    /// <summary>What there is to mend, in an entry that is about a refusal: the errors first.</summary>
    private static string Lines(IReadOnlyList<MeshFinding> findings) => string.Concat(findings
        .Where(finding => finding.Severity > MeshFindingSeverity.Info)
        .OrderByDescending(finding => finding.Severity)
        .Select(finding => $"{Environment.NewLine}  {finding}"));
}
