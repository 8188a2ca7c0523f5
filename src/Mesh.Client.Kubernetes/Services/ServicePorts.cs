using System.Collections.Frozen;
using System.Text.Json;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>From the ports that callers address to those on which the endpoints of a slice listen. Slices with the same ports share one map.</summary>
internal sealed class ServicePorts
{
    private readonly List<ServicePortObject> _ports;
    private readonly PortMaps _shared;
    private readonly List<(SlicePort[] Ports, FrozenDictionary<int, int>? Map)> _maps = [];

    /// <param name="service">The service; null where there is none.</param>
    /// <param name="asked">The ports of the rules: numbers that the service does not have stand for its port of the same name.</param>
    /// <param name="shared">Maps that were made before.</param>
    public ServicePorts(ServiceSpec? service, IReadOnlyList<MeshServicePort> asked, PortMaps shared)
    {
        _shared = shared;
        _ports = [.. service?.TcpPorts ?? []];
        HasPorts = _ports.Count > 0;
        foreach (var port in asked)
        {
            if (!string.IsNullOrEmpty(port.Name) && !_ports.Exists(known => known.Port == port.Number)
                && _ports.Find(known => known.Name == port.Name) is { } named)
            {
                _ports.Add(named with { Port = port.Number });
            }
        }
    }

    /// <summary>The service declares ports. Where it does not, callers' ports are dialled as they are.</summary>
    public bool HasPorts { get; }

    /// <summary>Null where none of the service's ports is served there; empty: all, as they are.</summary>
    /// <param name="slice">The ports of a slice.</param>
    public FrozenDictionary<int, int>? Map(SlicePort[] slice)
    {
        foreach (var (ports, known) in _maps)
        {
            if (ReferenceEquals(ports, slice) || ports.AsSpan().SequenceEqual(slice))
            {
                return known;
            }
        }

        var map = Make(slice);
        _maps.Add((slice, map));
        return map;
    }

    /// <summary>Both, where two slices tell of one address; the first goes before.</summary>
    public FrozenDictionary<int, int> Join(FrozenDictionary<int, int> first, FrozenDictionary<int, int> second)
    {
        if (second.Keys.All(first.ContainsKey))
        {
            return first;
        }

        return _shared.Get(first.Concat(second.Where(port => !first.ContainsKey(port.Key))).ToFrozenDictionary());
    }

    private FrozenDictionary<int, int>? Make(SlicePort[] slice)
    {
        if (!HasPorts)
        {
            return FrozenDictionary<int, int>.Empty;
        }

        var map = new Dictionary<int, int>();
        foreach (var port in _ports)
        {
            foreach (var served in slice)
            {
                if ((served.Name ?? "") == (port.Name ?? "") && TargetOf(port, served) is { } target && IsPort(port.Port))
                {
                    map.TryAdd(port.Port, target);
                }
            }
        }

        return map.Count == 0 ? null : _shared.Get(map.ToFrozenDictionary());
    }

    /// <summary>A slice that tells no number leaves it to the service.</summary>
    private static int? TargetOf(ServicePortObject port, SlicePort served)
    {
        var target = served.Port ?? NumberOf(port.TargetPort) ?? port.Port;
        return IsPort(target) ? target : null;
    }

    public static int? NumberOf(JsonElement? targetPort)
        => targetPort is { ValueKind: JsonValueKind.Number } written && written.TryGetInt32(out var number) && IsPort(number) ? number : null;

    public static bool IsPort(int number) => number is >= 1 and <= ushort.MaxValue;
}
