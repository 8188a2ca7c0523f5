using System.Collections.Frozen;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>
/// The endpoints of one service, out of its slices and the labels of its pods. Only what changed is looked at again, and an endpoint of which nothing
/// changed stays the same object at the same place: of ten thousand endpoints one that changes costs a copy of the list. Not for several threads.
/// </summary>
internal sealed class EndpointMerge
{
    private readonly Dictionary<string, Slice> _slices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MergedAddress> _addresses = new(StringComparer.Ordinal);
    private readonly PodAddresses _pods = new();
    private readonly List<MergedAddress> _dirty = [];
    private readonly PortMaps _portMaps = new();
    private readonly TopologyHints _hints = new();
    private List<MergedAddress> _order = [];
    private ServiceSpec _service = ServiceSpec.Empty;
    private ServicePorts _ports = new(null, [], new PortMaps());
    private Func<string, FrozenDictionary<string, string>?> _podLabels = static _ => null;
    private Surroundings _surroundings = new(static _ => null, null);
    private string? _ownNode;
    private string? _onlyNode;
    private HintScope _scope;
    private bool _isDualStack;
    private bool _isChanged = true;

    /// <summary>How many addresses are known, whether they are to be called or not.</summary>
    public int Count => _addresses.Count;

    /// <summary>Slices whose addresses are names.</summary>
    public int Unusable { get; private set; }

    /// <summary>The service itself is another now: every endpoint is looked at.</summary>
    /// <param name="service">Null: it is not there.</param>
    /// <param name="asked">The ports of the rules.</param>
    /// <param name="ownNode">The node of this process, for services that are to be called on that alone; null where it is not known.</param>
    public void SetService(ServiceSpec? service, IReadOnlyList<MeshServicePort> asked, string? ownNode = null)
    {
        _ownNode = ownNode;
        _onlyNode = service is { IsLocal: true } ? ownNode : null;
        _service = service ?? ServiceSpec.Empty;
        _ports = new ServicePorts(service, asked, _portMaps);
        SetPlace();
    }

    /// <summary>Where labels and places come from now: every endpoint is looked at.</summary>
    /// <param name="podLabels">The labels of a pod; null while they are not known.</param>
    /// <param name="surroundings">Where endpoints stand.</param>
    public void SetSurroundings(Func<string, FrozenDictionary<string, string>?> podLabels, Surroundings surroundings)
    {
        (_podLabels, _surroundings) = (podLabels, surroundings);
        SetPlace();
    }

    /// <param name="name">Of the slice.</param>
    /// <param name="slice">As it is now; null: it is gone.</param>
    public void SetSlice(string name, Slice? slice)
    {
        _slices.TryGetValue(name, out var before);
        if (ReferenceEquals(slice, before))
        {
            return;
        }

        Unusable += (slice is { Family: AddressFamily.Other } ? 1 : 0) - (before is { Family: AddressFamily.Other } ? 1 : 0);
        var isOtherwise = before is null || slice is null || slice.Family != before.Family || !slice.Ports.AsSpan().SequenceEqual(before.Ports);
        var members = slice?.Members ?? [];
        if (before is not null)
        {
            var kept = members.Select(member => member.Address).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in before.Members)
            {
                if (!kept.Contains(gone.Address) && _addresses.TryGetValue(gone.Address, out var address))
                {
                    address.Remove(name);
                    Mark(address);
                }
            }
        }

        var known = isOtherwise ? null : before!.Members;
        for (var index = 0; index < members.Length; index++)
        {
            var member = members[index];
            if (!_addresses.TryGetValue(member.Address, out var address))
            {
                _addresses.Add(member.Address, address = new MergedAddress(member.Address));
            }

            // Where nothing was inserted before it, it stands where it stood.
            var isSame = known is not null && index < known.Length && known[index] == member;
            address.Set(name, slice!, member);
            if (!isSame)
            {
                Mark(address);
            }
        }

        if (slice is null)
        {
            _slices.Remove(name);
        }
        else
        {
            _slices[name] = slice;
        }

        SetDualStack();
    }

    /// <summary>The slices as they are, all of them.</summary>
    public void SetSlices(IReadOnlyDictionary<string, Slice> slices)
    {
        foreach (var name in _slices.Keys.Where(name => !slices.ContainsKey(name)).ToList())
        {
            SetSlice(name, null);
        }

        foreach (var (name, slice) in slices)
        {
            SetSlice(name, slice);
        }
    }

    /// <summary>The labels of every pod may be others.</summary>
    public void ChangePods() => MarkAll();

    public void ChangePod(string pod)
    {
        for (var address = _pods.FirstOf(pod); address is not null; address = address.NextOfPod)
        {
            Mark(address);
        }
    }

    /// <summary>All endpoints that are to be called, those that drain included; null where they are those of the last time.</summary>
    public IReadOnlyList<MeshEndpoint>? Take()
    {
        // Whose pod is another changes what others of both pods come to, so all are filed first; that finds more of them.
        for (var index = 0; index < _dirty.Count; index++)
        {
            FileUnder(_dirty[index], _dirty[index].IsTold ? _dirty[index].Best.Member!.Pod : null);
        }

        _dirty.ForEach(CountHints);
        if (_hints.Scope != _scope)
        {
            _scope = _hints.Scope;
            MarkAll();
        }

        _dirty.ForEach(Look);
        _dirty.Clear();
        if (!_isChanged)
        {
            return null;
        }

        _isChanged = false;
        var order = new List<MergedAddress>(_order.Count);
        var endpoints = new List<MeshEndpoint>(_order.Count);
        foreach (var address in _order)
        {
            if (!address.IsTold)
            {
                address.IsListed = false;
                continue;
            }

            order.Add(address);
            if (address.Endpoint is { } endpoint)
            {
                endpoints.Add(endpoint);
            }
        }

        _order = order;
        return endpoints;
    }

    private void Look(MergedAddress address)
    {
        address.IsDirty = false;
        var endpoint = address.IsTold ? Make(address) : null;
        if (!address.IsTold)
        {
            _addresses.Remove(address.Address);
        }
        else if (!address.IsListed)
        {
            address.IsListed = true;
            _order.Add(address);
        }

        _isChanged |= !ReferenceEquals(endpoint, address.Endpoint) || (!address.IsTold && address.IsListed);
        address.Endpoint = endpoint;
    }

    private void CountHints(MergedAddress address)
    {
        var hints = address.IsTold ? _hints.MarksOf(address.Best.Member!, CallsTo(address) is (MeshEndpointState.Ready, _)) : HintMarks.None;
        _hints.Replace(address.Hints, hints);
        address.Hints = hints;
    }

    /// <summary>How it is called; null where it is not.</summary>
    private (MeshEndpointState State, FrozenDictionary<int, int> Ports)? CallsTo(MergedAddress address)
    {
        var (_, slice, member) = address.Best;
        return PortsOf(address) is { } ports && StateOf(member!.Condition) is { } state && (_onlyNode is null || member.Node == _onlyNode) && !IsOtherFamilyOfPod(address, slice.Family)
            ? (state, ports)
            : null;
    }

    private MeshEndpoint? Make(MergedAddress address)
    {
        if (CallsTo(address) is not var (state, ports))
        {
            return null;
        }

        var member = address.Best.Member!;
        var labels = (member.Pod is null ? null : _podLabels(member.Pod)) ?? FrozenDictionary<string, string>.Empty;
        var locality = _surroundings.Of(member, labels);
        var isForOthers = _hints.IsForOthers(member, _scope);
        var known = address.Endpoint;
        return known is not null && known.State == state && known.Locality == locality && known.IsForOthers == isForOthers
            && ReferenceEquals(known.Labels, labels) && ReferenceEquals(known.Ports, ports)
            ? known
            : new MeshEndpoint(Bracketed(address.Address)) { Labels = labels, Locality = locality, Ports = ports, State = state, IsForOthers = isForOthers };
    }

    private MeshEndpointState? StateOf(MemberCondition condition) => condition switch
    {
        MemberCondition.Ready => MeshEndpointState.Ready,
        MemberCondition.Draining => MeshEndpointState.Draining,
        MemberCondition.NotReady when _service.PublishNotReadyAddresses => MeshEndpointState.Ready,
        MemberCondition.Terminated when _service.PublishNotReadyAddresses => MeshEndpointState.Draining,
        _ => null,
    };

    /// <summary>Slices of one service may give different ports of one address.</summary>
    private FrozenDictionary<int, int>? PortsOf(MergedAddress address)
    {
        var ports = _ports.Map(address.Best.Slice.Ports);
        if (!address.IsShared)
        {
            return ports;
        }

        var condition = address.Best.Member!.Condition;
        foreach (var told in address.All)
        {
            if (told.Member!.Condition == condition && _ports.Map(told.Slice.Ports) is { } more && !ReferenceEquals(more, ports))
            {
                ports = ports is null ? more : _ports.Join(ports, more);
            }
        }

        return ports;
    }

    /// <summary>A pod with an address of each family is one endpoint: at that of the family that the service prefers.</summary>
    private bool IsOtherFamilyOfPod(MergedAddress address, AddressFamily family)
    {
        if (!_isDualStack || address.Pod is null || family == Preferred)
        {
            return false;
        }

        for (var other = _pods.FirstOf(address.Pod); other is not null; other = other.NextOfPod)
        {
            if (other.IsTold && other.Best is { Slice.Family: var otherFamily, Member: { } member } && otherFamily == Preferred
                && StateOf(member.Condition) is not null && PortsOf(other) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private AddressFamily Preferred => _service.IpFamilies is ["IPv6", ..] ? AddressFamily.IPv6 : AddressFamily.IPv4;

    private void SetDualStack()
    {
        var isDualStack = _slices.Values.Any(slice => slice.Family == AddressFamily.IPv4) && _slices.Values.Any(slice => slice.Family == AddressFamily.IPv6);
        if (isDualStack != _isDualStack)
        {
            _isDualStack = isDualStack;
            MarkAll();
        }
    }

    /// <summary>Where only the own node is called hints say nothing more.</summary>
    private void SetPlace()
    {
        _hints.SetPlace(_onlyNode is null ? _ownNode : null, _onlyNode is null ? _surroundings.OwnZone : null);
        MarkAll();
    }

    private void MarkAll()
    {
        foreach (var address in _addresses.Values)
        {
            Mark(address);
        }
    }

    private void Mark(MergedAddress address)
    {
        if (!address.IsDirty)
        {
            address.IsDirty = true;
            _dirty.Add(address);
            ChangeOther(address.Pod);
        }
    }

    private void FileUnder(MergedAddress address, string? pod)
    {
        var before = address.Pod;
        if (before == pod)
        {
            return;
        }

        _pods.Move(address, pod);
        ChangeOther(before);
        ChangeOther(pod);
    }

    /// <summary>Whether an address is called may decide about the pod's one of the other family.</summary>
    private void ChangeOther(string? pod)
    {
        if (_isDualStack && pod is not null)
        {
            ChangePod(pod);
        }
    }

    private static string Bracketed(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
