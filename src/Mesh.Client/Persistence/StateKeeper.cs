using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Persistence;

/// <summary>
/// Keeps the last good endpoints and rules on disk, for a start while their sources are away. Read once, at the start; written some time after a
/// change, and now and then so that their age is true; never by a call.
/// </summary>
internal sealed class StateKeeper : IHostMemory, IDisposable
{
    /// <summary>How long a change waits for others: a start is many.</summary>
    internal static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>How far the time may be behind at which a source that is well was last confirmed.</summary>
    internal static readonly TimeSpan Upkeep = TimeSpan.FromMinutes(5);

    /// <summary>What nobody has confirmed for so long is let go.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    // What is looked up here stands under locks of others; nobody else is asked, and nothing written, under it.
    private readonly Lock _gate = new();
    private readonly Lock _writing = new();
    private readonly StateDirectory _directory;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<(string Service, string Discovery), SavedService> _services = [];
    private readonly Dictionary<string, SavedSource> _sources = new(StringComparer.Ordinal);

    /// <summary>Of services that a directory has found in this run.</summary>
    private readonly Dictionary<string, MeshDocument> _found = new(StringComparer.Ordinal);
    private Func<IReadOnlyList<EndpointWatcher>>? _watchers;
    private Func<IReadOnlyList<KeptRules>>? _rules;
    private int _isArmed;
    private int _isChanged;
    private volatile bool _isDisposed;

    public StateKeeper(string path, TimeProvider time, ILogger logger)
    {
        _directory = new StateDirectory(path, logger);
        _logger = logger;
        _time = time;
        _timer = DetachedTimer.Create(time, static keeper => keeper.OnDue(), this, "Saving the last good state", logger);
        var oldest = time.GetUtcNow() - Longest;
        foreach (var service in _directory.Read(SavedStateJson.Default.SavedEndpoints)?.Services ?? [])
        {
            if (service.ConfirmedAt > oldest)
            {
                _services[(service.Service, service.Discovery)] = service;
            }
        }

        foreach (var source in _directory.Read(SavedStateJson.Default.SavedRules)?.Sources ?? [])
        {
            if (source.ConfirmedAt > oldest)
            {
                _sources[source.Name] = source;
            }
        }

        if (_services.Count + _sources.Count > 0)
        {
            PersistenceLog.Read(logger, path, _services.Count, _sources.Count);
        }
    }

    /// <summary>What was known of the service; null where nothing was that its discovery would know today.</summary>
    public RestoredEndpoints? FindEndpoints(ServiceModel service)
    {
        SavedService? saved;
        lock (_gate)
        {
            if (!_services.TryGetValue((service.Name, service.Discovery.ToString()), out saved) || saved.Endpoints.Count == 0)
            {
                return null;
            }
        }

        var labels = new LabelSets();
        return Use($"the endpoints of {service.Name}", () => new RestoredEndpoints([.. saved.Endpoints.Select(endpoint => endpoint.ToEndpoint(labels))], AgeOf(saved.ConfirmedAt)));
    }

    /// <summary>The rules that a source had; null where none were saved.</summary>
    public RestoredRules? FindRules(string source)
    {
        SavedSource? saved;
        lock (_gate)
        {
            if (!_sources.TryGetValue(source, out saved))
            {
                return null;
            }
        }

        return Use($"the rules of {source}", () => new RestoredRules([.. saved.Documents.Select(document => document.ToDocument())], AgeOf(saved.ConfirmedAt)));
    }

    public RestoredHost? Find(string service)
    {
        SavedService? saved;
        lock (_gate)
        {
            saved = _services.Values.FirstOrDefault(saved => saved.Document is not null && saved.Service == service);
        }

        return saved is null ? null : Use($"the service {service}", () => new RestoredHost(saved.Document!.ToDocument(), AgeOf(saved.ConfirmedAt)));
    }

    public void Keep(string service, MeshDocument document)
    {
        lock (_gate)
        {
            _found[service] = document;
        }

        OnChanged();
    }

    public void Forget(string service)
    {
        bool isKnown;
        lock (_gate)
        {
            isKnown = _found.Remove(service);
            foreach (var key in _services.Where(saved => saved.Value.Document is not null && saved.Key.Service == service).Select(saved => saved.Key).ToList())
            {
                isKnown |= _services.Remove(key);
            }
        }

        // Most that are not there never were, and nothing is written for those.
        if (isKnown)
        {
            OnChanged();
        }
    }

    /// <summary>From here on it saves.</summary>
    /// <param name="watchers">All that run.</param>
    /// <param name="rules">Those of the sources that may be away.</param>
    public void Follow(Func<IReadOnlyList<EndpointWatcher>> watchers, Func<IReadOnlyList<KeptRules>> rules)
    {
        (_watchers, _rules) = (watchers, rules);
        OnChanged();
    }

    /// <summary>Endpoints or rules are others than before. From any thread, and quick.</summary>
    public void OnChanged()
    {
        if (_rules is null || _isDisposed)
        {
            return;
        }

        Volatile.Write(ref _isChanged, 1);
        if (Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            _timer.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Saves what is not saved yet, to be called while the watchers still run. Nothing is written after it: a process that starts now reads
    /// what this one knew.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
        lock (_writing)
        {
            if (Volatile.Read(ref _isChanged) != 0)
            {
                Write();
            }
        }
    }

    private void OnDue()
    {
        // First: what changes during the writing is written by another.
        Volatile.Write(ref _isArmed, 0);
        Save();
        if (!_isDisposed && Volatile.Read(ref _isArmed) == 0)
        {
            _timer.Change(Upkeep, Timeout.InfiniteTimeSpan);
        }

        // Whoever armed it just now meant sooner.
        if (Volatile.Read(ref _isArmed) != 0)
        {
            _timer.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Save()
    {
        lock (_writing)
        {
            if (!_isDisposed)
            {
                Write();
            }
        }
    }

    /// <summary>Under the lock of writing.</summary>
    private void Write()
    {
        // First: what changes from here on is for the next.
        Volatile.Write(ref _isChanged, 0);
        var (watchers, rules) = (_watchers!(), _rules!());
        SavedService[] services;
        SavedSource[] sources;
        lock (_gate)
        {
            TakeEndpoints(watchers);
            TakeRules(rules);
            (services, sources) = ([.. _services.Values], [.. _sources.Values]);
        }

        _directory.Write(new SavedEndpoints(SavedEndpoints.FileKind, StateDirectory.Version, services), SavedStateJson.Default.SavedEndpoints);
        _directory.Write(new SavedRules(SavedRules.FileKind, StateDirectory.Version, sources), SavedStateJson.Default.SavedRules);
    }

    /// <summary>Services that nobody has called since the start stay as they were saved.</summary>
    private void TakeEndpoints(IReadOnlyList<EndpointWatcher> watchers)
    {
        var now = _time.GetUtcNow();
        foreach (var watcher in watchers)
        {
            var (service, view) = (watcher.Service, watcher.View);
            var key = (service.Name, service.Discovery.ToString());
            var document = _found.TryGetValue(service.Name, out var found) ? SavedDocument.Of(found) : _services.GetValueOrDefault(key)?.Document;
            switch (view.State)
            {
                case DiscoveryState.Known when service.Discovery.Kind is not (DiscoveryKind.Static or DiscoveryKind.None):
                    _services[key] = new(key.Name, key.Item2, now, [.. view.Endpoints.Select(SavedEndpoint.Of)], document);
                    break;
                case DiscoveryState.Empty when document is not null:
                    _services[key] = new(key.Name, key.Item2, now, [], document);
                    break;
                case DiscoveryState.Empty:
                    _services.Remove(key);
                    break;
                default:
                    // Nothing new was confirmed: what was saved has its age.
                    break;
            }
        }

        foreach (var (key, service) in _services)
        {
            if (service.ConfirmedAt <= now - Longest)
            {
                _services.Remove(key);
            }
        }
    }

    private void TakeRules(IReadOnlyList<KeptRules> live)
    {
        var now = _time.GetUtcNow();
        var kept = new Dictionary<string, SavedSource>(StringComparer.Ordinal);
        foreach (var rules in live)
        {
            if (!rules.IsFailing)
            {
                kept[rules.Source] = new(rules.Source, now, [.. rules.Documents.Select(SavedDocument.Of)]);
            }
            else if (_sources.TryGetValue(rules.Source, out var saved))
            {
                kept[rules.Source] = saved;
            }
        }

        _sources.Clear();
        foreach (var (name, source) in kept)
        {
            _sources.Add(name, source);
        }
    }

    /// <summary>Null, and a warning, for what somebody else has written; the rest of the file may be good.</summary>
    private T? Use<T>(string what, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (FormatException exception)
        {
            PersistenceLog.PartNotUsable(_logger, what, exception.Message);
            return null;
        }
    }

    private TimeSpan AgeOf(DateTimeOffset confirmedAt) => _time.GetUtcNow() - confirmedAt is { Ticks: > 0 } age ? age : TimeSpan.Zero;
}
