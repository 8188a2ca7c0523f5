using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Rules;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Route, subset and pick alone, and how they grow with rules and endpoints.</summary>
internal static class DecisionPart
{
    private const int HotHosts = 100;

    public static async Task RunAsync(Alternation alternation)
    {
        Report.Title("decision", "route + subset + pick, in memory; the last rule matches");
        using var bare = StackClient.Create(Stack.Bare, ["10.1.0.1:80"], "{}", () => new StubHandler(isAsynchronous: false));
        var hosts = Enumerable.Range(0, HotHosts).Select(RuleText.ServiceName).ToArray();
        var series = await alternation.RunAsync(
            10_000,
            bare.OneCaller(),
            Decider.OneService(rules: 10, endpoints: 3).Named("10 rules, 3 endpoints"),
            Decider.OneService(rules: 10_000, endpoints: 3).Named("10,000 rules, 3 endpoints"),
            Decider.OneService(rules: 10, endpoints: 3, HotHosts).Named("10 rules, 3 endpoints, 100 requests by turns"),
            new Decider(RuleText.ManyServices(1_000, 10), hosts, endpoints: 3).Named("10,000 rules over 1,000 hosts, 100 of them hot"),
            Decider.OneService(rules: 10, endpoints: 10_000).Named("10 rules, 10,000 endpoints"));
        Report.Table([Measure.Bytes, Measure.Nanoseconds], series);
        var (call, few, manyRules, byTurns, manyHosts, manyEndpoints) = (series[0], series[1], series[2], series[3], series[4], series[5]);
        Report.Guide("bytes of a decision among 10,000 rules", manyRules.Of(Measure.Bytes), "B", "0.0", "0 B (budget)");
        Report.AtMost("time of a decision among 10 rules, to a bare in-memory call", few.Times(call, Measure.Nanoseconds), 0.33);
        Report.AtMost("10,000 rules in one VirtualService, to 10", manyRules.Times(few, Measure.Nanoseconds), 1.2);
        Report.AtMost("10,000 rules over 1,000 hosts, to 10 with as many requests by turns", manyHosts.Times(byTurns, Measure.Nanoseconds), 1.2);
        Report.AtMost("10,000 endpoints, to 3", manyEndpoints.Times(few, Measure.Nanoseconds), 2.5);
    }
}
