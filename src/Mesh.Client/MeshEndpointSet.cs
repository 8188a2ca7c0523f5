using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Mesh.Client;

/// <summary>All endpoints of a service at one moment. Immutable.</summary>
public sealed class MeshEndpointSet
{
    /// <param name="endpoints">All of them, draining ones included; copied, unless they are an <see cref="ImmutableArray{T}"/>. Empty: there are none. Of several that are the same the first counts.
    /// At most 100,000 are used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="endpoints"/> is null.</exception>
    /// <exception cref="ArgumentException">One of the endpoints is null.</exception>
    public MeshEndpointSet(IEnumerable<MeshEndpoint> endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        All = endpoints is ImmutableArray<MeshEndpoint> { IsDefault: false } array ? ImmutableCollectionsMarshal.AsArray(array)! : [.. endpoints];
        if (Array.IndexOf(All, null) is >= 0 and var place)
        {
            throw new ArgumentException($"The endpoint at {place} is null.", nameof(endpoints));
        }
    }

    /// <summary>The endpoints in the order given.</summary>
    public IReadOnlyList<MeshEndpoint> Endpoints => All;

    /// <summary>The same as the array that it is: a service may have tens of thousands.</summary>
    internal MeshEndpoint[] All { get; }

    /// <summary>Why there are none, as a sentence for logs, status and answers of the mesh, such as <c>Consul knows no service reviews.</c>
    /// Not used where there are endpoints. Null: the mesh says that the source knows none.</summary>
    public string? Explanation { get; init; }

    /// <summary>Why the source cannot say at present whether this still holds, as a sentence, such as <c>Consul does not answer.</c> The endpoints
    /// stay in use, and their state is <see cref="MeshDiscoveryState.Stale"/> until a set without a problem comes. Null, the default: this is
    /// how it is now.</summary>
    /// <remarks>For sources that go on by themselves once their registry is back; others throw, and are enumerated anew.</remarks>
    public string? Problem { get; init; }
}
