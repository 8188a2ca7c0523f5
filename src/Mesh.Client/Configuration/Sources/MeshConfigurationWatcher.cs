using Microsoft.Extensions.Logging;

namespace Mesh.Client.Configuration;

/// <summary>
/// Keeps the rules of all sources current. The section comes first, then the sources in the order in which they were added; where two define
/// the same object or setting, the later wins.
/// </summary>
/// <remarks>
/// <para>The loop is level-triggered: a signal only says that something may differ, every round reads what is there now. The token is taken
/// before the reading and a signal during a round makes another round, so no change is lost; a burst of signals costs two rounds.</para>
/// <para>The unit of refusal is the document. One that is refused or cannot be read keeps its last accepted version while the others go
/// live; a source that fails as a whole keeps all of its documents. Nothing thrown by a source or a consumer reaches whoever signalled.</para>
/// </remarks>
internal sealed partial class MeshConfigurationWatcher : IDisposable
{
    /// <summary>How long a signal waits for others of the same burst.</summary>
    public static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan PassiveTokenInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FailingSourceInterval = TimeSpan.FromSeconds(5);

    private readonly SectionSource? _section;
    private readonly SourceState[] _sources;
    private readonly Action<MeshConfigurationUpdate> _publish;
    private readonly WatcherDelegates _delegates;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _debounce;
    private readonly ITimer _upkeep;
    private bool _started;
    private bool _signalled;
    private bool _armed;
    private bool _running;
    private volatile bool _disposed;

    /// <param name="section">The section of the configuration; null where there is none to read.</param>
    /// <param name="sources">The further sources in the order added. They are not disposed.</param>
    /// <param name="publish">Puts rules to use; called once by <see cref="Start"/>, later from the thread pool, never twice at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where findings go.</param>
    /// <param name="delegates">What makes rules of documents.</param>
    public MeshConfigurationWatcher(
        ConfigurationSectionReader? section,
        IEnumerable<IMeshConfigurationSource> sources,
        Action<MeshConfigurationUpdate> publish,
        TimeProvider time,
        ILogger logger,
        WatcherDelegates? delegates = null)
    {
        _section = section is null ? null : new SectionSource(section, time);
        var all = new List<IRuleSource>();
        if (_section is not null)
        {
            all.Add(_section);
        }

        all.AddRange(sources.Select(source => source as IRuleSource ?? new CustomSource(source)));
        _sources = [.. all.Select(source => new SourceState(source, Signal))];
        _publish = publish;
        _delegates = delegates ?? new WatcherDelegates();
        foreach (var source in all)
        {
            if (source.IsRemote && _delegates.Restore(source.Name) is not null)
            {
                source.OnSubstituteKnown();
            }
        }

        _time = time;
        _logger = logger;

        _debounce = DetachedTimer.Create(time, static watcher => watcher.OnDebounced(), this, "A reload of the mesh rules", logger);
        _upkeep = DetachedTimer.Create(time, static watcher => watcher.OnUpkeep(), this, "A look at the sources of mesh rules", logger);
    }

    /// <summary>
    /// Reads everything for the first time, hands it to the consumer and begins to watch. May be called again after it threw.
    /// </summary>
    /// <returns>What was handed to the consumer.</returns>
    /// <exception cref="MeshConfigurationException">A document is refused or a source fails; there is nothing good to fall back to.</exception>
    public MeshConfigurationUpdate Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_started || _running)
            {
                throw new InvalidOperationException("The watcher has been started; it is started once.");
            }

            _running = true;
        }

        var succeeded = false;
        try
        {
            var update = FirstRound();
            succeeded = true;
            return update;
        }
        finally
        {
            if (!succeeded)
            {
                foreach (var source in _sources)
                {
                    source.Dispose();
                }
            }

            Finish(succeeded);
        }
    }

    /// <summary>Stops watching. A round that runs at this moment publishes nothing more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        _debounce.Dispose();
        _upkeep.Dispose();
        foreach (var source in _sources)
        {
            source.Dispose();
        }

        _section?.Dispose();
    }

    private void Signal()
    {
        lock (_gate)
        {
            _signalled = true;
            ArmIfNeeded();
        }
    }

    // While a round runs nothing is armed: the end of the round looks at the signal.
    private void ArmIfNeeded()
    {
        if (_signalled && _started && !_running && !_armed && !_disposed)
        {
            _armed = true;
            _debounce.Change(Debounce, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnDebounced()
    {
        lock (_gate)
        {
            _armed = false;
            if (_running || _disposed)
            {
                return;
            }

            _running = true;
            _signalled = false;
        }

        try
        {
            Round();
        }
        catch (Exception exception)
        {
            Log.RoundFailed(_logger, exception);
        }
        finally
        {
            Finish(started: true);
        }
    }

    private void Finish(bool started)
    {
        lock (_gate)
        {
            _running = false;
            _started = started;
            ArmIfNeeded();
        }

        if (_disposed)
        {
            // Dispose may have passed by before this round subscribed anew.
            foreach (var source in _sources)
            {
                source.Dispose();
            }
        }
        else if (started)
        {
            ArmUpkeep();
        }
    }

    // Only what cannot signal needs upkeep: tokens that have to be asked, and sources that fail.
    private void ArmUpkeep()
    {
        if (_sources.Any(source => source.IsPassive))
        {
            _upkeep.Change(PassiveTokenInterval, Timeout.InfiniteTimeSpan);
        }
        else if (_sources.Any(source => source.IsFailing))
        {
            _upkeep.Change(FailingSourceInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnUpkeep()
    {
        var wanted = false;
        try
        {
            foreach (var source in _sources)
            {
                wanted |= source.IsFailing;
                if (source.HasChangedSilently())
                {
                    source.MarkChanged();
                    wanted = true;
                }
            }
        }
        catch (Exception exception)
        {
            Log.RoundFailed(_logger, exception);
        }

        if (wanted)
        {
            Signal();
        }
        else
        {
            ArmUpkeep();
        }
    }
}
