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
    public void Retry_budget_of_the_rule_does_not_hold_for_a_port_with_settings_and_stays_on_others()
    {
        var rule = Rule with { RetryBudget = new() { Percent = 30 }, Ports = [new(81, new())] };

        Assert.Equal(30, Policy(80, rule).Limits.RetryBudget?.Percent);
        Assert.Equal((null, RetryBudgetExtension.Default), Budgets(Policy(81, rule)));
    }

    [Fact]
    public void Retry_budget_of_a_subset_takes_the_place_of_the_rules_and_stays_on_ports_with_settings()
    {
        var rule = Rule with { RetryBudget = new() { Percent = 30 }, Ports = [new(81, new())] };
        var subset = new TrafficPolicyConfiguration { RetryBudget = new() { Percent = 40 }, Ports = [new(81, new())] };

        Assert.Equal(40, Policy(80, rule, subset).Limits.RetryBudget?.Percent);
        Assert.Equal(40, Policy(81, rule, subset).Limits.RetryBudget?.Percent);
    }

    [Fact]
    public void Retry_budget_of_Istio_takes_the_place_of_the_default_and_stands_beside_one_of_x_mesh()
    {
        var istio = new RetryBudgetConfiguration();
        var own = new RetryBudgetExtension { Percent = 5 };
        var subset = new TrafficPolicyConfiguration { Extension = new() { RetryBudget = new() { Percent = 6 } } };

        Assert.Equal((istio, RetryBudgetExtension.Off), Budgets(Policy(80, Rule with { RetryBudget = istio })));
        Assert.Equal((istio, own), Budgets(Policy(80, Rule with { RetryBudget = istio, Extension = new() { RetryBudget = own } })));
        Assert.Equal(6, Policy(80, Rule with { Extension = new() { RetryBudget = own } }, subset).RetryBudget.Percent);
    }

    private static (RetryBudgetConfiguration? Istio, RetryBudgetExtension Own) Budgets(ClusterPolicy policy) => (policy.Limits.RetryBudget, policy.RetryBudget);

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
