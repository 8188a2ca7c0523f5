using System.Collections.Concurrent;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Health;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Resilience;
using Mesh.Client.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;

namespace Mesh.Client;

/// <summary>The owner of all running cluster state: joins discovery and health into the endpoint sets that picks read.</summary>
internal sealed partial class ClusterManager : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _applying = new();
    private readonly ConcurrentDictionary<StateKey, ClusterState> _states = new();
    private readonly Dictionary<string, WatchedService> _services = new(StringComparer.Ordinal);
    private readonly TimeProvider _timeProvider;
    private readonly MeshRandom _random;
    private readonly ILogger _discoveryLogger;
    private readonly ILogger _backgroundLogger;
    private readonly Func<DiscoveryChoice, IEndpointSource> _sources;
    private readonly Func<DnsConfiguration, bool> _configureDns;
    private readonly RefreshSchedule _schedule;
    private readonly ActiveClock _activeClock;
    private readonly SubsetCaller _caller = SubsetCaller.OfThisProcess();
    private MeshSnapshot? _newest;
    private bool _isDisposed;

    /// <param name="timeProvider">The mesh's clock.</param>
    /// <param name="random">The mesh's chance.</param>
    /// <param name="loggerFactory">Where discovery tells of state changes.</param>
    /// <param name="serviceDiscovery">The resolver of Microsoft.Extensions.ServiceDiscovery; null where the application registered none.</param>
    /// <param name="probe">What asks endpoints whether they are well; null asks nobody.</param>
    /// <param name="activeClock">The clock of load-aware policies, which ends with the manager.</param>
    /// <param name="endpointSources">The sources that the application has registered.</param>
    public ClusterManager(
        TimeProvider timeProvider,
        MeshRandom random,
        ILoggerFactory loggerFactory,
        ServiceEndpointResolver? serviceDiscovery = null,
        IHealthProbe? probe = null,
        ActiveClock? activeClock = null,
        IReadOnlyCollection<IMeshEndpointSource>? endpointSources = null)
        : this(timeProvider, random, loggerFactory, MakeSources(timeProvider, loggerFactory, serviceDiscovery, endpointSources ?? []), probe, activeClock)
    {
    }

    /// <summary>With other sources of endpoints than the built-in ones.</summary>
    internal ClusterManager(
        TimeProvider timeProvider,
        MeshRandom random,
        ILoggerFactory loggerFactory,
        Func<DiscoveryChoice, IEndpointSource> sources,
        Func<DnsConfiguration, bool> configureDns,
        IHealthProbe? probe = null,
        ActiveClock? activeClock = null)
    {
        _timeProvider = timeProvider;
        _random = random;
        _discoveryLogger = loggerFactory.CreateLogger(DiscoveryLog.Category);
        _backgroundLogger = loggerFactory.CreateLogger(Background.Category);
        _sources = sources;
        _configureDns = configureDns;
        _schedule = new RefreshSchedule(random);
        _activeClock = activeClock ?? new ActiveClock(timeProvider);
        OutlierDetector = new OutlierDetector(timeProvider, _backgroundLogger, random);
        CircuitBreakers = new CircuitBreakers(timeProvider, _backgroundLogger);
        HealthChecker = new HealthChecker(probe ?? new NoHealthProbe(), OutlierDetector, timeProvider, random, _backgroundLogger);
    }

    private ClusterManager(
        TimeProvider timeProvider, MeshRandom random, ILoggerFactory loggerFactory, EndpointSources sources, IHealthProbe? probe, ActiveClock? activeClock)
        : this(timeProvider, random, loggerFactory, sources.Get, sources.Configure, probe, activeClock)
    {
    }

    /// <summary>Endpoints that left for good; the Transport room drains their connections. Raised once per cluster that had the endpoint,
    /// without a lock, on any thread; also for all endpoints of a cluster that ended, which calls in flight may still pick.</summary>
    public event Action<EndpointState>? EndpointRemoved;

    /// <summary>An endpoint drains and gets no more calls, since others do; the Transport room drains its connections. Raised under a lock of the
    /// cluster, on any thread; must not throw.</summary>
    public event Action<EndpointState>? EndpointDraining;

    /// <summary>Some service has other endpoints than before. Raised without a lock, on any thread.</summary>
    public event Action? EndpointsChanged;

    /// <summary>A look-up of endpoints failed, of the service that is named; endpoints known before stay. Raised without a lock, on any thread.</summary>
    public event Action<string>? DiscoveryFailed;

    /// <summary>What was known of a service in an earlier run; null where nobody keeps that.</summary>
    public Func<ServiceModel, RestoredEndpoints?>? Restore { get; init; }

    /// <summary>Where attempts are reported.</summary>
    public OutlierDetector OutlierDetector { get; }

    public HealthChecker HealthChecker { get; }

    public CircuitBreakers CircuitBreakers { get; }

    /// <summary>The state of the cluster, made and watched on first use. <paramref name="port"/> is what the caller addressed; it counts
    /// where the model's own port is 0; of such states so many are kept. No allocation once the state exists.</summary>
    public ClusterState Get(ClusterModel model, int port)
    {
        if (model.State is { } known)
        {
            known.MarkUsed();
            return known;
        }

        var key = KeyOf(model, port);
        if (!_states.TryGetValue(new StateKey(key, model.SubsetText), out var state))
        {
            state = Create(key, model);
        }

        if (model.Key.Port != 0)
        {
            model.State = state;
        }
        else
        {
            state.LastUsed = _timeProvider.GetTimestamp();
        }

        state.MarkUsed();
        return state;
    }

    /// <summary>The state of the cluster where a call has made it, else null. Nothing is made, and nothing is remembered.</summary>
    public ClusterState? Find(ClusterModel model, int port)
        => model.State ?? (_states.TryGetValue(new StateKey(KeyOf(model, port), model.SubsetText), out var state) ? state : null);

    /// <summary>What watches the endpoints of the service, for whichever of its clusters was called; null where none was. For diagnostics: it takes
    /// a lock.</summary>
    public EndpointWatcher? FindWatcher(ServiceModel service)
    {
        lock (_gate)
        {
            return _services.TryGetValue(service.Name, out var watched) ? watched.Watcher : null;
        }
    }

    /// <summary>What watches services now.</summary>
    public IReadOnlyList<EndpointWatcher> GetWatchers()
    {
        lock (_gate)
        {
            return [.. _services.Values.Select(service => service.Watcher)];
        }
    }

    /// <summary>The clusters that were called so far and are still named by some rule, in no order.</summary>
    public IReadOnlyCollection<ClusterState> GetStates() => [.. _states.Values];

#pragma warning disable CA1822 // users hold a manager; that the answer hangs on the cluster is not theirs to know
    /// <summary>True once discovery has answered for the first time (or has failed and been given up for now). Never blocks.</summary>
    public bool IsReady(ClusterState cluster) => MembershipOf(cluster).IsReady;

    /// <summary>How discovery of the cluster's service stands.</summary>
    public DiscoveryStatus GetDiscoveryStatus(ClusterState cluster) => MembershipOf(cluster).Watcher.Status;

    /// <summary>Fires when the endpoints of the cluster's service change, or it leaves the rules.</summary>
    public IChangeToken GetChangeToken(ClusterState cluster) => MembershipOf(cluster).Watcher.ChangeToken;

    /// <summary>Asks the cluster's discovery again ahead of time, at most ten times a second; nobody waits for it.</summary>
    public void RefreshDiscovery(ClusterState cluster) => MembershipOf(cluster).Watcher.Refresh();
#pragma warning restore CA1822

    /// <summary>Completes when <see cref="IsReady"/>; cancellable; bounded by the first-answer limit.</summary>
    public async Task WaitUntilReadyAsync(ClusterState cluster, CancellationToken cancellationToken)
    {
        var membership = MembershipOf(cluster);
        await membership.Watcher.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
        Update(membership);
    }

    /// <summary>The same for synchronous callers.</summary>
    public void WaitUntilReady(ClusterState cluster, CancellationToken cancellationToken)
    {
        var membership = MembershipOf(cluster);
        membership.Watcher.WaitUntilReady(cancellationToken);
        Update(membership);
    }

    /// <summary>Stops every watcher and timer. Calls in flight finish on what they have.</summary>
    public void Dispose()
    {
        WatchedService[] services;
        lock (_gate)
        {
            _isDisposed = true;
            _stragglersEnd?.Dispose();
            services = [.. _services.Values];
            _services.Clear();
        }

        foreach (var service in services)
        {
            service.Watcher.Dispose();
        }

        foreach (var state in _states.Values)
        {
            StopTimers(state);
        }

        _activeClock.Dispose();
    }

    private static EndpointSources MakeSources(
        TimeProvider timeProvider, ILoggerFactory loggerFactory, ServiceEndpointResolver? serviceDiscovery, IReadOnlyCollection<IMeshEndpointSource> endpointSources) =>
        new(timeProvider, loggerFactory.CreateLogger(DiscoveryLog.Category), serviceDiscovery, endpointSources);

    private static ClusterKey KeyOf(ClusterModel model, int port) => model.Key.Port == 0 ? model.Key with { Port = port } : model.Key;

    private static ClusterMembership MembershipOf(ClusterState cluster) => (ClusterMembership)cluster.Membership!;

    private static BalancerUpdates UpdatesOf(ClusterState cluster) => ((EndpointSetWatch)cluster.Listener!).Balancer;

    private void StopTimers(ClusterState cluster)
    {
        OutlierDetector.Stop(cluster);
        HealthChecker.Stop(cluster);
        CircuitBreakers.Stop(cluster);
        UpdatesOf(cluster).Stop();
    }

    private void Update(ClusterMembership membership)
    {
        var removed = membership.Update();

        // First, so that no check makes a connection to an endpoint whose connections were closed.
        HealthChecker.Update(membership.Cluster);
        RaiseRemoved(removed);
    }

    private void RaiseRemoved(IReadOnlyList<EndpointState> removed)
    {
        foreach (var endpoint in removed)
        {
            OnEndpointRemoved(endpoint);
        }
    }

    private void OnEndpointRemoved(EndpointState endpoint)
    {
        // First: a call that has just picked it is to find it so, and to let go of its connection.
        endpoint.IsLeaving = true;
        EndpointRemoved?.Invoke(endpoint);
    }

    private void OnEndpointLeaving(EndpointState endpoint) => EndpointDraining?.Invoke(endpoint);

    /// <summary>A subset whose labels change gets a state of its own under the same key: otherwise calls on older rules would pick by labels
    /// that their rules do not know.</summary>
    private readonly record struct StateKey(ClusterKey Cluster, string Labels);
}
