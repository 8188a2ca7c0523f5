using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Any endpoint, as likely as it weighs.</summary>
internal sealed class RandomBalancer(MeshRandom random) : Balancer(random)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.Random;

    protected override int Choose(EndpointSet endpoints, ReadOnlySpan<EndpointState> tried, ref PickClock clock) => DrawUsable(endpoints, tried, ref clock);

    protected override int Draw(EndpointSet endpoints) => DrawRandom(endpoints);
}
