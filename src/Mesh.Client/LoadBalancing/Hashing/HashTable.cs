using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Gives every hash an endpoint, and others in a fixed order where that one cannot be used. Never written once made.</summary>
internal abstract class HashTable(EndpointState[] endpoints)
{
    /// <summary>What it was made of.</summary>
    public EndpointState[] Endpoints { get; } = endpoints;

    /// <summary>The index of the endpoint for a hash.</summary>
    /// <param name="hash">Any value.</param>
    /// <param name="attempt">0, and one more for each endpoint that was found and could not be used; the same may be found again.</param>
    public abstract int Find(ulong hash, int attempt);
}
