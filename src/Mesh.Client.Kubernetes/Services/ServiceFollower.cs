using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Watching;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>
/// Follows what the endpoints of one service come from: the Service, its slices, the pods that it selects, and nodes where the options say so. One for
/// each enumeration; the watches below are shared and outlive it for a while.
/// </summary>
internal sealed class ServiceFollower : IDisposable
{
    /// <summary>Subsets choose by the labels of pods, so the first endpoints wait for them; but not for long.</summary>
    private static readonly TimeSpan PodsLimit = TimeSpan.FromSeconds(3);

    /// <summary>How often a watch in trouble is looked at until that is told.</summary>
    private static readonly TimeSpan TroublePause = TimeSpan.FromSeconds(1);

    private readonly ResourceKey _service;
    private readonly IReadOnlyList<MeshServicePort> _ports;
    private readonly ServiceWatches _watches;
    private readonly KubernetesCluster _cluster;
    private readonly OwnPlace _place;
    private readonly Action _wake;
    private readonly WatchLease<ServiceObject> _object;
    private readonly WatchLease<Slice> _slices;
    private readonly WatchLease<ObjectLabels>? _nodes;
    private readonly EndpointMerge _merge = new();
    private readonly ITimer _again;
    private WatchLease<ObjectLabels>? _pods;
    private long _podsAskedAt;
    private string? _selector;
    private ServiceSpec? _spec;
    private Surroundings? _surroundings;
    private ImmutableDictionary<ResourceKey, Resource<ObjectLabels>> _nodeLabels = ImmutableDictionary<ResourceKey, Resource<ObjectLabels>>.Empty;
    private bool _isUnusableTold;
    private bool _isLocalTold;

    /// <param name="service">The service.</param>
    /// <param name="ports">Its ports in the rules.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="watches">The watches of it.</param>
    /// <param name="place">Where this process stands.</param>
    /// <param name="wake">Called when there is something to look at.</param>
    public ServiceFollower(
        ResourceKey service, IReadOnlyList<MeshServicePort> ports, KubernetesCluster cluster, ServiceWatches watches, OwnPlace place, Action wake)
    {
        (_service, _ports, _cluster, _watches, _place, _wake) = (service, ports, cluster, watches, place, wake);
        _again = DetachedTimer.Create(cluster.TimeProvider, static wake => wake(), wake, "A look at a Kubernetes service", cluster.Logger);
        _object = watches.Service(service, wake);
        _slices = watches.Slices(service, wake);
        _nodes = cluster.Options.NodeTopology ? watches.Nodes(wake) : null;
    }

    /// <summary>There is such a service; false too while that is not known.</summary>
    public bool IsThere => _spec is not null;

    /// <summary>The name that stands for the service; null for others.</summary>
    public string? ExternalName => _spec is { IsExternalName: true, ExternalName: { Length: > 0 } name } ? name.TrimEnd('.') : null;

    /// <summary>The node whose endpoints alone are called; null where all are.</summary>
    public string? OnlyNode => _spec is { IsLocal: true } ? _place.Node : null;

    /// <summary>Known addresses, whether they are to be called or not.</summary>
    public int Count => _merge.Count;

    /// <summary>What the server has said of the service, its slices and its pods was all there at the last <see cref="Take"/>.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Attempts to ask the server that failed since it last answered.</summary>
    public int Failures => Math.Max(_object.Watch.Status.Failures, _slices.Watch.Status.Failures);

    /// <summary>Why what is known may be out of date; null while it is not, or while that is too new to be told.</summary>
    public string? Problem => ProblemOf(_object.Watch.Status) ?? ProblemOf(_slices.Watch.Status);

    /// <summary>Why nothing is known.</summary>
    public string? Failure => (_object.Watch.Status, _slices.Watch.Status) switch
    {
        ({ State: ResourceState.Failed, Problem: { } problem }, _) => problem,
        (_, { State: ResourceState.Failed, Problem: { } problem }) => problem,
        _ => null,
    };

    /// <summary>The server has no EndpointSlices at all.</summary>
    public bool IsWithoutSlices => _slices.Watch.Status.State == ResourceState.Absent;

    /// <summary>Looks at what changed.</summary>
    /// <returns>The endpoints; null where they are those of the last time.</returns>
    public MeshEndpoint[]? Take()
    {
        // Each is asked for before the look at what it speaks of: what comes in between is for the next look, of which it tells.
        var isServiceKnown = _object.Watch.FirstAnswer.IsCompleted;
        TakeService();
        IsKnown = isServiceKnown && (ExternalName is not null || !IsThere || _slices.Watch.FirstAnswer.IsCompleted) && ArePodsKnown();
        TakeSurroundings();
        if (_slices.Take() is { } slices)
        {
            TakeSlices(slices);
        }

        if (_pods?.Take() is { } pods)
        {
            TakePods(pods);
        }

        if (IsInTrouble(_object.Watch.Status.State) || IsInTrouble(_slices.Watch.Status.State) || !ArePodsKnown())
        {
            _again.Change(TroublePause, Timeout.InfiniteTimeSpan);
        }

        if (_merge.Unusable > 0 && !_isUnusableTold)
        {
            _isUnusableTold = true;
            ServiceLog.NamesUnusable(_cluster.Logger, _service.ToString());
        }

        return _merge.Take();
    }

    public void Dispose()
    {
        _again.Dispose();
        _object.Dispose();
        _slices.Dispose();
        _pods?.Dispose();
        _nodes?.Dispose();
    }

    private void TakeService()
    {
        if (_object.Take() is null)
        {
            return;
        }

        var spec = _object.Watch.Objects.TryGetValue(_service, out var found) ? found.Value.Spec ?? ServiceSpec.Empty : null;
        if (ReferenceEquals(spec, _spec))
        {
            return;
        }

        _spec = spec;
        _merge.SetService(spec, _ports, _place.Node);
        if (spec is { IsLocal: true } && _place.Node is null && !_isLocalTold)
        {
            _isLocalTold = true;
            ServiceLog.NodeUnknown(_cluster.Logger, _service.ToString());
        }

        var selector = _cluster.Options.PodLabels && spec is { IsExternalName: false, Selector.Count: > 0 } ? ServiceWatches.SelectorText(spec.Selector) : null;
        if (selector != _selector)
        {
            _selector = selector;
            var before = _pods;
            _pods = selector is null ? null : _watches.Pods(_service.Namespace, spec!.Selector!, _wake);
            _podsAskedAt = _cluster.TimeProvider.GetTimestamp();
            before?.Dispose();
            _surroundings = null;
        }
    }

    private void TakeSurroundings()
    {
        var own = _place.Locality;
        var changes = _nodes?.Take();
        if (changes is not null && _place.Node is { } node && changes.Objects.TryGetValue(new ResourceKey("", node), out var found))
        {
            _place.Learn(found.Value.Labels);
        }

        if (_surroundings is not null && _surroundings.Own == own && (changes is null || !HaveMoved(changes)))
        {
            _nodeLabels = changes?.Objects ?? _nodeLabels;
            return;
        }

        var nodes = _nodeLabels = changes?.Objects ?? _nodeLabels;
        _surroundings = new Surroundings(name => nodes.GetValueOrDefault(new ResourceKey("", name))?.Value.Labels, own);
        _merge.SetSurroundings(LabelsOf, _surroundings);
    }

    /// <summary>Nodes change all the time, and their places hardly ever.</summary>
    private bool HaveMoved(ResourceChanges<ObjectLabels> changes) => changes.Keys is null || changes.Keys.Any(key =>
        changes.Objects.GetValueOrDefault(key)?.Value.Labels != _nodeLabels.GetValueOrDefault(key)?.Value.Labels);

    private FrozenDictionary<string, string>? LabelsOf(string pod)
        => _pods is not null && _pods.Watch.Objects.TryGetValue(new ResourceKey(_service.Namespace, pod), out var found) ? found.Value.Labels : null;

    private bool ArePodsKnown()
        => _pods is null || _pods.Watch.Status.State is not ResourceState.Pending || _cluster.TimeProvider.GetElapsedTime(_podsAskedAt) >= PodsLimit;

    private void TakeSlices(ResourceChanges<Slice> changes)
    {
        if (changes.Keys is null)
        {
            _merge.SetSlices(changes.Objects.ToDictionary(slice => slice.Key.Name, slice => slice.Value.Value, StringComparer.Ordinal));
            return;
        }

        foreach (var key in changes.Keys)
        {
            _merge.SetSlice(key.Name, changes.Objects.TryGetValue(key, out var found) ? found.Value : null);
        }
    }

    private void TakePods(ResourceChanges<ObjectLabels> changes)
    {
        if (changes.Keys is null)
        {
            _merge.ChangePods();
            return;
        }

        foreach (var key in changes.Keys)
        {
            _merge.ChangePod(key.Name);
        }
    }

    private static bool IsInTrouble(ResourceState state) => state is ResourceState.Stale or ResourceState.Failed;

    private static string? ProblemOf(ResourceStatus status)
        => status is { State: ResourceState.Stale, Failures: >= WatchSchedule.FailuresTold, Problem: { } problem } ? problem : null;
}
