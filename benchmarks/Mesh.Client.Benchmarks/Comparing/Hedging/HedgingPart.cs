using System.Globalization;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Comparing.Skew;
using Mesh.Client.Benchmarks.Serving;

namespace Mesh.Client.Benchmarks.Comparing.Hedging;

/// <summary>Real servers of which one leaves some of its calls lying: what that does to the slowest calls with and without hedging, and how much
/// more load hedging makes. Each contender gets the same arrivals, by turns.</summary>
internal static class HedgingPart
{
    private const int Servers = 10;
    private const int MostRounds = 5;
    private const double PerSecond = 400;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    // A percentile is known after two refreshes, of three seconds each.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(12);
    private static readonly OpenLoad Load = new(PerSecond, Deadline);

    public static async Task RunAsync(int rounds)
    {
        rounds = Math.Min(rounds, MostRounds);
        using var fleet = await FleetProcess.StartAsync(Servers);
        using var contenders = new Disposables<SkewContender>(
        [
            Contender("no hedging", fleet, hedging: null),
            Contender("after the 99th percentile", fleet, """ "percentile": 99 """),
            Contender("after the 95th percentile", fleet, """ "percentile": 95 """),
            Contender("after 200 ms", fleet, """ "delay": "200ms" """),
        ]);
        var rows = contenders.Items.Select(contender => new HedgingRow(contender.Name, rounds)).ToArray();
        await fleet.StallAsync(0);
        for (var round = 0; round < rounds; round++)
        {
            for (var place = 0; place < rows.Length; place++)
            {
                var index = (place + round) % rows.Length;
                var outcome = await Load.RunAsync(contenders.Items[index].Client.CallAsync, round, WarmUp, Measured, fleet.CountAsync);
                await fleet.QuietenAsync();
                var (sent, _) = await fleet.CountAsync();
                rows[index].Add(round, outcome, sent);
            }
        }

        Report.Title("hedging", string.Create(
            CultureInfo.InvariantCulture,
            $"{Servers} Kestrel servers, exponential times of {UnevenServer.MeanService.TotalMilliseconds} ms, one of them leaves {100 * UnevenServer.StallShare:0.#} % of its calls for "
                + $"{UnevenServer.Stall.TotalMilliseconds:N0} ms, {PerSecond:N0} calls/s at random times, {rounds} rounds of {Measured.TotalSeconds:N0} s"));
        HedgingRow.Print(rows);
    }

    private static SkewContender Contender(string name, FleetProcess fleet, string? hedging)
    {
        var endpoints = string.Join(", ", fleet.Addresses.Select(address => $$"""{ "Address": "{{address}}" }"""));
        var rules = hedging is null
            ? ""
            : $$""", "DestinationRules": { "reviews": { "host": "reviews", "x-mesh": { "trafficPolicy": { "hedging": { {{hedging}} } } } } }""";
        return new(name, StackClient.Create(
            Stack.Mesh, fleet.Addresses, $$"""{ "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ {{endpoints}} ] } }{{rules}} }"""));
    }
}
