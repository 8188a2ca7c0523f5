using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class HedgingBindingTests
{
    [Fact]
    public void Load_hedging_after_a_delay()
        => Assert.Equal(
            new HedgingConfiguration { Delay = TimeSpan.FromMilliseconds(50), MaxHedges = 3 },
            Hedging("delay: 50ms, maxHedges: 3"));

    [Fact]
    public void Load_hedging_after_a_percentile()
        => Assert.Equal(
            new HedgingConfiguration { Percentile = 99.9, MinimumDelay = TimeSpan.FromMilliseconds(5) },
            Hedging("percentile: 99.9, minimumDelay: 5ms"));

    [Theory]
    [InlineData("delay: 50ms, percentile: 95", FindingCodes.Conflict)]
    [InlineData("maxHedges: 2", FindingCodes.MissingField)]
    [InlineData("", FindingCodes.MissingField)]
    [InlineData("percentile: 49.9", FindingCodes.OutOfRange)]
    [InlineData("percentile: 99.91", FindingCodes.OutOfRange)]
    [InlineData("percentile: half", FindingCodes.WrongType)]
    [InlineData("delay: 0s", FindingCodes.BadDuration)]
    [InlineData("delay: 50", FindingCodes.BadDuration)]
    [InlineData("delay: 50ms, maxHedges: 0", FindingCodes.OutOfRange)]
    [InlineData("delay: 50ms, maxHedges: 4", FindingCodes.OutOfRange)]
    [InlineData("percentile: 95, minimumDelay: 0s", FindingCodes.BadDuration)]
    [InlineData("delay: 50ms, hedges: 1", FindingCodes.UnknownField)]
    public void Load_hedging_that_says_nothing_of_use_is_a_finding(string fields, string code)
        => Assert.Contains(Rule(fields).Findings, finding => finding.Code == code);

    [Fact]
    public void Hedging_of_a_subset_takes_the_place_of_that_of_its_rule()
    {
        var snapshot = Model.Compiled.Section("""
            { "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ] } },
              "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v1" }, { "name": "v2" } ],
                "x-mesh": { "trafficPolicy": { "hedging": { "percentile": 95 } }, "subsets": { "v1": { "trafficPolicy": { "hedging": { "delay": "20ms" } } } } } } },
              "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [
                { "destination": { "host": "reviews", "subset": "v1" }, "weight": 50 }, { "destination": { "host": "reviews", "subset": "v2" }, "weight": 50 } ] } ] } } }
            """);

        Assert.Equal(TimeSpan.FromMilliseconds(20), Policy("v1").Hedging!.Delay);
        Assert.Equal(95, Policy("v2").Hedging!.Percentile);

        ClusterPolicy Policy(string subset) => snapshot.Clusters.Single(cluster => cluster.Key.Subset == subset).Policy;
    }

    private static HedgingConfiguration Hedging(string fields)
    {
        var document = Rule(fields);
        Loading.Clean(document);
        return Loading.FirstDestination(document).TrafficPolicy!.Extension!.Hedging!;
    }

    private static LoadedDocument Rule(string fields) => Loading.Yaml($$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: reviews }
        x-mesh: { trafficPolicy: { hedging: { {{fields}} } } }
        spec: { host: reviews }
        """);
}
