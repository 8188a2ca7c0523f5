using System.Globalization;
using System.Text.Json;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Serving;
using Mesh.Client.Model;

namespace Mesh.Client.Benchmarks.Comparing.Skew;

/// <summary>Real servers of which one is slow: the same one for a whole turn, and another one every few seconds. Each contender gets the same
/// arrivals and the same slow servers, by turns.</summary>
internal static class SkewPart
{
    private const int Servers = 10;
    private const int MostRounds = 3;

    /// <summary>Of 1,840 that the servers can do while one of them is slow.</summary>
    private const double PerSecond = 1_200;

    private static readonly string[] NamedPolicies = ["LEAST_REQUEST", "ROUND_ROBIN"];
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private static readonly OpenLoad Load = new(PerSecond, Deadline);

    public static async Task RunAsync(int rounds)
    {
        using var fleet = await FleetProcess.StartAsync(Servers);
        using var yarp = await ChildProcess.StartAsync(["yarp", .. fleet.Addresses]);
        using var haProxy = HaProxy.Find() is { } program ? await HaProxy.StartAsync(program, fleet.Addresses) : null;
        using var contenders = new Disposables<SkewContender>([.. Contenders(fleet.Addresses, $"127.0.0.1:{yarp.Greeting}", haProxy?.Address)]);
        rounds = Math.Min(rounds, MostRounds);
        var conditions = string.Create(
            CultureInfo.InvariantCulture,
            $"{Servers} Kestrel servers with {UnevenServer.Workers} workers each, exponential times of {UnevenServer.MeanService.TotalMilliseconds} ms, "
                + $"{PerSecond:N0} calls/s at random times, deadline {Deadline.TotalSeconds} s, {rounds} rounds");

        Report.Title("skew", $"one server {UnevenServer.Slowness} times slower; {conditions}");
        await CompareAsync(fleet, contenders.Items, rounds, Still, moves: 1);
        Report.Title("skew", $"another server {UnevenServer.Slowness} times slower every {Between.TotalSeconds} s; {conditions}");
        await CompareAsync(fleet, contenders.Items, rounds, Between, moves: 2);
        if (haProxy is null)
        {
            Report.Line(HaProxy.Missing);
        }
    }

    private static IEnumerable<SkewContender> Contenders(IReadOnlyList<string> addresses, string yarp, string? haProxy)
    {
        var standard = JsonNamingPolicy.SnakeCaseUpper.ConvertName(ClusterPolicy.Default.LoadBalancer.ToString());
        yield return new($"Mesh.Client, {standard} (default)", StackClient.Create(Stack.Mesh, addresses, Rules(addresses, policy: null)));
        foreach (var policy in NamedPolicies.Where(policy => policy != standard))
        {
            yield return new($"Mesh.Client, {policy}", StackClient.Create(Stack.Mesh, addresses, Rules(addresses, policy)));
        }

        yield return new("both of Microsoft's", StackClient.Create(Stack.ResilienceAndDiscovery, addresses, "{}"));
        if (haProxy is not null)
        {
            yield return new("HAProxy, leastconn", StackClient.Create(Stack.Bare, [haProxy], "{}"));
        }

        yield return new("YARP, PowerOfTwoChoices", StackClient.Create(Stack.Bare, [yarp], "{}"));
    }

    private static string Rules(IReadOnlyList<string> addresses, string? policy)
    {
        var endpoints = string.Join(", ", addresses.Select(address => $$"""{ "Address": "{{address}}" }"""));
        var services = $$"""{ "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{endpoints}} ] } }""";
        return policy is null
            ? $$"""{ "Services": {{services}} }"""
            : $$"""
              { "Services": {{services}},
                "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "simple": "{{policy}}" } } } } }
              """;
    }

    /// <param name="fleet">The servers.</param>
    /// <param name="contenders">By turns.</param>
    /// <param name="rounds">Of one turn each.</param>
    /// <param name="each">How long one server is slow.</param>
    /// <param name="moves">How many servers are slow within a turn, one after the other.</param>
    private static async Task CompareAsync(FleetProcess fleet, SkewContender[] contenders, int rounds, TimeSpan each, int moves)
    {
        var rows = contenders.Select(contender => new SkewRow(contender.Name, rounds)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var place = 0; place < contenders.Length; place++)
            {
                var index = (place + round) % contenders.Length;
                var (outcome, slowShare) = await TakeTurnAsync(fleet, contenders[index].Client, round, each, moves);
                rows[index].Add(round, outcome, slowShare);
            }
        }

        SkewRow.Print(rows);
    }

    private static async Task<(LoadOutcome Outcome, double SlowShare)> TakeTurnAsync(
        FleetProcess fleet, StackClient client, int seed, TimeSpan each, int moves)
    {
        await fleet.SlowDownAsync(SlowServer(seed, move: 0, moves));
        var outcome = await Load.RunAsync(client.CallAsync, seed, WarmUp, moves * each, async () =>
        {
            await fleet.CountAsync();
            for (var move = 1; move <= moves; move++)
            {
                if (moves > 1)
                {
                    await fleet.SlowDownAsync(SlowServer(seed, move, moves));
                }

                await Task.Delay(each);
            }
        });

        var (all, slow) = await fleet.CountAsync();
        await fleet.SlowDownAsync(-1);
        await fleet.QuietenAsync();
        return (outcome, 100.0 * slow / all);
    }

    /// <summary>Another one each time; where nothing moves, another one each turn.</summary>
    private static int SlowServer(int turn, int move, int moves) => ((turn * (moves + 1)) + (move * 3)) % Servers;
}
