using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>Which DestinationRule applies and what its blocks make of a cluster.</summary>
public sealed class SnapshotCompilerPolicyTests
{
    private static readonly OutlierDetectionConfiguration Strict = new() { Consecutive5xxErrors = 1 };

    [Fact]
    public void Without_a_rule_the_defaults_apply() => Assert.Equal(ClusterPolicy.Default, Default().Policy);

    [Fact]
    public void Gotcha_26_subset_replaces_the_blocks_it_has_and_keeps_the_others()
    {
        var policy = new TrafficPolicyConfiguration
        {
            LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin },
            OutlierDetection = new() { Consecutive5xxErrors = 9, MaxEjectionPercent = 100 },
            ConnectionPool = new() { ConnectTimeout = TimeSpan.FromSeconds(1) },
        };
        var subset = Given.Subset("v1", new() { OutlierDetection = Strict, ConnectionPool = new() });

        var cluster = OfSubset("v1", Given.PolicyRule("r", "reviews", policy, null, subset));

        // Not field by field: the ejection percentage of the rule is gone, and so is its connect timeout.
        Assert.Equal(new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.RoundRobin, OutlierDetection = Strict }, cluster.Policy);
        Assert.Equal("v1", cluster.SubsetLabels["version"]);
    }

    [Fact]
    public void Gotcha_27_rules_of_client_and_service_namespace_are_never_combined()
    {
        var rules = new[]
        {
            Given.PolicyRule("prod/theirs", "reviews", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random } }, 1, Given.Subset("v1")),
            Given.DestinationRule("ours", "reviews.prod.svc.cluster.local", Given.Subset("v2")),
        };

        var snapshot = Given.Snapshot(
            [Given.Service("prod/reviews", 1)],
            [Given.VirtualService("prod/r", ["reviews"], Given.Route("reviews", "v2"), Given.Route("reviews", "v1"))],
            rules);

        Assert.Equal(ClusterPolicy.Default.LoadBalancer, Given.ClustersOf(snapshot, "reviews.prod")[0].Policy.LoadBalancer);
        Assert.Empty(Given.ClustersOf(snapshot, "reviews.prod", 1));
    }

    [Fact]
    public void Rule_of_the_services_namespace_applies_where_the_client_has_none()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("prod/reviews", 1)],
            destinationRules:
            [
                Given.PolicyRule("prod/theirs", "reviews", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random } }, null),
                Given.PolicyRule("third/other", "reviews.prod.svc.cluster.local", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin } }, null),
            ]);

        Assert.Equal(LoadBalancerPolicy.Random, snapshot.Hosts["reviews.prod"].DefaultClusters[0].Policy.LoadBalancer);
    }

    [Fact]
    public void Exact_host_beats_the_longest_wildcard_and_that_the_shorter_ones()
    {
        var cluster = OfSubset(
            "v1", Rule("*.local", LoadBalancerPolicy.Random, 1), Rule("*.default.svc.cluster.local", LoadBalancerPolicy.RoundRobin, 2));
        Assert.Equal(LoadBalancerPolicy.RoundRobin, cluster.Policy.LoadBalancer);

        cluster = OfSubset("v1", Rule("*.local", LoadBalancerPolicy.Random, 1), Rule("reviews", LoadBalancerPolicy.RoundRobin, 2));
        Assert.Equal(LoadBalancerPolicy.RoundRobin, cluster.Policy.LoadBalancer);

        static DestinationRuleConfiguration Rule(string host, LoadBalancerPolicy policy, int created)
            => Given.PolicyRule($"r{created}", host, new() { LoadBalancer = new() { Policy = policy } }, created, Given.Subset("v1"));
    }

    [Fact]
    public void Rule_for_all_hosts_holds_where_no_wildcard_of_its_namespace_does()
    {
        var all = Given.PolicyRule("all", "*", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random } }, 1, Given.Subset("v1"));
        var local = Given.PolicyRule("local", "*.local", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin } }, 2, Given.Subset("v1"));

        Assert.Equal(LoadBalancerPolicy.Random, OfSubset("v1", all).Policy.LoadBalancer);
        Assert.Equal(LoadBalancerPolicy.RoundRobin, OfSubset("v1", all, local).Policy.LoadBalancer);
    }

    [Fact]
    public void Several_rules_of_one_host_put_their_subsets_together()
    {
        var rules = new[]
        {
            Given.PolicyRule(
                "b", "reviews", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random } }, 2,
                Given.Subset("v2"), Given.Subset("v1", new() { OutlierDetection = Strict })),
            Given.PolicyRule("a", "reviews", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin } }, 1, Given.Subset("v1")),
        };

        Assert.Equal(new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.RoundRobin }, OfSubset("v1", rules).Policy);
        Assert.Equal(LoadBalancerPolicy.RoundRobin, OfSubset("v2", rules).Policy.LoadBalancer);
    }

    [Fact]
    public void Security_that_cannot_be_honoured_refuses_the_cluster()
    {
        var refused = Default(Given.PolicyRule("r", "reviews", new() { Tls = new() { Unbuilt = "tls.mode is ISTIO_MUTUAL" } }, null));
        Assert.Equal("DestinationRule default/r: tls.mode is ISTIO_MUTUAL", refused.Policy.Refusal);

        var subset = Given.Subset("v1", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random } });
        var inherited = OfSubset("v1", Given.PolicyRule("r", "reviews", new() { Tls = new() { Unbuilt = "tls" } }, null, subset));
        Assert.Equal("DestinationRule default/r: tls", inherited.Policy.Refusal);
    }

    [Theory]
    [InlineData("*.foo.com")]
    [InlineData("*")]
    public void Rule_for_a_wildcard_alone_makes_no_host(string host)
        => Assert.Empty(Given.Snapshot(destinationRules: [Given.DestinationRule("r", host, Given.Subset("v1"))]).Hosts);

    private static ClusterModel Default(params DestinationRuleConfiguration[] rules)
        => Given.Snapshot([Given.Service("reviews", 1)], [], rules).Hosts["reviews"].DefaultClusters[0];

    private static ClusterModel OfSubset(string subset, params DestinationRuleConfiguration[] rules)
    {
        var route = Given.VirtualService("reviews", ["reviews"], Given.Route("reviews", subset));
        return Given.ClustersOf(Given.Snapshot([Given.Service("reviews", 1)], [route], rules), "reviews")[0];
    }
}
