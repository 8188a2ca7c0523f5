using Mesh.Client.Configuration;
using Mesh.Client.Model;
using static Mesh.Client.Tests.Model.Localities.Places;

namespace Mesh.Client.Tests.Model.Localities;

/// <summary>The priorities that Istio gives to endpoints.</summary>
public sealed class LocalityPolicyTests
{
    [Theory]
    [InlineData("eu/a/1", 0)]
    [InlineData("eu/a/2", 1)]
    [InlineData("eu/a", 1)]
    [InlineData("eu/b/1", 2)]
    [InlineData("eu", 2)]
    [InlineData("us/a/1", 3)]
    [InlineData(null, 3)]
    public void Default_failover_goes_by_region_zone_and_subzone(string? locality, int priority)
        => Assert.Equal(priority, PriorityOf(new(), ClientAt("eu/a/1"), At(locality, 1)));

    [Theory]
    [InlineData("eu/b/1", 2)]
    [InlineData("us/a/1", 3)]
    [InlineData("asia/a/1", 4)]
    public void Failover_puts_the_named_region_before_the_others(string locality, int priority)
        => Assert.Equal(priority, PriorityOf(new() { Failover = [new("us", "eu"), new("eu", "us")] }, ClientAt("eu/a/1"), At(locality, 1)));

    [Fact]
    public void Failover_for_another_region_changes_nothing()
        => Assert.Equal(3, PriorityOf(new() { Failover = [new("us", "eu")] }, ClientAt("eu/a/1"), At("asia", 1)));

    [Theory]
    [InlineData("net1", "v1", 0)]
    [InlineData("net1", "v2", 1)]
    [InlineData("net2", "v1", 2)]
    [InlineData("net2", "v2", 2)]
    public void Failover_priority_counts_leading_labels_that_match(string cluster, string version, int priority)
        => Assert.Equal(priority, PriorityOf(
            new() { FailoverPriority = ["cluster", "version"] }, ClientAt(null, ("cluster", "net1"), ("version", "v1")), At(null, 1, 1, ("cluster", cluster), ("version", version))));

    [Fact]
    public void Failover_priority_with_a_value_does_not_ask_the_client()
    {
        var written = new LocalityConfiguration { FailoverPriority = ["tier=gold"] };

        Assert.Equal(0, PriorityOf(written, ClientAt(null, ("tier", "iron")), At(null, 1, 1, ("tier", "gold"))));
        Assert.Equal(1, PriorityOf(written, ClientAt(null, ("tier", "iron")), At(null, 1, 1, ("tier", "iron"))));
    }

    [Fact]
    public void Failover_priority_takes_a_label_that_neither_has_as_a_match()
        => Assert.Equal(0, PriorityOf(new() { FailoverPriority = ["a", "b"] }, ClientAt(null, ("b", "1")), At(null, 1, 1, ("b", "1"))));

    [Theory]
    [InlineData("net1", "eu", 0)]
    [InlineData("net1", "us", 1)]
    [InlineData("net2", "eu", 2)]
    [InlineData("net2", "us", 3)]
    public void Failover_priority_of_another_network_goes_on_with_the_labels_after_it(string network, string region, int priority)
        => Assert.Equal(priority, PriorityOf(
            new() { FailoverPriority = ["topology.istio.io/network", "topology.kubernetes.io/region"] },
            ClientAt("eu", ("topology.istio.io/network", "net1")),
            At(region, 1, 1, ("topology.istio.io/network", network))));

    [Theory]
    [InlineData("eu/a/1", 0)]
    [InlineData("eu/a/2", 1)]
    [InlineData("eu/b/1", 2)]
    [InlineData("us/a/1", 3)]
    public void Topology_labels_are_read_from_the_locality(string locality, int priority)
        => Assert.Equal(priority, PriorityOf(
            new() { FailoverPriority = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"] },
            ClientAt("eu/a/1"),
            At(locality, 1, 1, ("topology.kubernetes.io/region", "elsewhere"))));

    [Theory]
    [InlineData("v1", "eu/a/1", 0)]
    [InlineData("v1", "us", 3)]
    [InlineData("v1", "asia", 4)]
    [InlineData("v2", "eu/a/1", 5)]
    [InlineData("v2", "asia", 9)]
    public void Failover_subdivides_the_levels_of_labels(string version, string locality, int priority)
        => Assert.Equal(priority, PriorityOf(
            new() { FailoverPriority = ["version"], Failover = [new("eu", "us")] }, ClientAt("eu/a/1", ("version", "v1")), At(locality, 1, 1, ("version", version))));

    [Theory]
    [InlineData("v1", "eu/b", 0)]
    [InlineData("v1", "us", 1)]
    [InlineData("v1", "asia", 2)]
    [InlineData("v2", "eu/a", 3)]
    public void Zone_aware_has_three_levels_of_regions(string version, string locality, int priority)
        => Assert.Equal(priority, PriorityOf(
            new() { IsZoneAware = true, FailoverPriority = ["version"], Failover = [new("eu", "us")] },
            ClientAt("eu/a/1", ("version", "v1")),
            At(locality, 1, 1, ("version", version))));

    [Fact]
    public void Gotcha_28_outlier_detection_alone_turns_failover_on()
    {
        Assert.NotNull(LocalityPolicy.Create(null, hasOutlierDetection: true, ClientAt("eu")));
        Assert.Null(LocalityPolicy.Create(new(), hasOutlierDetection: false, ClientAt("eu")));
    }

    [Fact]
    public void Disabled_setting_has_no_preference()
        => Assert.Null(LocalityPolicy.Create(Distribute("*", ("eu", 100)) with { IsEnabled = false }, hasOutlierDetection: true, ClientAt("eu")));

    [Fact]
    public void Client_of_unknown_place_has_no_preference()
    {
        Assert.Null(LocalityPolicy.Create(null, hasOutlierDetection: true, ClientAt(null)));
        Assert.Null(LocalityPolicy.Create(new() { IsZoneAware = true }, hasOutlierDetection: true, ClientAt(null)));
        Assert.Null(LocalityPolicy.Create(new() { FailoverPriority = ["topology.kubernetes.io/region"] }, hasOutlierDetection: true, ClientAt(null)));
    }

    [Fact]
    public void Policies_are_equal_where_they_do_the_same()
    {
        Assert.Equal(LocalityPolicy.Create(Distribute("*", ("eu", 100)), false, ClientAt("eu")), LocalityPolicy.Create(Distribute("eu", ("eu", 100)), false, ClientAt("eu")));
        Assert.NotEqual(LocalityPolicy.Create(Distribute("*", ("eu", 100)), false, ClientAt("eu")), LocalityPolicy.Create(Distribute("*", ("us", 100)), false, ClientAt("eu")));
        Assert.NotEqual(LocalityPolicy.Create(null, true, ClientAt("eu")), LocalityPolicy.Create(null, true, ClientAt("us")));
    }

    private static int PriorityOf(LocalityConfiguration written, WorkloadConfiguration client, EndpointState endpoint)
        => LocalityPolicy.Create(written, hasOutlierDetection: true, client)!.PriorityOf(endpoint.Endpoint, Locality.Parse(endpoint.Endpoint.Locality));
}
