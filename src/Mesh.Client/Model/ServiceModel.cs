using Mesh.Client.Configuration;

namespace Mesh.Client.Model;

/// <summary>A logical service: its names, ports and where its endpoints come from.</summary>
internal sealed class ServiceModel
{
    /// <summary>The fully qualified name, or the name as written where it has dots. The identity of the service.</summary>
    public required string Name { get; init; }

    /// <summary>The name without namespace and domain.</summary>
    public required string ShortName { get; init; }

    public required string Namespace { get; init; }

    public required DiscoveryChoice Discovery { get; init; }

    /// <summary>The name asked of the discovery source: as the service was written, so that search domains and providers apply.</summary>
    public required string DiscoveryName { get; init; }

    /// <summary>Empty: any port is taken as it is.</summary>
    public PortModel[] Ports { get; init; } = [];

    /// <summary>For <see cref="DiscoveryKind.Static"/>.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];

    /// <summary>Its one endpoint stands for whatever the caller addresses, as in Envoy's clusters of type ORIGINAL_DST: there is nothing from
    /// which labels could choose.</summary>
    public bool IsOriginalDestination { get; init; }

    /// <summary>Names of which the certificate of a server must carry one, where a policy adds TLS and names none.</summary>
    public IReadOnlyList<string> SubjectAltNames { get; init; } = [];

    public bool External { get; init; }

    /// <summary>Captured headers, baggage and peer metadata may go there: it is inside the mesh, or listed.</summary>
    public required bool ReceivesContext { get; init; }
}
