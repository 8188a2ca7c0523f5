using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

public sealed class ConsistentHashPolicyTests
{
    private static readonly LoadBalancerConfiguration Hashing = new()
    {
        Policy = LoadBalancerPolicy.Maglev,
        ConsistentHash = new() { Key = HashKeyKind.Header, Name = "rule", Size = 101 },
    };

    [Fact]
    public void Rule_hashes_its_subsets_too()
    {
        var policy = Policy(new() { LoadBalancer = Hashing }, null);

        Assert.Equal((LoadBalancerPolicy.Maglev, Hashing.ConsistentHash), (policy.LoadBalancer, policy.ConsistentHash));
    }

    [Fact]
    public void Subset_hashes_by_its_own_key()
    {
        var own = new LoadBalancerConfiguration { Policy = LoadBalancerPolicy.RingHash, ConsistentHash = new() { Key = HashKeyKind.SourceIp } };
        var policy = Policy(new() { LoadBalancer = Hashing }, new() { LoadBalancer = own });

        Assert.Equal((LoadBalancerPolicy.RingHash, own.ConsistentHash), (policy.LoadBalancer, policy.ConsistentHash));
    }

    [Fact]
    public void Subset_with_another_policy_does_not_hash()
        => Assert.Equal(
            new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.Random },
            Policy(new() { LoadBalancer = Hashing }, new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random } }));

    [Fact]
    public void Policy_beyond_Istio_takes_the_place_of_hashing()
    {
        var extension = new PolicyExtension { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin } };
        var policy = Policy(new() { LoadBalancer = Hashing, Extension = extension }, null);

        Assert.Equal((LoadBalancerPolicy.RoundRobin, null), (policy.LoadBalancer, policy.ConsistentHash));
    }

    private static ClusterPolicy Policy(TrafficPolicyConfiguration rule, TrafficPolicyConfiguration? subset)
    {
        var route = Given.VirtualService("reviews", ["reviews"], Given.Route("reviews", "v1"));
        var destination = Given.PolicyRule("r", "reviews", rule, null, Given.Subset("v1", subset));
        return Given.ClustersOf(Given.Snapshot([Given.Service("reviews", 1)], [route], [destination]), "reviews")[0].Policy;
    }
}
