using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Mesh.Client.Model;

/// <summary>Tells the endpoints of a service apart: by address, by labels and by the ports that are served there, since one address may stand
/// for several workloads. Of one cluster each address is one endpoint, whichever of them it stands for.</summary>
internal sealed class EndpointComparer : IEqualityComparer<Endpoint>
{
    public static EndpointComparer Instance { get; } = new();

    public bool Equals(Endpoint? x, Endpoint? y) => ReferenceEquals(x, y)
        || (x is not null && y is not null && x.Address == y.Address && IsSame(x.Labels, y.Labels) && x.ServicePorts.AsSpan().SequenceEqual(y.ServicePorts));

    public int GetHashCode([DisallowNull] Endpoint obj) => obj.Address.GetHashCode(StringComparison.Ordinal);

    private static bool IsSame(FrozenDictionary<string, string> left, FrozenDictionary<string, string> right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var label in left)
        {
            if (!right.TryGetValue(label.Key, out var value) || value != label.Value)
            {
                return false;
            }
        }

        return true;
    }
}
