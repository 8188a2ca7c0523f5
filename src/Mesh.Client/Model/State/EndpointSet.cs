namespace Mesh.Client.Model;

/// <summary>Everything a pick needs, published as one object: all endpoints of the cluster and those that may be picked.</summary>
internal sealed class EndpointSet(EndpointState[] all, EndpointState[] available)
{
    public static EndpointSet Empty { get; } = new([], []);

    /// <summary>Never written after publication.</summary>
    public EndpointState[] All { get; } = all;

    /// <summary>Never written after publication.</summary>
    public EndpointState[] Available { get; } = available;

    /// <summary>The shares of <see cref="Available"/>; null where all weigh the same.</summary>
    public EndpointWeights? Weights { get; } = EndpointWeights.Create(available);

    /// <summary>So few endpoints are healthy that all of them are available again.</summary>
    public bool IsPanicking { get; init; }
}
