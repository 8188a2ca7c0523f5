using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>What becomes of one entry of <c>http</c>.</summary>
public sealed class SnapshotCompilerRuleTests
{
    [Fact]
    public void Rule_is_named_after_its_place_and_its_own_name()
    {
        var rules = Rules(Given.Route("reviews"), Given.Route("reviews") with { Name = "canary" });

        Assert.Equal(["default/reviews http[0]", "default/reviews http[1] (canary)"], rules.Select(rule => rule.Name));
    }

    [Fact]
    public void Gotcha_08_single_destination_takes_everything_whatever_its_weight()
    {
        var rule = Rules(Given.Route([], Given.To("reviews", weight: 0)))[0];

        Assert.Single(rule.Destinations);
        Assert.Equal(0, rule.TotalWeight);
        Assert.Null(rule.Refusal);
    }

    [Fact]
    public void Gotcha_08_zero_weights_vanish_from_lists()
    {
        var rule = Rules(Given.Route([], Given.To("a", weight: 0), Given.To("b", weight: 3), Given.To("c", weight: 0)))[0];

        Assert.Equal("b.default.svc.cluster.local", Assert.Single(rule.Destinations).Clusters[0].Key.Service);
        Assert.Equal(0, rule.TotalWeight);
    }

    [Fact]
    public void Gotcha_09_weights_need_not_sum_to_a_hundred()
        => Assert.Equal(7, Rules(Given.Route([], Given.To("a", weight: 5), Given.To("b", weight: 2)))[0].TotalWeight);

    [Fact]
    public void Weights_beyond_an_int_keep_their_proportions()
    {
        var rule = Rules(Given.Route([], Given.To("a", weight: int.MaxValue), Given.To("b", weight: int.MaxValue), Given.To("c", weight: 1)))[0];

        Assert.Equal(rule.Destinations[0].Weight, rule.Destinations[1].Weight);
        Assert.Equal(1, rule.Destinations[2].Weight);
        Assert.Equal(rule.TotalWeight, rule.Destinations.Sum(destination => (long)destination.Weight));
    }

    [Fact]
    public void Rule_without_a_destination_that_can_be_chosen_is_refused()
    {
        Assert.Equal("default/reviews http[0] has no destination that can be chosen", Rules(Given.Route([]))[0].Refusal);
        Assert.NotNull(Rules(Given.Route([], Given.To("a", weight: 0), Given.To("b", weight: 0)))[0].Refusal);
    }

    [Fact]
    public void Condition_that_is_not_built_never_holds_and_does_not_open_the_rule()
    {
        var unbuilt = Given.Match(Given.Prefix("/")) with { UnbuiltCondition = "@request.auth.claims.sub" };
        var rules = Rules(
            Given.Route([unbuilt], Given.To("a")),
            Given.Route([unbuilt, Given.Match(Given.Exact("/b"))], Given.To("b")));

        var rule = Assert.Single(rules);
        Assert.Equal("default/reviews http[1]", rule.Name);
        Assert.Single(rule.Matches);
    }

    [Fact]
    public void Match_bound_to_gateways_is_left_out_and_one_bound_to_mesh_stays()
    {
        var rule = Rules(Given.Route(
            [Given.Match(Given.Exact("/a")) with { Gateways = ["edge"] }, Given.Match(Given.Exact("/b")) with { Gateways = ["edge", "mesh"] }],
            Given.To("reviews")))[0];

        Assert.Equal("/b", Assert.Single(rule.Matches).Uri!.Value);
    }

    [Fact]
    public void Port_of_the_destination_is_the_written_one_then_the_only_one_then_the_one_called()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080), Given.Service("one", 1), Given.Service("two", 1, 2), Given.Service("any")],
            [Given.VirtualService(
                "reviews",
                ["reviews"],
                Given.Route("two", port: 2),
                Given.Route("one"),
                Given.Route("two"),
                Given.Route("any"),
                Given.Route("any", port: 7))]);

        int[][] expected = [[2], [1], [1, 2], [0], [7]];
        Assert.Equal(
            expected, Enumerable.Range(0, 5).Select(rule => Given.ClustersOf(snapshot, "reviews", rule).Select(cluster => cluster.Key.Port).ToArray()));
        Assert.Equal(new PortModel(7, null, 7), Given.ClustersOf(snapshot, "reviews", 4)[0].Port);
        Assert.Null(Given.ClustersOf(snapshot, "reviews", 3)[0].Port);
    }

    [Fact]
    public void Port_that_the_service_does_not_declare_is_missing()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 80, 9080)], [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews", port: 81))]);

        Assert.Equal(
            "default/reviews http[0]: reviews.default.svc.cluster.local has no port 81; it declares 80, 9080",
            snapshot.Hosts["reviews"].VirtualService!.Rules[0].Destinations[0].Missing);
    }

    [Fact]
    public void Gotcha_13_subset_that_no_DestinationRule_defines_is_missing()
    {
        VirtualServiceConfiguration[] rules = [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews", "v9"))];
        var none = Given.Snapshot([Given.Service("reviews", 1)], rules);
        var other = Given.Snapshot(
            [Given.Service("reviews", 1)], rules, [Given.DestinationRule("r", "reviews", Given.Subset("v1"), Given.Subset("v2"))]);

        Assert.Equal(
            "default/reviews http[0]: subset v9 of reviews.default.svc.cluster.local is not defined: no DestinationRule applies to that host",
            none.Hosts["reviews"].VirtualService!.Rules[0].Destinations[0].Missing);
        Assert.Equal(
            "default/reviews http[0]: subset v9 of reviews.default.svc.cluster.local is not defined: DestinationRule default/r defines v1, v2",
            other.Hosts["reviews"].VirtualService!.Rules[0].Destinations[0].Missing);
    }

    [Fact]
    public void Service_without_discovery_has_no_cluster()
    {
        var snapshot = Given.Snapshot([Given.Service("reviews", 1) with { Discovery = DiscoveryKind.None }]);

        Assert.Empty(snapshot.Hosts["reviews"].DefaultClusters);
    }

    [Fact]
    public void Cluster_of_one_key_is_one_object()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 1)],
            [
                Given.VirtualService("a", ["reviews"], Given.Route("reviews", "v1"), Given.Route("reviews", "v1", port: 1)),
                Given.VirtualService("b", ["b"], Given.Route("reviews", "v1")),
            ],
            [Given.DestinationRule("r", "reviews", Given.Subset("v1"))]);

        var cluster = Given.ClustersOf(snapshot, "reviews")[0];
        Assert.Same(cluster, Given.ClustersOf(snapshot, "reviews", 1)[0]);
        Assert.Same(cluster, Given.ClustersOf(snapshot, "b")[0]);
        Assert.Equal([cluster], snapshot.Clusters);
    }

    [Fact]
    public void Gotcha_14_without_retries_the_default_policy_applies_and_a_plain_503_is_no_reason()
    {
        var retries = Rules(Given.Route("reviews"))[0].Retries;

        Assert.Same(RetryPolicyModel.Default, retries);
        Assert.Equal(2, retries.Attempts);
        Assert.Empty(retries.RetriableStatusCodes);
        Assert.Equal(RetryConditions.None, retries.Conditions & (RetryConditions.ServerError | RetryConditions.GatewayError));
    }

    [Fact]
    public void Zero_attempts_switch_retries_off() => Assert.Same(RetryPolicyModel.None, Retries(new() { Attempts = 0 }));

    [Fact]
    public void Explicit_retryOn_is_exact()
    {
        var retries = Retries(new()
        {
            Attempts = 3,
            RetryOn = ["5xx", "reset", "unavailable"],
            PerTryTimeout = TimeSpan.FromSeconds(1),
            Backoff = TimeSpan.FromMilliseconds(50),
            RetryIgnorePreviousHosts = false,
        });

        Assert.Equal(RetryConditions.ServerError | RetryConditions.Reset | RetryConditions.GrpcUnavailable, retries.Conditions);
        Assert.Equal(
            (3, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50), false, false),
            (retries.Attempts, retries.PerTryTimeout, retries.BackoffBase, retries.AvoidTriedEndpoints, retries.IsDefault));
    }

    [Fact]
    public void Retries_without_retryOn_take_the_default_conditions()
    {
        RetriesConfiguration[] written = [new() { Attempts = 5 }, new() { Attempts = 5, RetryOn = [] }];

        Assert.All(written, retries =>
        {
            var model = Retries(retries);
            Assert.Equal((5, RetryPolicyModel.Default.Conditions, true), (model.Attempts, model.Conditions, model.IsDefault));
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Status_codes_in_retryOn_are_an_explicit_condition(bool tokens)
    {
        var retries = Retries(new() { Attempts = 1, RetryOn = tokens ? ["connect-failure"] : [], RetriableStatusCodes = [503] });

        Assert.Equal(RetryConditions.RetriableStatusCodes | (tokens ? RetryConditions.ConnectFailure : 0), retries.Conditions);
        Assert.False(retries.IsDefault);
    }

    [Theory]
    [InlineData("5xx", RetryConditions.ServerError)]
    [InlineData("gateway-error", RetryConditions.GatewayError)]
    [InlineData("reset", RetryConditions.Reset)]
    [InlineData("reset-before-request", RetryConditions.ResetBeforeRequest)]
    [InlineData("connect-failure", RetryConditions.ConnectFailure)]
    [InlineData("envoy-ratelimited", RetryConditions.EnvoyRateLimited)]
    [InlineData("retriable-4xx", RetryConditions.Retriable4xx)]
    [InlineData("refused-stream", RetryConditions.RefusedStream)]
    [InlineData("retriable-status-codes", RetryConditions.RetriableStatusCodes)]
    [InlineData("cancelled", RetryConditions.GrpcCancelled)]
    [InlineData("deadline-exceeded", RetryConditions.GrpcDeadlineExceeded)]
    [InlineData("internal", RetryConditions.GrpcInternal)]
    [InlineData("resource-exhausted", RetryConditions.GrpcResourceExhausted)]
    [InlineData("unavailable", RetryConditions.GrpcUnavailable)]
    internal void Retry_token_is_its_condition(string token, RetryConditions expected)
        => Assert.Equal(expected, Retries(new() { Attempts = 1, RetryOn = [token] }).Conditions);

    [Fact]
    public void Gotcha_19_fault_without_a_percentage_has_no_effect()
        => Assert.Null(Fault(new() { FixedDelay = TimeSpan.FromSeconds(1), AbortHttpStatus = 500 }));

    [Theory]
    [InlineData(100, 1_000_000)]
    [InlineData(0.0001, 1)]
    [InlineData(0.00019, 1)]
    [InlineData(0.00005, null)]
    [InlineData(33.33339, 333_333)]
    [InlineData(250, 1_000_000)]
    [InlineData(double.NaN, null)]
    [InlineData(-1, null)]
    public void Percentage_is_truncated_to_parts_of_a_million(double percentage, int? expected)
        => Assert.Equal(expected, Fault(new() { AbortHttpStatus = 500, AbortPercentage = percentage })?.AbortPartsPerMillion);

    [Fact]
    public void Fault_of_one_kind_leaves_the_other_out()
    {
        var fault = Fault(new() { FixedDelay = TimeSpan.FromSeconds(2), DelayPercentage = 50, AbortPercentage = 10 })!;

        Assert.Equal(
            new FaultModel { Delay = TimeSpan.FromSeconds(2), DelayPartsPerMillion = 500_000, AbortPartsPerMillion = 0 }, fault);
    }

    [Fact]
    public void Timeout_is_none_unless_written()
    {
        var rules = Rules(Given.Route("reviews"), Given.Route("reviews") with { Timeout = TimeSpan.FromSeconds(3) });

        Assert.Equal([null, TimeSpan.FromSeconds(3)], rules.Select(rule => rule.Timeout));
    }

    [Fact]
    public void A_thousand_VirtualServices_keep_their_own_rules()
    {
        var snapshot = Given.Snapshot(
            virtualServices: [.. Enumerable.Range(0, 1_000).Select(i => Given.VirtualService(
                $"s{i}", [$"s{i}"], [.. Enumerable.Range(0, 10).Select(j => Given.Route([Given.Match(Given.Exact($"/{j}"))], Given.To($"s{i}")))]))]);

        Assert.Equal(4_000, snapshot.Hosts.Count);
        Assert.All(Enumerable.Range(0, 1_000), i => Assert.Equal($"default/s{i} http[9]", snapshot.Hosts[$"s{i}"].VirtualService!.Rules[9].Name));
    }

    private static RouteRuleModel[] Rules(params HttpRouteConfiguration[] http)
        => Given.Snapshot([Given.Service("reviews", 9080)], [Given.VirtualService("reviews", ["reviews"], http)])
            .Hosts["reviews"].VirtualService!.Rules;

    private static RetryPolicyModel Retries(RetriesConfiguration retries) => Rules(Given.Route("reviews") with { Retries = retries })[0].Retries;

    private static FaultModel? Fault(FaultConfiguration fault) => Rules(Given.Route("reviews") with { Fault = fault })[0].Fault;
}
