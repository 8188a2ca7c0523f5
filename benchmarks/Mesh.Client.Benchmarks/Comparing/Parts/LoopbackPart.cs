using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Serving;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>The whole success path over loopback, where the mesh owns the transport.</summary>
internal static class LoopbackPart
{
    private const int LiveEndpoints = 8;

    public static async Task RunAsync(Alternation alternation)
    {
        Report.Title(
            "loopback",
            $"one caller, server in another process; the last of 1,000 rules, a subset of {LiveEndpoints} of 1,000 endpoints, outlier detection, "
                + "timeout, retries");
        using var server = await ServerProcess.StartAsync();
        using var clients = new Disposables<StackClient>(StackClient.CreateAll(server.Addresses(LiveEndpoints), rules: 1_000, endpoints: 1_000));
        var series = await alternation.RunAsync(500, [.. clients.Items.Select(client => client.OneCaller())]);
        Report.Table([Measure.Bytes, Measure.Processor, Measure.Nanoseconds], series);
        var (bare, microsoft, mesh) = (series[(int)Stack.Bare], series[(int)Stack.ResilienceAndDiscovery], series[(int)Stack.Mesh]);
        Report.AtMost("bytes that Mesh.Client adds, to those that Microsoft's stack adds", mesh.AdditionTimes(microsoft, bare, Measure.Bytes), 0.25);
        Report.AtMost("CPU that Mesh.Client adds, to that which Microsoft's stack adds", mesh.AdditionTimes(microsoft, bare, Measure.Processor), 0.25);
    }
}
