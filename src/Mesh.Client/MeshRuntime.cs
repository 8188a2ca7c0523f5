using Mesh.Client.Configuration;
using Mesh.Client.Diagnostics;
using Mesh.Client.Discovery;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Persistence;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client;

/// <summary>
/// The mesh of one service provider, or of one handler: it owns everything that lasts and strings the rooms together. Made once;
/// handlers are shells around it.
/// </summary>
internal sealed partial class MeshRuntime : IMesh, IMeshConfigurationAccessor, IDisposable
{
    private readonly Lock _starting = new();
    private readonly ChangeSignal _rulesChanged = new();
    private readonly GuardedLoggerFactory _loggerFactory;
    private readonly ServiceEndpointResolver? _serviceDiscovery;
    private readonly IReadOnlyCollection<IMeshEndpointSource> _endpointSources;
    private readonly IHostDirectory? _hostDirectory;
    private readonly MeshConfigurationWatcher _watcher;
    private readonly StateKeeper? _state;
    private MeshSnapshot _snapshot = MeshSnapshot.Empty;
    private DateTimeOffset _loadedAt;
    private volatile IncomingParts _hashedParts;
    private ClusterManager? _clusters;
    private MeshRandom? _random;
    private volatile bool _isStarted;

    private MeshRuntime(
        ConfigurationSectionReader? section,
        IEnumerable<IMeshConfigurationSource> sources,
        IEnumerable<IMeshEndpointSource> endpointSources,
        ILoggerFactory loggerFactory,
        MeshTelemetry telemetry,
        TimeProvider timeProvider,
        ServiceEndpointResolver? serviceDiscovery,
        IHostDirectory? hostDirectory,
        string? statePath)
    {
        _loggerFactory = new GuardedLoggerFactory(loggerFactory);
        BackgroundLogger = _loggerFactory.CreateLogger(Background.Category);
        _serviceDiscovery = serviceDiscovery;
        _endpointSources = [.. endpointSources];
        _hostDirectory = hostDirectory;
        TimeProvider = timeProvider;
        Telemetry = telemetry;
        ActiveClock = new ActiveClock(timeProvider);
        Transports = new TransportPool(timeProvider, OnConnectFailure);
        Mirrors = new MirrorSender(this);
        UndeclaredPorts = new UndeclaredPortReporter(_loggerFactory.CreateLogger(PipelineLog.Category));
        ClientReports = new ClientReporter(_loggerFactory.CreateLogger(PipelineLog.Category));
        _state = statePath is null ? null : new StateKeeper(statePath, timeProvider, _loggerFactory.CreateLogger(PersistenceLog.Category));
        hostDirectory?.Connect(service => _clusters?.TakeUse(service) == true, _state);
        _watcher = new MeshConfigurationWatcher(
            section,
            sources,
            TakeOver,
            timeProvider,
            _loggerFactory.CreateLogger("Mesh.Client.Configuration"),
            WatcherDelegates.For(DiscoveryWords.With(_endpointSources.Select(source => source.Name))) with { Restore = name => _state?.FindRules(name) });
        _watcher.DocumentChanged += Telemetry.CountReload;
        Telemetry.ObservePools(MeasurePools);
        Telemetry.Limits.Observe(MeasureConcurrency);
    }

    /// <summary>What ends with the mesh, after it.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    public TimeProvider TimeProvider { get; }

    /// <summary>The mesh's clock without the pauses of this process, by which policies learn from calls.</summary>
    public ActiveClock ActiveClock { get; }

    public MeshTelemetry Telemetry { get; }

    public TransportPool Transports { get; }

    public MirrorSender Mirrors { get; }

    /// <summary>Where work above which nobody stands tells of its failures.</summary>
    public ILogger BackgroundLogger { get; }

    public UndeclaredPortReporter UndeclaredPorts { get; }

    public ClientReporter ClientReports { get; }

    /// <summary>Null where nobody knows hosts beyond the rules.</summary>
    public HostLookups? HostLookups { get; private set; }

    /// <summary>The mesh's chance; the seed, if any, comes with the first rules.</summary>
    public MeshRandom Random => _random ?? throw NotStarted();

    public ClusterManager Clusters => _clusters ?? throw NotStarted();

    public OutlierDetector OutlierDetector => Clusters.OutlierDetector;

    public CircuitBreakers CircuitBreakers => Clusters.CircuitBreakers;

    /// <summary>Fires when the rules are swapped. To be taken before <see cref="Snapshot"/> is read.</summary>
    public IChangeToken RulesChanged => _rulesChanged.Token;

    /// <summary>The live rules; a call reads it once.</summary>
    public MeshSnapshot Snapshot => Volatile.Read(ref _snapshot);

    MeshConfiguration IMeshConfigurationAccessor.Current => Snapshot.Configuration;

    IncomingParts IMeshConfigurationAccessor.HashedParts => _hashedParts;

    void IMeshConfigurationAccessor.CountIgnoredDeadline(string header) => Telemetry.CountIgnoredDeadline(header);

    long IMesh.RulesVersion => Snapshot.Version;

    DateTimeOffset IMesh.RulesLoadedAt => _loadedAt;

    IReadOnlyList<MeshFinding> IMesh.Findings => _watcher.Findings;

    /// <summary>Loads the rules, once; the host's start does it, else the first client. Throws what is wrong with them, each time it is asked
    /// again until they are right.</summary>
    public void Start()
    {
        if (_isStarted)
        {
            return;
        }

        lock (_starting)
        {
            if (!_isStarted)
            {
                _watcher.Start();
                _isStarted = true;
                _state?.Follow(Clusters.GetWatchers, _watcher.GetKeptRules);
            }
        }
    }

    /// <summary>No connection to the endpoint could be made: later picks prefer others, and who checks it or knows where it is looks again.</summary>
    public void OnConnectFailure(ClusterState cluster, EndpointState endpoint)
    {
        if (ConnectFailureMark.Set(endpoint, TimeProvider))
        {
            HealthChecker.Suspect(cluster, endpoint);
        }

        Clusters.RefreshDiscovery(cluster);
    }

    /// <summary>The next endpoint for a call, which remembers by which balancer; null where none is available.</summary>
    public EndpointState? Pick(MeshCall call)
    {
        var cluster = call.Cluster!;
        var balancer = (Balancer)cluster.Balancer!;
        call.Balancer = balancer;
        if (call.Policy.IsPassThrough)
        {
            return cluster.AddressOfCaller;
        }

        var retries = call.RetryPolicy;
        var avoidsTried = AvoidsTried(call, retries);
        var picked = balancer.Pick(cluster.Endpoints, new(avoidsTried ? call.Tried : default, TimeProvider)
        {
            Hash = call.Hash,
            LeftBehind = retries.LeavesPriorities ? RetryRules.LeftBehind(call.Tried) : default,
        });
        return picked is null || !call.IsAdmitted || call.TryEnterBreaker(picked) ? picked : CallBreakers.PickPast(call, balancer, picked, avoidsTried);
    }

    /// <summary>As in Istio, a retry leaves the endpoint of its hash only where the rule says so, or splits its calls.</summary>
    private static bool AvoidsTried(MeshCall call, RetryPolicyModel retries)
        => retries.AvoidTriedEndpoints ?? (call.Policy.ConsistentHash is null || call.Rule is not { Destinations.Length: 1 });

    public MeshExplanation Explain(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new Explainer(Snapshot, _clusters, TimeProvider).Explain(request);
    }

    public bool EjectEndpoint(string cluster, string endpoint, TimeSpan? duration = null)
    {
        if (duration is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(duration));
        }

        return Find(cluster, endpoint, out var state) is { } found && OutlierDetector.EjectByHand(state!, found, duration);
    }

    public bool ReturnEndpoint(string cluster, string endpoint)
        => Find(cluster, endpoint, out var state) is { } found && OutlierDetector.ReturnByHand(state!, found);

    public void Dispose()
    {
        _watcher.Dispose();
        _state?.Dispose();
        HostLookups?.Dispose();
        Mirrors.Dispose();
        _clusters?.Dispose();
        Transports.Dispose();
        Telemetry.Dispose();
        foreach (var owned in Owned)
        {
            owned.Dispose();
        }
    }

    private IEnumerable<PoolMeasurement> MeasurePools()
        => from cluster in _clusters?.GetStates() ?? []
           let limits = cluster.Limits as ConnectionLimits
           where limits is not null
           select new PoolMeasurement(cluster.Key.Service, cluster.Key.Subset, limits.Active, limits.Pending, limits.Retries);

    private IEnumerable<ConcurrencyMeasurement> MeasureConcurrency()
        => from cluster in _clusters?.GetStates() ?? []
           let concurrency = ClusterResilience.Of(cluster).Limits?.Concurrency
           where concurrency is not null
           select new ConcurrencyMeasurement(cluster.Key.Service, cluster.Key.Subset, concurrency.Limit);

    /// <summary>States before the snapshot: a call that sees the new rules finds the endpoints and policies that go with them.</summary>
    private void TakeOver(MeshConfigurationUpdate update)
    {
        var snapshot = SnapshotCompiler.Compile(update.Configuration, Snapshot.Version + 1, Snapshot);
        if (_clusters is null)
        {
            _random = update.Configuration.Seed is { } seed ? MeshRandom.Seeded(seed) : MeshRandom.Unseeded;
            var clusters = new ClusterManager(TimeProvider, _random, _loggerFactory, _serviceDiscovery, new HealthProbe(Transports), ActiveClock, _endpointSources) { Restore = _state is null ? null : _state.FindEndpoints };
            clusters.EndpointRemoved += Transports.Drain;
            clusters.EndpointDraining += Transports.Drain;
            clusters.DiscoveryFailed += Telemetry.CountDiscoveryFailure;
            new HealthReporter(TimeProvider, Telemetry, _loggerFactory.CreateLogger(HealthLog.Category)).Connect(clusters.OutlierDetector, clusters.HealthChecker);
            new LoadReporter(Telemetry, _loggerFactory.CreateLogger(LoadReporter.Category)).Connect(clusters);
            new LimitReporter(Telemetry, _loggerFactory.CreateLogger(LimitLog.Category)).Connect(clusters.CircuitBreakers);
            clusters.EndpointsChanged += () => _state?.OnChanged();
            _clusters = clusters;
            HostLookups = _hostDirectory is null ? null : new HostLookups(
                _hostDirectory, host => Snapshot.Hosts.ContainsKey(host), new RefreshSchedule(_random), TimeProvider, _loggerFactory.CreateLogger(DiscoveryLog.Category));
        }

        _clusters.Apply(snapshot);
        _loadedAt = update.LoadedAt;
        _hashedParts = HashedParts(snapshot);
        Volatile.Write(ref _snapshot, snapshot);
        HostLookups?.OnNewRules();
        _rulesChanged.Fire();
        _state?.OnChanged();
    }

    /// <summary>What calls are hashed by of the request during which they are made.</summary>
    private static IncomingParts HashedParts(MeshSnapshot snapshot)
    {
        var parts = IncomingParts.None;
        foreach (var cluster in snapshot.Clusters)
        {
            parts |= cluster.Policy.ConsistentHash?.Key switch
            {
                HashKeyKind.SourceIp => IncomingParts.RemoteAddress,
                HashKeyKind.Cookie => IncomingParts.Cookies,
                _ => IncomingParts.None,
            };
        }

        return parts;
    }

    private EndpointState? Find(string cluster, string endpoint, out ClusterState? state)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(endpoint);
        state = _clusters?.GetStates().FirstOrDefault(candidate => candidate.Key.ToString() == cluster);
        foreach (var candidate in state?.Endpoints.All ?? [])
        {
            if (EndpointAuthority.Describe(candidate.Endpoint, state!) == endpoint)
            {
                return candidate;
            }
        }

        return null;
    }

    private static InvalidOperationException NotStarted() => new("The mesh was used before its rules were loaded.");
}
