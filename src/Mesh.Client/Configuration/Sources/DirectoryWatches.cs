namespace Mesh.Client.Configuration;

/// <summary>
/// File system notifications as hints only: they make a change known at once, but none is relied upon. They are missing on network file
/// systems, past the operating system's limits and after a directory was replaced, so whoever uses this looks by itself as well.
/// </summary>
internal sealed class DirectoryWatches(Func<string, string, bool> concerns, Action hint, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(30);

    // The runtime cannot end a watcher whose directory was deleted before it: its handle and thread stay (.NET 10 on Linux). So a directory
    // that comes and goes is watched a few times only, and looked at after that.
    private const int MaximumLost = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, FileSystemWatcher> _watchers = [];
    private readonly Dictionary<string, long> _failedAt = [];
    private int _lost;
    private bool _disposed;

    /// <summary>Watches those of <paramref name="directories"/> that exist, and no other.</summary>
    /// <param name="directories">The directories.</param>
    /// <param name="anew">Whether to begin anew: a change came without its notification, as when a directory was replaced.</param>
    public void Refresh(IReadOnlyCollection<string> directories, bool anew = false)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            foreach (var gone in _watchers.Keys.Where(path => anew || !directories.Contains(path) || !Directory.Exists(path)).ToList())
            {
                _watchers.Remove(gone, out var watcher);
                watcher!.Dispose();
                _lost++;
            }

            foreach (var path in directories)
            {
                if (!_watchers.ContainsKey(path) && Directory.Exists(path) && MayTry(path))
                {
                    Watch(path);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var watcher in _watchers.Values)
            {
                watcher.Dispose();
            }

            _watchers.Clear();
        }
    }

    private bool MayTry(string path)
        => _lost < MaximumLost && (!_failedAt.TryGetValue(path, out var at) || time.GetElapsedTime(at) >= RetryAfterFailure);

    private void Watch(string path)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(path);
            watcher.Created += OnChange;
            watcher.Changed += OnChange;
            watcher.Deleted += OnChange;
            watcher.Renamed += OnRename;
            watcher.Error += OnError;
            watcher.EnableRaisingEvents = true;
            _watchers.Add(path, watcher);
            _failedAt.Remove(path);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            _failedAt[path] = time.GetTimestamp();
        }

        void OnChange(object sender, FileSystemEventArgs change) => Notice(path, change.Name);

        void OnRename(object sender, RenamedEventArgs change)
        {
            Notice(path, change.OldName);
            Notice(path, change.Name);
        }

        void OnError(object sender, ErrorEventArgs error) => Notice(path, null);
    }

    /// <summary>On the operating system's thread; a hint that is lost is made up for by whoever looks by itself.</summary>
    private void Notice(string path, string? name) => Background.Run(
        (Watches: this, path, name),
        static noticed => noticed.Watches.HintIfConcerned(noticed.path, noticed.name),
        "A notification of the file system",
        logger: null);

    private void HintIfConcerned(string path, string? name)
    {
        if (name is null || concerns(path, name))
        {
            hint();
        }
    }
}
