using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Maglev: a table that is built and read faster than a ring, and moves more hashes when endpoints change.</summary>
internal sealed class MaglevBalancer(MeshRandom random, int tableSize, int balanceFactor) : HashBalancer(random, balanceFactor)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.Maglev;

    protected override HashTable Build(EndpointGroup group, int port) => new MaglevTable(group, port, tableSize);
}
