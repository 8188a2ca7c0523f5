using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Diagnostics;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;
using Mesh.Client.Tests.Routing;

namespace Mesh.Client.Tests.Diagnostics;

public sealed class ExplainPropertyTests
{
    private static readonly Gen<int[]> Weights = Gen.Int[0, 3].Array[1, 3].Where(weights => weights.Sum() > 0);

    [Fact]
    public void Explained_rule_and_destinations_are_those_of_calls()
        => Gen.Select(RouteSelectorPropertyTests.Rules, Weights, RouteSelectorPropertyTests.Request, Gen.Long).Sample(
            (rules, weights, request, seed) =>
            {
                var destinations = weights.Select((weight, index) => Given.To("v1", $"s{index}", weight)).ToArray();
                var snapshot = Given.Snapshot(
                    [],
                    [Given.VirtualService("v1", ["v1"], [.. rules.Select(match => Given.Route(match, destinations))])],
                    [Given.DestinationRule("v1", "v1", [.. weights.Select((_, index) => Given.Subset($"s{index}"))])]);

                var decision = RouteSelector.Select(new(snapshot.Hosts["v1"], 80), request, MeshRandom.Seeded(seed));
                var explained = new Explainer(snapshot, null, TimeProvider.System).Explain(request);

                Assert.Equal(decision.Rule?.Name, explained.Rule);
                Assert.Equal(decision.Rule?.Name, explained.Rules.SingleOrDefault(rule => rule.Outcome == MeshRuleOutcome.Taken)?.Name);
                if (decision.Cluster is { } cluster)
                {
                    Assert.Equal(100, explained.Destinations.Sum(destination => destination.Share), 6);
                    Assert.Contains(explained.Destinations, destination => destination.Share > 0 && destination.Cluster!.Subset == cluster.Key.Subset);
                }
            },
            iter: 1_000,
            print: sample => Print(sample.Item1, sample.Item3));

    [Fact]
    public void Every_match_that_was_looked_at_holds_or_names_a_condition()
        => Gen.Select(RouteSelectorPropertyTests.Rules, RouteSelectorPropertyTests.Request).Sample(
            (rules, request) =>
            {
                var snapshot = Given.Snapshot([], [Given.VirtualService("v1", ["v1"], [.. rules.Select(match => Given.Route(match, Given.To("v1")))])]);
                var explained = new Explainer(snapshot, null, TimeProvider.System).Explain(request);

                foreach (var (rule, match) in explained.Rules.Zip(rules).Where(pair => pair.First.Outcome != MeshRuleOutcome.NotLookedAt))
                {
                    var isTaken = rule.Outcome == MeshRuleOutcome.Taken;
                    Assert.Equal(isTaken && match.Length > 0, rule.Matches is [.., { Holds: true }]);
                    Assert.True(isTaken || rule.Matches.Count == match.Length);
                    Assert.All(rule.Matches, one => Assert.True(one.Holds || one.Field is not (null or "match")));
                }
            },
            iter: 1_000,
            print: sample => Print(sample.Item1, sample.Item2));

    private static string Print(HttpMatchConfiguration[][] rules, HttpRequestMessage request)
        => $"{string.Join("; ", rules.Select(rule => string.Join(" | ", rule.Select(RouteSelectorPropertyTests.Print))))} <- {request}";
}
