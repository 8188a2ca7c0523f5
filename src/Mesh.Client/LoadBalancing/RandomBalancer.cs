using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.LoadBalancing;

/// <summary>Any endpoint, as likely as it weighs.</summary>
internal sealed class RandomBalancer(MeshRandom random) : Balancer(random)
{
    public override LoadBalancerPolicy Policy => LoadBalancerPolicy.Random;

    protected override int Choose(EndpointGroup group, in PickContext context, ref PickClock clock) => DrawUsable(group, context.Tried, ref clock);

    protected override int Draw(EndpointGroup group) => DrawRandom(group);
}
