using System.Collections.Frozen;
using Mesh.Client.Kubernetes.Services;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>What the merge should come to, worked out from all slices anew, with nothing kept.</summary>
internal sealed class EndpointMergeModel
{
    public const string OwnNode = "n1";

    public SortedDictionary<string, Slice> Slices { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, FrozenDictionary<string, string>> Pods { get; } = [];

    public ServiceSpec Service { get; set; } = ServiceSpec.Empty;

    public string? Own { get; set; }

    /// <summary>A line for each endpoint, by address.</summary>
    public SortedDictionary<string, string> Describe()
    {
        var addresses = Slices.Values.SelectMany(slice => slice.Members).Select(member => member.Address).Distinct().ToDictionary(address => address, Best);
        var isDualStack = Slices.Values.Select(slice => slice.Family).Distinct().Count(family => family != AddressFamily.Other) == 2;
        var preferred = Service.IpFamilies is ["IPv6", ..] ? AddressFamily.IPv6 : AddressFamily.IPv4;
        var called = new Dictionary<string, (SliceMember Member, MeshEndpointState State, Dictionary<int, int> Ports)>();
        foreach (var (address, (slice, member)) in addresses)
        {
            var isSecond = isDualStack && member.Pod is not null && slice.Family != preferred && addresses.Values.Any(other =>
                other.Slice.Family == preferred && other.Member.Pod == member.Pod && StateOf(other.Member) is not null && PortsOf(other.Member) is not null);
            var isElsewhere = Service.InternalTrafficPolicy == "Local" && member.Node != OwnNode;
            if (!isSecond && !isElsewhere && StateOf(member) is { } state && PortsOf(member) is { } ports)
            {
                called.Add(address, (member, state, ports));
            }
        }

        var isForUs = ForUs([.. called.Values.Where(endpoint => endpoint.State == MeshEndpointState.Ready).Select(endpoint => endpoint.Member)]);
        var described = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (address, (member, state, ports)) in called)
        {
            var labels = member.Pod is not null ? Pods.GetValueOrDefault(member.Pod) : null;
            var locality = Own is not null && member.Zone == "eu-1" ? "eu/eu-1" : null;
            described[address] = Describe(state, labels ?? FrozenDictionary<string, string>.Empty, ports, locality, !isForUs(member));
        }

        return described;
    }

    public static string Describe(MeshEndpoint endpoint) => Describe(endpoint.State, endpoint.Labels, endpoint.Ports, endpoint.Locality, endpoint.IsForOthers);

    /// <summary>As topologyModeFromHints of kube-proxy decides.</summary>
    private Func<SliceMember, bool> ForUs(SliceMember[] ready)
    {
        if (Service.InternalTrafficPolicy == "Local")
        {
            return _ => true;
        }

        if (ready.All(member => member.ForNodes is not null) && ready.Any(IsForNode))
        {
            return IsForNode;
        }

        return ready.All(member => member.ForZones is not null) && ready.Any(IsForZone) ? IsForZone : _ => true;

        bool IsForNode(SliceMember member) => member.ForNodes?.Split(' ').Contains(OwnNode) == true;
        bool IsForZone(SliceMember member) => Own is not null && member.ForZones?.Split(' ').Contains("eu-1") == true;
    }

    private static string Describe(
        MeshEndpointState state, IReadOnlyDictionary<string, string> labels, IEnumerable<KeyValuePair<int, int>> ports, string? locality, bool isForOthers)
        => $"{(isForOthers ? "later" : "first")} {state} {string.Join(',', labels.Order(Comparer<KeyValuePair<string, string>>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key))))} "
            + $"{string.Join(',', ports.OrderBy(port => port.Key).Select(port => $"{port.Key}:{port.Value}"))} {locality}";

    private IEnumerable<(Slice Slice, SliceMember Member)> Told(string address)
        => from slice in Slices.Values from member in slice.Members where member.Address == address select (slice, member);

    // The dictionary is in the order of names, and sorting is stable.
    private (Slice Slice, SliceMember Member) Best(string address) => Told(address).OrderBy(told => told.Member.Condition).First();

    private MeshEndpointState? StateOf(SliceMember member) => member.Condition switch
    {
        MemberCondition.Ready => MeshEndpointState.Ready,
        MemberCondition.Draining => MeshEndpointState.Draining,
        MemberCondition.NotReady => Service.PublishNotReadyAddresses ? MeshEndpointState.Ready : null,
        _ => Service.PublishNotReadyAddresses ? MeshEndpointState.Draining : null,
    };

    private Dictionary<int, int>? PortsOf(SliceMember best)
    {
        if (Service.Ports is not { Count: > 0 })
        {
            return [];
        }

        var ports = new Dictionary<int, int>();
        foreach (var (slice, member) in Told(best.Address).Where(told => told.Member.Condition == best.Condition))
        {
            foreach (var port in Service.Ports)
            {
                foreach (var served in slice.Ports.Where(served => served.Name == port.Name))
                {
                    ports.TryAdd(port.Port, served.Port!.Value);
                }
            }
        }

        return ports.Count == 0 ? null : ports;
    }
}
