using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

public sealed class RouteSelectorTests
{
    [Fact]
    public void Select_without_a_VirtualService_takes_the_cluster_of_the_port_called()
    {
        var decision = Select(Given.Snapshot([Given.Service("reviews", 80, 9080)]), Get("http://reviews:9080/"));

        Assert.Equal("outbound|9080||reviews.default.svc.cluster.local", decision.Cluster!.Key.ToString());
        Assert.Null(decision.Rule);
        Assert.Equal(MeshResponseFlags.None, decision.Failure);
    }

    [Fact]
    public void Port_is_the_service_port_that_is_called()
    {
        var services = new[] { Given.Service("reviews", [Given.Port(9080, "http"), Given.Port(81)]) };
        var rules = Given.VirtualService("reviews", ["reviews"], Given.Route([Given.Match(port: 9080)], Given.To("reviews")));

        Assert.NotNull(Select(Given.Snapshot(services, [rules]), Get("http://reviews/")).Cluster);
        Assert.Null(Select(Given.Snapshot(services, [rules]), Get("http://reviews:81/")).Cluster);
    }

    [Fact]
    public void Gotcha_13_no_matching_rule_is_no_route()
    {
        var request = Get("http://reviews/x?secret=1");
        request.Headers.Add("end-user", "jason");
        var rules = Given.VirtualService("reviews", ["reviews"], Given.Route([Given.Match(Given.Exact("/a"))], Given.To("reviews")));

        var decision = Select(Given.Snapshot([], [rules]), request);

        Assert.Equal((MeshResponseFlags.NoRoute, null, null), (decision.Failure, decision.Rule, decision.Cluster));
        Assert.Equal("no rule of VirtualService default/reviews matches GET /x", decision.Reason);
    }

    [Fact]
    public void Gotcha_13_subset_that_is_not_defined_is_no_cluster()
    {
        var decision = Select(
            Given.Snapshot([], [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews", "v9"))]), Get("http://reviews/"));

        Assert.Equal(MeshResponseFlags.NoCluster, decision.Failure);
        Assert.Equal("default/reviews http[0]", decision.Rule!.Name);
        Assert.Contains("subset v9 of reviews.default.svc.cluster.local", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Port_called_that_the_destination_does_not_declare_is_no_cluster()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080), Given.Service("other", 1, 2)],
            [Given.VirtualService("reviews", ["reviews"], Given.Route("other"))]);

        Assert.Equal(
            "default/reviews http[0]: other.default.svc.cluster.local has no port 9080, the one that is called; it declares 1, 2",
            Select(snapshot, Get("http://reviews/")).Reason);
    }

    [Fact]
    public void Port_called_chooses_among_the_ports_of_the_destination()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 1, 2), Given.Service("other", 1, 2)],
            [Given.VirtualService("reviews", ["reviews"], Given.Route("other"))]);

        Assert.Equal(2, Select(snapshot, Get("http://reviews:2/")).Cluster!.Key.Port);
    }

    [Fact]
    public void Service_without_discovery_is_no_cluster()
    {
        var decision = Select(
            Given.Snapshot([Given.Service("reviews", 1) with { Discovery = DiscoveryKind.None }]), Get("http://reviews/"));

        Assert.Equal(MeshResponseFlags.NoCluster, decision.Failure);
        Assert.Equal("reviews.default.svc.cluster.local has no endpoints: its discovery is None", decision.Reason);
    }

    [Fact]
    public void Rule_without_a_destination_is_no_cluster()
    {
        var rules = Given.VirtualService("reviews", ["reviews"], Given.Route([]));

        var decision = Select(Given.Snapshot([], [rules]), Get("http://reviews/"));

        Assert.Equal((MeshResponseFlags.NoCluster, decision.Rule!.Refusal), (decision.Failure, decision.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cluster_whose_security_is_not_built_is_never_handed_out(bool ruled)
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 1)],
            ruled ? [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews"))] : [],
            [Given.PolicyRule("r", "reviews", new() { Tls = new() { Unbuilt = "tls" } }, null)]);

        var decision = Select(snapshot, Get("http://reviews/"));

        Assert.Null(decision.Cluster);
        Assert.Equal((MeshResponseFlags.NoCluster, "DestinationRule default/r: tls"), (decision.Failure, decision.Reason));
    }

    [Fact]
    public void Weights_are_met_over_many_calls_with_one_draw_each()
    {
        const int Calls = 100_000;
        int[] weights = [80, 15, 5, 1];
        var snapshot = Given.Snapshot(virtualServices: [Given.VirtualService(
            "reviews", ["reviews"], Given.Route([], [.. weights.Select((weight, i) => Given.To($"v{i}.test", weight: weight))]))]);
        var random = new Counting(MeshRandom.Seeded(7));
        var counts = new int[weights.Length];

        for (var i = 0; i < Calls; i++)
        {
            counts[Select(snapshot, Get("http://reviews/"), random).Cluster!.Key.Service[1] - '0']++;
        }

        Assert.Equal(Calls, random.Draws);
        for (var i = 0; i < weights.Length; i++)
        {
            var share = weights[i] / (double)weights.Sum();
            Assert.InRange(Math.Abs(counts[i] - (Calls * share)), 0, (5 * Math.Sqrt(Calls * share * (1 - share))) + 1);
        }
    }

    [Fact]
    public void Single_destination_takes_no_draw()
    {
        var random = new Counting(MeshRandom.Seeded(1));

        Select(Given.Snapshot(virtualServices: [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews"))]), Get("http://reviews/"), random);

        Assert.Equal(0, random.Draws);
    }

    private static HttpRequestMessage Get(string uri) => new(HttpMethod.Get, uri);

    private static RouteDecision Select(MeshSnapshot snapshot, HttpRequestMessage request, MeshRandom? random = null)
    {
        Assert.True(HostTable.TryFind(snapshot, request.RequestUri!, out var host));
        return RouteSelector.Select(host, request, random ?? MeshRandom.Seeded(1));
    }

    private sealed class Counting(MeshRandom inner) : MeshRandom
    {
        public int Draws { get; private set; }

        public override ulong NextUInt64()
        {
            Draws++;
            return inner.NextUInt64();
        }
    }
}
