using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Tests.Model;

/// <summary>Which policy holds for a subset on a port.</summary>
public sealed class PortLevelSettingsTests
{
    private static readonly OutlierDetectionConfiguration Ejecting = new();

    private static readonly TrafficPolicyConfiguration Rule = new()
    {
        LoadBalancer = new() { Policy = LoadBalancerPolicy.Random },
        OutlierDetection = Ejecting,
        ConnectionPool = new() { ConnectTimeout = TimeSpan.FromSeconds(1) },
        Tls = new() { Mode = TlsMode.Simple },
    };

    [Fact]
    public void Gotcha_25_settings_of_a_port_inherit_nothing()
    {
        var policy = Policy(81, Rule with { Ports = [new(81, new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin } })] });

        Assert.Equal(new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.RoundRobin }, policy);
    }

    [Fact]
    public void Other_ports_keep_the_settings_of_the_rule()
    {
        var policy = Policy(80, Rule with { Ports = [new(81, new())] });

        Assert.Equal((LoadBalancerPolicy.Random, Ejecting, TimeSpan.FromSeconds(1)), (policy.LoadBalancer, policy.OutlierDetection, policy.Connections.ConnectTimeout));
        Assert.NotNull(policy.Tls);
    }

    [Fact]
    public void Gotcha_26_subset_overrides_the_port_of_the_rule_block_by_block()
    {
        var policy = Policy(
            81,
            Rule with { Ports = [new(81, new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin }, OutlierDetection = Ejecting })] },
            new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.LeastRequest } });

        Assert.Equal(new ClusterPolicy { LoadBalancer = LoadBalancerPolicy.LeastRequest, OutlierDetection = Ejecting }, policy);
    }

    [Fact]
    public void Port_of_a_subset_replaces_everything_again()
    {
        var policy = Policy(
            81,
            Rule with { Ports = [new(81, new() { OutlierDetection = Ejecting })] },
            new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin }, Ports = [new(81, new() { ConnectionPool = new() { ConnectTimeout = TimeSpan.FromSeconds(3) } })] });

        Assert.Equal(new ClusterPolicy { Connections = new() { ConnectTimeout = TimeSpan.FromSeconds(3) } }, policy);
    }

    [Fact]
    public void Subset_that_asks_for_plaintext_gets_it()
        => Assert.Null(Policy(80, Rule, new() { Tls = new() { Mode = TlsMode.Disable } }).Tls);

    [Fact]
    public void Tls_that_is_not_built_closes_its_own_port_alone()
    {
        var rule = new TrafficPolicyConfiguration { Ports = [new(81, new() { Tls = new() { Mode = TlsMode.Mutual, Unbuilt = "tls mode MUTUAL on port 81" } })] };

        Assert.Null(Policy(80, rule).Refusal);
        Assert.Equal("DestinationRule default/r: tls mode MUTUAL on port 81", Policy(81, rule).Refusal);
    }

    [Theory]
    [InlineData(81, "RoundRobin")]
    [InlineData(82, "Random")]
    public void Service_without_declared_ports_has_settings_of_the_port_that_is_called(int port, string expected)
    {
        var rule = Given.PolicyRule(
            "r", "reviews", new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.Random }, Ports = [new(81, new() { LoadBalancer = new() { Policy = LoadBalancerPolicy.RoundRobin } })] }, null);
        var clusters = Given.Snapshot([Given.Service("reviews")], [], [rule]).Hosts["reviews"].DefaultClusters;

        Assert.Equal(expected, RouteSelector.FindCluster(clusters, port)!.Policy.LoadBalancer.ToString());
    }

    [Theory]
    [InlineData("", "a.example")]
    [InlineData(", \"subjectAltNames\": [ \"b.example\" ]", "b.example")]
    public void Names_of_a_service_entry_hold_where_the_rule_names_none(string names, string expected)
    {
        var snapshot = Compiled.Section($$"""
            { "ServiceEntries": { "out": { "hosts": [ "out.example" ], "resolution": "DNS", "subjectAltNames": [ "a.example" ] } },
              "DestinationRules": { "out": { "host": "out.example", "trafficPolicy": { "tls": { "mode": "SIMPLE"{{names}} } } } } }
            """);

        Assert.Equal(expected, snapshot.Hosts["out.example"].DefaultClusters[0].Policy.Tls!.SubjectAltNames);
    }

    private static ClusterPolicy Policy(int port, TrafficPolicyConfiguration rule, TrafficPolicyConfiguration? subset = null)
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 80, 81)],
            [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews", subset is null ? null : "v1"))],
            [Given.PolicyRule("r", "reviews", rule, null, Given.Subset("v1", subset))]);
        return RouteSelector.FindCluster([.. Given.ClustersOf(snapshot, "reviews")], port)!.Policy;
    }
}
