using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Discovery;

/// <summary>What a source is asked. Equal questions have the same answer, whatever else changed in the rules: what is known of one stays known.</summary>
/// <param name="Service">The service that asks, for messages.</param>
/// <param name="Discovery">The source.</param>
/// <param name="Name">The name to look up.</param>
/// <param name="Listed">What the rules list, for sources that give that back; equal only to the same list.</param>
internal sealed record EndpointQuestion(string Service, DiscoveryChoice Discovery, string Name, IReadOnlyList<Endpoint> Listed)
{
    /// <summary>For a registered source.</summary>
    public MeshEndpointQuery? Query { get; init; }
}
