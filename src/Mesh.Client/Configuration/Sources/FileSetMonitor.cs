using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Configuration;

/// <summary>
/// Reads a set of files and tells when their content is no longer what was read. It looks by itself once per <see cref="PollInterval"/>,
/// so that swapped links, renames into place and network file systems are seen; notifications only make it look sooner. Content decides:
/// a file that was merely touched signals nothing, and a change must be seen twice before it is signalled, so that a file is rarely
/// taken while it is being written.
/// </summary>
internal sealed class FileSetMonitor : IDisposable
{
    /// <summary>How often the files are looked at where no notification comes.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a look waits after a notification, and for a change to be seen a second time.</summary>
    public static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>After so many looks a file that never rests is signalled all the same.</summary>
    private const int MaximumUnsettledLooks = 20;

    private readonly Func<IReadOnlyList<WatchedFile>> _list;
    private readonly Func<IReadOnlyCollection<string>> _directories;
    private readonly TimeSpan _deletionGrace;
    private readonly TimeProvider _time;
    private readonly DirectoryWatches? _watches;
    private readonly FingerprintCache _fingerprints = new();
    private readonly Lock _gate = new();
    private readonly Lock _reading = new();
    private readonly Dictionary<string, long> _missingSince = [];
    private Dictionary<WatchedFile, FileReading> _last = [];
    private FileSetState? _loaded;
    private FileSetState? _candidate;
    private FileSetState? _announced;
    private int _unsettledLooks;
    private CancellationTokenSource _signal = new();
    private ITimer? _timer;
    private bool _looking;
    private bool _hinted;
    private bool _changeWasHinted;
    private bool _disposed;

    /// <param name="list">The files that are wanted now, whether or not they exist; throws where that cannot be told.</param>
    /// <param name="directories">Where notifications are asked for.</param>
    /// <param name="concerns">Whether a notification for a name in a directory is of interest.</param>
    /// <param name="deletionGrace">How long a file that vanished or became empty counts as still being what it was: replacing a file by
    /// removing it first, or by truncating it, must not look like taking its rules away.</param>
    /// <param name="time">The clock.</param>
    /// <param name="notifications">Whether the operating system is asked for notifications too.</param>
    public FileSetMonitor(
        Func<IReadOnlyList<WatchedFile>> list,
        Func<IReadOnlyCollection<string>> directories,
        Func<string, string, bool> concerns,
        TimeSpan deletionGrace,
        TimeProvider time,
        bool notifications = true)
    {
        _list = list;
        _directories = directories;
        _deletionGrace = deletionGrace;
        _time = time;
        _watches = notifications ? new DirectoryWatches(concerns, Hint, time) : null;
    }

    /// <summary>Fires when <see cref="ReadAll"/> would give something else. Watching starts with the first token.</summary>
    public IChangeToken GetChangeToken()
    {
        var start = false;
        CancellationChangeToken token;
        lock (_gate)
        {
            token = new CancellationChangeToken(_signal.Token);
            if (_timer is null && !_disposed)
            {
                _timer = DetachedTimer.Create(_time, static monitor => monitor.Look(), this, "A look at rule files", logger: null);
                _timer.Change(PollInterval, Timeout.InfiniteTimeSpan);
                start = true;
            }
        }

        if (start)
        {
            _watches?.Refresh(_directories());
        }

        return token;
    }

    /// <summary>Every file that is there or cannot be read, by order and path.</summary>
    public IReadOnlyList<KeyValuePair<WatchedFile, FileReading>> ReadAll()
    {
        lock (_reading)
        {
            IReadOnlyList<WatchedFile> files;
            try
            {
                files = _list();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Remember(FileSetState.Failing(exception.Message));
                throw new SourceFailureException(SourceFindings.Refusal(
                    SourceFindings.FileUnreadable,
                    "",
                    $"The rule files cannot be listed, so their rules stay as they were last read: {exception.Message}",
                    null,
                    "Make the directory readable for this process."));
            }

            var readings = Read(files);
            _last = readings;
            Remember(FileSetState.Of(readings.Select(pair => KeyValuePair.Create(pair.Key.Path, FileContent.Fingerprint(pair.Value)))));
            return [.. readings.OrderBy(pair => pair.Key.Order).ThenBy(pair => pair.Key.Path, StringComparer.Ordinal)];
        }
    }

    public void Dispose()
    {
        ITimer? timer;
        lock (_gate)
        {
            _disposed = true;
            timer = _timer;
            _timer = null;
        }

        timer?.Dispose();
        _watches?.Dispose();
    }

    private Dictionary<WatchedFile, FileReading> Read(IReadOnlyList<WatchedFile> files)
    {
        var readings = new Dictionary<WatchedFile, FileReading>();
        foreach (var file in files)
        {
            var reading = FileContent.Read(file.Path);
            if (!reading.IsMissing)
            {
                readings[file] = reading;
            }
        }

        foreach (var (file, before) in _last)
        {
            var gone = !readings.TryGetValue(file, out var now) || now.IsMissingOrEmpty;
            if (!gone || before.IsMissingOrEmpty)
            {
                _missingSince.Remove(file.Path);
                continue;
            }

            if (!_missingSince.TryGetValue(file.Path, out var since))
            {
                _missingSince[file.Path] = since = _time.GetTimestamp();
            }

            if (_time.GetElapsedTime(since) < _deletionGrace)
            {
                readings[file] = before;
            }
            else
            {
                _missingSince.Remove(file.Path);
            }
        }

        return readings;
    }

    private void Remember(FileSetState state)
    {
        lock (_gate)
        {
            _loaded = state;
            _candidate = null;
            _announced = null;
            _unsettledLooks = 0;
            if (_missingSince.Count > 0 && !_looking && !_hinted && !_disposed)
            {
                _timer?.Change(_deletionGrace, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Hint()
    {
        lock (_gate)
        {
            if (!_hinted && !_disposed)
            {
                _hinted = true;
                if (!_looking)
                {
                    _timer?.Change(SettleInterval, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    // The timer is set again only at the end, so that two looks never overlap.
    private void Look()
    {
        lock (_gate)
        {
            if (_looking || _disposed)
            {
                return;
            }

            _looking = true;
            _changeWasHinted |= _hinted;
            _hinted = false;
        }

        FileSetState current;
        IReadOnlyCollection<string> directories = [];
        try
        {
            directories = _directories();
            _watches?.Refresh(directories);
            current = FileSetState.Of(_list()
                .Select(file => KeyValuePair.Create(file.Path, _fingerprints.Look(file.Path)))
                .Where(pair => pair.Value is not null)!);
        }
        catch (Exception exception)
        {
            // Nobody stands above a timer; the reader meets the same failure and reports it.
            current = FileSetState.Failing(exception.Message);
        }

        CancellationTokenSource? fire;
        bool hinted;
        lock (_gate)
        {
            fire = Judge(current);
            hinted = _changeWasHinted;
            _changeWasHinted &= _candidate is not null;
            _looking = false;
            var next = _hinted || _candidate is not null ? SettleInterval : PollInterval;
            _timer?.Change(next, Timeout.InfiniteTimeSpan);
        }

        if (fire is null)
        {
            return;
        }

        // The change counts as signalled from here on.
        fire.Cancel();
        if (!hinted)
        {
            _watches?.Refresh(directories, anew: true);
        }
    }

    /// <summary>What to fire: null while nothing changed, while a change has not been seen twice, and once it was signalled.</summary>
    private CancellationTokenSource? Judge(FileSetState current)
    {
        if (_disposed || _loaded is null || current.Equals(_loaded) || current.Equals(_announced))
        {
            _candidate = null;
            _unsettledLooks = 0;
            return null;
        }

        if (!current.Equals(_candidate) && ++_unsettledLooks < MaximumUnsettledLooks)
        {
            _candidate = current;
            return null;
        }

        _candidate = null;
        _unsettledLooks = 0;
        _announced = current;
        var fire = _signal;
        _signal = new CancellationTokenSource();
        return fire;
    }
}
