using System.Diagnostics;
using System.Globalization;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Comparing.Skew;
using Mesh.Client.Benchmarks.Serving;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Http.Resilience;

namespace Mesh.Client.Benchmarks.Comparing.Brownout;

/// <summary>A server that loses most of its workers for a while and gets them back, under calls that go on coming. What counts is how many of them are
/// answered in time, second by second: while there is less than is asked for, and afterwards. Each contender gets the same arrivals, one after the other in
/// one run.</summary>
internal static class BrownoutPart
{
    /// <summary>Each does 25 calls per second.</summary>
    private const int Workers = 6;

    private const int WorkersInBrownout = 2;

    private const double PerSecond = 100;
    private const int Before = 5;
    private const int During = 10;
    private const int After = 15;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PerTry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(25);

    public static async Task RunAsync()
    {
        Report.Title(
            "brownout",
            string.Create(
                CultureInfo.InvariantCulture,
                $"a Kestrel server with {Workers} workers of {WorkQueue.Service.TotalMilliseconds} ms a call ({Workers / WorkQueue.Service.TotalSeconds:0} calls/s), {WorkersInBrownout} from second "
                    + $"{Before} to {Before + During}; a line of {WorkQueue.Places}; {PerSecond} calls/s at random times, deadline {Deadline.TotalMilliseconds} ms"));
        using var server = await BrownoutProcess.StartAsync();
        var rows = new List<GoodputRow>();
        foreach (var (name, create) in Contenders(server.Address))
        {
            using var client = create();
            rows.Add(await TakeTurnAsync(server, name, client));
        }

        GoodputRow.Print(rows, Before, During);
        var folder = RepositoryRoot.Combine("docs");
        await File.WriteAllTextAsync(Path.Combine(folder, "brownout.csv"), GoodputFiles.Csv(rows));
        await File.WriteAllTextAsync(Path.Combine(folder, "brownout.svg"), GoodputFiles.Svg(rows, Before, During, PerSecond));
        Report.Line($"written: brownout.csv and brownout.svg in {folder}");
    }

    private static IEnumerable<(string Name, Func<StackClient> Create)> Contenders(string address)
    {
        string[] addresses = [address];
        yield return ("no resilience", () => StackClient.Create(Stack.Bare, addresses, "{}"));
        yield return ("standard handler, as it comes", () => StackClient.Create(Stack.Resilience, addresses, "{}"));
        yield return ("standard handler, retries in time", () => StackClient.Create(Stack.Resilience, addresses, "{}", resilience: RetryInTime));
        yield return ("Mesh.Client, as it comes", () => StackClient.Create(Stack.Mesh, addresses, Rules(address, "", "")));
        yield return ("Mesh.Client, retries in time", () => StackClient.Create(Stack.Mesh, addresses, Rules(address, Retries, "")));
        yield return ("the same, circuit breaker", () => StackClient.Create(Stack.Mesh, addresses, Rules(address, Retries, CircuitBreaker)));
        yield return ("the same, throttling", () => StackClient.Create(Stack.Mesh, addresses, Rules(address, Retries, Throttling)));
        yield return ("the same, adaptive concurrency", () => StackClient.Create(Stack.Mesh, addresses, Rules(address, Retries, AdaptiveConcurrency)));
        yield return ("the same, without its budget", () => StackClient.Create(Stack.Mesh, addresses, Rules(address, Retries, NoBudget)));
    }

    private const string NoBudget = """ "retryBudget": { "enabled": false } """;

    /// <summary>With the settings of the standard handler, which are the defaults of both.</summary>
    private const string CircuitBreaker = """ "circuitBreaker": { "cluster": {} } """;

    /// <summary>Looks at less than the usual time, since all is over within one.</summary>
    private const string Throttling = """ "clientThrottling": { "window": "10s" } """;

    private const string AdaptiveConcurrency = """ "adaptiveConcurrency": {} """;

    private static string Retries { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        "timeout": "{{Deadline.TotalMilliseconds}}ms",
        "retries": { "attempts": 3, "perTryTimeout": "{{PerTry.TotalMilliseconds}}ms", "backoff": "{{BackOff.TotalMilliseconds}}ms", "retryOn": "5xx,reset,connect-failure" },
        """);

    private static void RetryInTime(HttpStandardResilienceOptions options)
    {
        options.TotalRequestTimeout.Timeout = Deadline;
        options.AttemptTimeout.Timeout = PerTry;
        options.Retry.Delay = BackOff;
    }

    private static string Rules(string address, string route, string trafficPolicy)
        => $$"""
            {
              "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ { "Address": "{{address}}" } ] } },
              "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{route}} "route": [ { "destination": { "host": "reviews" } } ] } ] } },
              "DestinationRules": { "reviews": { "host": "reviews", "x-mesh": { "trafficPolicy": { {{trafficPolicy}} } } } }
            }
            """;

    private static async Task<GoodputRow> TakeTurnAsync(BrownoutProcess server, string name, StackClient client)
    {
        await server.EmployAsync(Workers);
        await server.QuietenAsync();
        await server.CountAsync();
        var row = new GoodputRow(name, Before + During + After);
        var load = new OpenLoad(PerSecond, Deadline);
        var outcome = await load.RunAsync(client.CallAsync, seed: 1, WarmUp, TimeSpan.FromSeconds(row.Seconds), async () =>
        {
            await server.CountAsync();
            var start = Stopwatch.GetTimestamp();
            for (var second = 0; second < row.Seconds; second++)
            {
                if (second == Before)
                {
                    await server.EmployAsync(WorkersInBrownout);
                }
                else if (second == Before + During)
                {
                    await server.EmployAsync(Workers);
                }

                var left = TimeSpan.FromSeconds(second + 1) - Stopwatch.GetElapsedTime(start);
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left);
                }

                row.Arrived[second] = await server.CountAsync();
            }
        });
        outcome.AnsweredBySecond(row.Seconds).CopyTo(row.Answered, 0);
        await server.QuietenAsync();
        return row;
    }
}
