namespace Mesh.Client.Configuration;

/// <summary><c>loadBalancer</c>, as a whole: one that a narrower policy writes replaces it.</summary>
internal sealed record LoadBalancerConfiguration
{
    /// <summary><c>simple</c>; null where none is named.</summary>
    public LoadBalancerPolicy? Policy { get; init; }
}
