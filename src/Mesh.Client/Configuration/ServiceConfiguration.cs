namespace Mesh.Client.Configuration;

/// <summary>One entry of <c>Mesh:Services</c>: a logical host and where its endpoints come from.</summary>
internal sealed record ServiceConfiguration : ResourceConfiguration
{
    /// <summary>Null where it is not written: Static where endpoints are given, else the default discovery.</summary>
    public DiscoveryChoice? Discovery { get; init; }

    /// <summary>What the source of the endpoints is asked for; null is the service's name.</summary>
    public string? DiscoveryName { get; init; }

    /// <summary>Empty: the service takes any port.</summary>
    public IReadOnlyList<PortConfiguration> Ports { get; init; } = [];

    public IReadOnlyList<EndpointConfiguration> Endpoints { get; init; } = [];

    /// <summary>Outside the mesh (Istio's MESH_EXTERNAL): no captured headers, baggage or peer metadata go there unless listed.</summary>
    public bool External { get; init; }
}
