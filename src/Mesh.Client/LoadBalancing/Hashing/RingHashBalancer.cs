using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Envoy's ring hash.</summary>
internal sealed class RingHashBalancer(MeshRandom random, int minimumSize, int balanceFactor) : HashBalancer(random, balanceFactor)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.RingHash;

    protected override HashTable Build(EndpointGroup group, int port) => new RingTable(group, port, minimumSize);
}
