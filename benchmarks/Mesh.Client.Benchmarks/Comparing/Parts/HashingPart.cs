using System.Diagnostics;
using Mesh.Client.Benchmarks.Rules;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Consistent hashing: a header's hash and a pick by it, and how long the tables take that picks read.</summary>
internal static class HashingPart
{
    private const int Many = 10_000;

    public static async Task RunAsync(Alternation alternation, int rounds)
    {
        Report.Title("hashing", "a pick by the hash of a header, in memory");
        var series = await alternation.RunAsync(
            10_000,
            Picks(LoadBalancerPolicy.RingHash, 3),
            Picks(LoadBalancerPolicy.RingHash, 100),
            Picks(LoadBalancerPolicy.RingHash, Many),
            Picks(LoadBalancerPolicy.Maglev, 3),
            Picks(LoadBalancerPolicy.Maglev, 100),
            Picks(LoadBalancerPolicy.Maglev, Many));
        Report.Table([Measure.Bytes, Measure.Nanoseconds], series);
        Report.Guide("bytes of a pick among 10,000 endpoints, ring", series[2].Of(Measure.Bytes), "B", "0.0", "0 B (budget)");
        Report.AtMost("ring: 10,000 endpoints, to 3", series[2].Times(series[0], Measure.Nanoseconds), 2.5);
        Report.AtMost("Maglev: 10,000 endpoints, to 3", series[5].Times(series[3], Measure.Nanoseconds), 2.5);
        Build("ring, weights alike", LoadBalancerPolicy.RingHash, rounds, _ => 1);
        Build("ring, weights of 1 to 10", LoadBalancerPolicy.RingHash, rounds, index => (index % 10) + 1);
        Build("Maglev, weights alike", LoadBalancerPolicy.Maglev, rounds, _ => 1);
        Build("Maglev, weights of 1 to 10", LoadBalancerPolicy.Maglev, rounds, index => (index % 10) + 1);
    }

    private static Contender Picks(LoadBalancerPolicy policy, int endpoints)
    {
        var balancer = Make(policy);
        var set = SetOf(endpoints, _ => 1);
        balancer.Prepare(EndpointSet.Empty, set, 80);
        var hashing = new ConsistentHashConfiguration { Key = HashKeyKind.Header, Name = "end-user" };
        HttpRequestMessage[] requests = [.. Enumerable.Range(0, 100).Select(user => new HttpRequestMessage { Headers = { { "end-user", $"{RuleText.User}-{user}" } } })];
        return Contender.Synchronous($"{policy}, {endpoints:N0} endpoints", calls =>
        {
            for (var call = 0; call < calls; call++)
            {
                var hash = CallHash.Of(hashing, requests[call % requests.Length], null);
                _ = balancer.Pick(set, new([], TimeProvider.System) { Hash = hash }) ?? throw new InvalidOperationException("Nothing was picked.");
            }
        });
    }

    private static void Build(string name, LoadBalancerPolicy policy, int rounds, Func<int, int> weight)
    {
        var balancer = Make(policy);
        var times = new double[rounds];
        for (var round = -3; round < rounds; round++)
        {
            var set = SetOf(Many, weight);
            var start = Stopwatch.GetTimestamp();
            balancer.Prepare(EndpointSet.Empty, set, 80);
            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        Report.Guide($"the table of {Many:N0} endpoints: {name}", Spread.Of(times), "ms", "0.0", "50 ms");
    }

    private static Balancer Make(LoadBalancerPolicy policy) => Balancer.Create(
        new ClusterPolicy
        {
            LoadBalancer = policy,
            ConsistentHash = new()
            {
                Key = HashKeyKind.Header,
                Size = policy == LoadBalancerPolicy.Maglev ? ConsistentHashConfiguration.DefaultTableSize : ConsistentHashConfiguration.DefaultRingSize,
            },
        },
        MeshRandom.Unseeded,
        new ActiveClock(TimeProvider.System));

    private static EndpointSet SetOf(int endpoints, Func<int, int> weight)
    {
        var states = Enumerable.Range(0, endpoints).Select(index => new EndpointState(Decider.MakeEndpoint(index).Endpoint with { Weight = weight(index) })).ToArray();
        return new EndpointSet(states, states);
    }
}
