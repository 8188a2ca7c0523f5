using System.Globalization;
using System.Text.Json;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Route, subset and pick with every policy that there is, and how they grow with the endpoints. Nothing here waits, so that the time of the
/// processor is what it takes, without that which goes to other work on the machine.</summary>
internal static class PicksPart
{
    private const string Nearby = "eu/eu-1";
    private const string Elsewhere = "eu/eu-2";

    private static readonly int[] Sizes = [3, 100, 10_000];

    public static async Task RunAsync(Alternation alternation)
    {
        Report.Title("picks", "route + subset + pick among 10 rules, in memory; the last rule matches");
        using var bare = StackClient.Create(Stack.Bare, ["10.1.0.1:80"], "{}", () => new StubHandler(isAsynchronous: false));
        var kinds = Kinds().ToArray();
        var deciders = kinds.SelectMany(kind => Sizes.Select(size => Decider.WithPolicy(kind.Policy, [.. Enumerable.Range(0, size).Select(kind.MakeEndpoint)])
            .Named(string.Create(CultureInfo.InvariantCulture, $"{kind.Name}, {size:#,0}"))));
        var series = await alternation.RunAsync(20_000, [bare.OneCaller(), .. deciders]);
        Report.Table([Measure.Bytes, Measure.Processor, Measure.Nanoseconds], series);

        var call = series[0];
        var picks = series.Skip(1).Chunk(Sizes.Length).ToArray();
        Report.Guide("bytes of a decision, the most of all", picks.SelectMany(sizes => sizes).Select(row => row.Of(Measure.Bytes)).MaxBy(bytes => bytes.Median), "B", "0.0", "0 B (budget)");
        foreach (var (kind, sizes) in kinds.Zip(picks))
        {
            var largest = sizes.MaxBy(row => row.Of(Measure.Processor).Median)!;
            Report.AtMost($"{largest.Name} endpoints, to a bare in-memory call", largest.Times(call, Measure.Processor), 0.33);
            Report.AtMost($"{kind.Name}, 10,000 endpoints to 3", sizes[^1].Times(sizes[0], Measure.Processor), 2.5);
        }
    }

    /// <summary>Policies by their enumeration, so that none is left out; with weights of 1 to 10 too. Then what can be added to a policy.</summary>
    private static IEnumerable<Kind> Kinds()
    {
        foreach (var policy in Enum.GetValues<LoadBalancerPolicy>())
        {
            var cluster = PolicyOf(policy);
            yield return new(NameOf(policy), cluster, Decider.MakeEndpoint);
            yield return new($"{NameOf(policy)}, weights of 1 to 10", cluster, index => With(index, endpoint => endpoint with { Weight = (index % 10) + 1 }));
        }

        var standard = ClusterPolicy.Default;
        yield return new(
            $"{NameOf(standard.LoadBalancer)}, two localities",
            standard with { Locality = EightyToTwenty() },
            index => With(index, endpoint => endpoint with { Locality = index % 2 == 0 ? Nearby : Elsewhere }));
        foreach (var policy in new[] { standard.LoadBalancer, LoadBalancerPolicy.LeastRequest, LoadBalancerPolicy.RoundRobin }.Distinct())
        {
            yield return new(
                $"{NameOf(policy)}, half warming up",
                PolicyOf(policy) with { Warmup = new() { Duration = TimeSpan.FromHours(1) } },
                index => index % 2 == 0 ? Decider.MakeEndpoint(index) : new(Decider.MakeEndpoint(index).Endpoint, TimeProvider.System.GetTimestamp()));
        }
    }

    private static ClusterPolicy PolicyOf(LoadBalancerPolicy policy) => ClusterPolicy.Default with
    {
        LoadBalancer = policy,
        ConsistentHash = policy switch
        {
            LoadBalancerPolicy.RingHash => HashOf(ConsistentHashConfiguration.DefaultRingSize),
            LoadBalancerPolicy.Maglev => HashOf(ConsistentHashConfiguration.DefaultTableSize),
            _ => null,
        },
    };

    private static ConsistentHashConfiguration HashOf(int size) => new() { Key = HashKeyKind.Header, Name = "end-user", Size = size };

    private static LocalityPolicy EightyToTwenty() => LocalityPolicy.Create(
        new()
        {
            Distribute =
            [
                new(LocalityPattern.Parse("*"), [KeyValuePair.Create(LocalityPattern.Parse(Nearby), 80), KeyValuePair.Create(LocalityPattern.Parse(Elsewhere), 20)]),
            ],
        },
        hasOutlierDetection: false,
        new() { Locality = Nearby })!;

    private static EndpointState With(int index, Func<Endpoint, Endpoint> change) => new(change(Decider.MakeEndpoint(index).Endpoint));

    private static string NameOf(LoadBalancerPolicy policy) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(policy.ToString());

    private sealed record Kind(string Name, ClusterPolicy Policy, Func<int, EndpointState> MakeEndpoint);
}
