namespace Mesh.Client;

/// <summary>Which service's endpoints a source is asked for. Immutable; equal to another about the same.</summary>
/// <param name="Host">The name as the rules write it, such as <c>reviews</c> or <c>reviews.prod</c>, without port.</param>
/// <param name="Service">The name in full, such as <c>reviews.prod.svc.cluster.local</c>; of a host outside of the cluster's domain the host.</param>
/// <param name="Namespace">The namespace of the service; of a host outside of the cluster's domain that of the rule that names it.</param>
/// <param name="Ports">The ports that callers address, in the order of the rules; empty where they declare none.</param>
public sealed record MeshEndpointQuery(string Host, string Service, string Namespace, IReadOnlyList<MeshServicePort> Ports)
{
    /// <summary>The same service, and the same ports in the same order.</summary>
    /// <param name="other">Another query, or null.</param>
    /// <returns>Whether both ask for the same.</returns>
    public bool Equals(MeshEndpointQuery? other) => ReferenceEquals(this, other)
        || (other is not null && Host == other.Host && Service == other.Service && Namespace == other.Namespace && Ports.SequenceEqual(other.Ports));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Host, Service, Namespace, Ports.Count);
}
