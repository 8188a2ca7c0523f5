using System.Collections.Frozen;

namespace Mesh.Client.Kubernetes.Services;

/// <summary>Maps of ports, one object for equal ones: thousands of endpoints have one of a few, and what did not change is told by it.</summary>
internal sealed class PortMaps
{
    private const int Remembered = 64;

    private readonly List<FrozenDictionary<int, int>> _maps = [];

    public FrozenDictionary<int, int> Get(FrozenDictionary<int, int> map)
    {
        if (_maps.Find(known => IsSame(known, map)) is { } same)
        {
            return same;
        }

        if (_maps.Count == Remembered)
        {
            _maps.RemoveAt(0);
        }

        _maps.Add(map);
        return map;
    }

    private static bool IsSame(FrozenDictionary<int, int> left, FrozenDictionary<int, int> right)
        => left.Count == right.Count && left.All(port => right.TryGetValue(port.Key, out var target) && target == port.Value);
}
