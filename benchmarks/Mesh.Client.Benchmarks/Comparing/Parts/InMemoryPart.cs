using Mesh.Client.Benchmarks.Clients;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Behind the application's own primary handler, where the mesh rewrites the authority.</summary>
internal static class InMemoryPart
{
    public static async Task RunAsync(Alternation alternation)
    {
        foreach (var isAsynchronous in new[] { false, true })
        {
            Report.Title("memory", $"the application's own primary handler, answering {How(isAsynchronous)}; rules as in loopback");
            var (time, bytes) = await MeasureAsync(alternation, isAsynchronous);
            Report.AtMost("time that Mesh.Client adds, to that which Microsoft's stack adds", time, 0.5);
            Report.AtMost("bytes that Mesh.Client adds, to those that Microsoft's stack adds", bytes, 0.6);
        }
    }

    internal static string How(bool isAsynchronous) => isAsynchronous ? "after a turn through the thread pool" : "at once";

    /// <summary>Prints the table; returns what the mesh adds to what Microsoft's stack adds.</summary>
    internal static async Task<(Spread Time, Spread Bytes)> MeasureAsync(Alternation alternation, bool isAsynchronous)
    {
        string[] addresses = ["10.1.0.1:80", "10.1.0.2:80", "10.1.0.3:80"];
        using var clients = new Disposables<StackClient>(
            StackClient.CreateAll(addresses, rules: 1_000, endpoints: 1_000, () => new StubHandler(isAsynchronous)));
        var series = await alternation.RunAsync(2_000, [.. clients.Items.Select(client => client.OneCaller())]);
        Report.Table([Measure.Bytes, Measure.Nanoseconds], series);
        var (bare, microsoft, mesh) = (series[(int)Stack.Bare], series[(int)Stack.ResilienceAndDiscovery], series[(int)Stack.Mesh]);
        return (mesh.AdditionTimes(microsoft, bare, Measure.Nanoseconds), mesh.AdditionTimes(microsoft, bare, Measure.Bytes));
    }
}
