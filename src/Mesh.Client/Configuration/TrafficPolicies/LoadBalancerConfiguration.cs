namespace Mesh.Client.Configuration;

/// <summary><c>loadBalancer</c>, as a whole: one that a narrower policy writes replaces it.</summary>
internal sealed record LoadBalancerConfiguration
{
    /// <summary><c>simple</c>, or what <c>consistentHash</c> stands for; null where none is named.</summary>
    public LoadBalancerPolicy? Policy { get; init; }

    /// <summary><c>PASSTHROUGH</c>: no endpoint is chosen.</summary>
    public bool IsPassThrough { get; init; }

    /// <summary>Set for the policies of consistent hashing alone.</summary>
    public ConsistentHashConfiguration? ConsistentHash { get; init; }

    /// <summary><c>localityLbSetting</c> or <c>zoneAwareLbSetting</c>; null where neither is written.</summary>
    public LocalityConfiguration? Locality { get; init; }

    /// <summary><c>warmup</c>, or its older form; null for none.</summary>
    public WarmupConfiguration? Warmup { get; init; }
}
