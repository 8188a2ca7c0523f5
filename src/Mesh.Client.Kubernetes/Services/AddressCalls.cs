using System.Collections.Frozen;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>How the addresses of a service are called, and whether: by the Service, by what surrounds them and this process, and by their hints. Whoever
/// changes one of those looks at every address again. Not for several threads.</summary>
/// <param name="pods">Which addresses belong to which pod.</param>
internal sealed class AddressCalls(PodAddresses pods)
{
    private readonly PortMaps _portMaps = new();
    private readonly TopologyHints _hints = new();
    private ServiceSpec _service = ServiceSpec.Empty;
    private ServicePorts _ports = new(null, [], new PortMaps());
    private Func<string, FrozenDictionary<string, string>?> _podLabels = static _ => null;
    private Surroundings _surroundings = new(static _ => null, null);
    private string? _ownNode;
    private string? _onlyNode;
    private HintScope _scope;

    /// <summary>There are addresses of both families.</summary>
    public bool IsDualStack { get; set; }

    /// <param name="service">Null: it is not there.</param>
    /// <param name="asked">The ports of the rules.</param>
    /// <param name="ownNode">The node of this process, for services that are to be called on that alone; null where it is not known.</param>
    public void SetService(ServiceSpec? service, IReadOnlyList<MeshServicePort> asked, string? ownNode)
    {
        _ownNode = ownNode;
        _onlyNode = service is { IsLocal: true } ? ownNode : null;
        _service = service ?? ServiceSpec.Empty;
        _ports = new ServicePorts(service, asked, _portMaps);
        SetPlace();
    }

    /// <param name="podLabels">The labels of a pod; null while they are not known.</param>
    /// <param name="surroundings">Where endpoints stand.</param>
    public void SetSurroundings(Func<string, FrozenDictionary<string, string>?> podLabels, Surroundings surroundings)
    {
        (_podLabels, _surroundings) = (podLabels, surroundings);
        SetPlace();
    }

    /// <summary>Counts the hints of an address, as they are now.</summary>
    public void CountHints(MergedAddress address)
    {
        var hints = address.IsTold ? _hints.MarksOf(address.Best.Member!, Of(address) is (MeshEndpointState.Ready, _)) : HintMarks.None;
        _hints.Replace(address.Hints, hints);
        address.Hints = hints;
    }

    /// <summary>Goes by the hints as they are counted from now on.</summary>
    /// <returns>Whether that decides otherwise than before, about every address.</returns>
    public bool TakeHints()
    {
        var before = _scope;
        _scope = _hints.Scope;
        return _scope != before;
    }

    /// <summary>Null where it is not called.</summary>
    /// <param name="address">The address.</param>
    /// <param name="known">What it came to before, which it comes to again where nothing about it has changed; null: nothing.</param>
    public MeshEndpoint? Make(MergedAddress address, MeshEndpoint? known)
    {
        if (!address.IsTold || Of(address) is not var (state, ports))
        {
            return null;
        }

        var member = address.Best.Member!;
        var labels = (member.Pod is null ? null : _podLabels(member.Pod)) ?? FrozenDictionary<string, string>.Empty;
        var locality = _surroundings.Of(member, labels);
        var isForOthers = _hints.IsForOthers(member, _scope);
        return known is not null && known.State == state && known.Locality == locality && known.IsForOthers == isForOthers
            && ReferenceEquals(known.Labels, labels) && ReferenceEquals(known.Ports, ports)
            ? known
            : new MeshEndpoint(Bracketed(address.Address)) { Labels = labels, Locality = locality, Ports = ports, State = state, IsForOthers = isForOthers };
    }

    private (MeshEndpointState State, FrozenDictionary<int, int> Ports)? Of(MergedAddress address)
    {
        var (_, terms, member) = address.Best;
        return PortsOf(address) is { } ports && StateOf(member!.Condition) is { } state && (_onlyNode is null || member.Node == _onlyNode) && !IsOtherFamilyOfPod(address, terms.Family)
            ? (state, ports)
            : null;
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
        var ports = _ports.Map(address.Best.Terms.Ports);
        if (!address.IsShared)
        {
            return ports;
        }

        var condition = address.Best.Member!.Condition;
        foreach (var told in address.All)
        {
            if (told.Member!.Condition == condition && _ports.Map(told.Terms.Ports) is { } more && !ReferenceEquals(more, ports))
            {
                ports = ports is null ? more : _ports.Join(ports, more);
            }
        }

        return ports;
    }

    /// <summary>A pod with an address of each family is one endpoint: at that of the family that the service prefers.</summary>
    private bool IsOtherFamilyOfPod(MergedAddress address, AddressFamily family)
    {
        if (!IsDualStack || address.Pod is null || family == Preferred)
        {
            return false;
        }

        for (var other = pods.FirstOf(address.Pod); other is not null; other = other.NextOfPod)
        {
            if (other.IsTold && other.Best is { Terms.Family: var otherFamily, Member: { } member } && otherFamily == Preferred
                && StateOf(member.Condition) is not null && PortsOf(other) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private AddressFamily Preferred => _service.IpFamilies is ["IPv6", ..] ? AddressFamily.IPv6 : AddressFamily.IPv4;

    /// <summary>Where only the own node is called hints say nothing more.</summary>
    private void SetPlace() => _hints.SetPlace(_onlyNode is null ? _ownNode : null, _onlyNode is null ? _surroundings.OwnZone : null);

    private static string Bracketed(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
