using System.Globalization;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Serving;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Requests per second over loopback with many callers.</summary>
internal static class ThroughputPart
{
    private const int Callers = 16;
    private const int LiveEndpoints = 8;

    public static async Task RunAsync(Alternation alternation)
    {
        Report.Title("throughput", $"{Callers} callers, server in another process; rules as in loopback");
        using var server = await ServerProcess.StartAsync();
        using var clients = new Disposables<StackClient>(StackClient.CreateAll(server.Addresses(LiveEndpoints), rules: 1_000, endpoints: 1_000));
        var series = await alternation.RunAsync(Callers * 50, [.. clients.Items.Select(client => client.Callers(Callers))]);
        Report.Table([Measure.Nanoseconds, Measure.Processor, Measure.Bytes], series);
        var bare = series[(int)Stack.Bare];
        foreach (var row in series)
        {
            var perSecond = (1e9 / row.Of(Measure.Nanoseconds).Median).ToString("#,0", CultureInfo.InvariantCulture);
            Report.Line($"{row.Name}: {perSecond} requests/s, {bare.Times(row, Measure.Nanoseconds).Format("0.00")} x bare");
        }

        Report.AtLeast("requests per second with Mesh.Client, to the bare client's", bare.Times(series[(int)Stack.Mesh], Measure.Nanoseconds), 0.95);
    }
}
