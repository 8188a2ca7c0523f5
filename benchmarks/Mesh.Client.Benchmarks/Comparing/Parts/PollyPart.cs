using Mesh.Client.Benchmarks.Clients;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>A call that succeeds, with a timeout, retries and a timeout per attempt configured: as a rule of the mesh, and as Polly pipelines of
/// the same meaning. The mesh routes and balances besides, which a row without timeouts and retries tells apart.</summary>
internal static class PollyPart
{
    private const string Address = "10.1.0.1:80";

    public static async Task RunAsync(Alternation alternation)
    {
        foreach (var isAsynchronous in new[] { false, true })
        {
            Report.Title("polly", $"timeout, retries and timeout per attempt; the primary handler answers {InMemoryPart.How(isAsynchronous)}");
            HttpMessageHandler Primary() => new StubHandler(isAsynchronous);
            using var bare = StackClient.Create(Stack.Bare, [Address], "{}", Primary);
            using var handler = PollyClient.InHandler(Address, Primary);
            using var around = PollyClient.AroundCalls(Address, Primary);
            using var plain = StackClient.Create(Stack.Mesh, [Address], Rules("""  "retries": { "attempts": 0 }, """), Primary);
            using var mesh = StackClient.Create(Stack.Mesh, [Address], Rules(PollyClient.Rule), Primary);
            var series = await alternation.RunAsync(
                5_000,
                bare.OneCaller(),
                handler.OneCaller(),
                around.OneCaller(),
                plain.OneCaller() with { Name = "Mesh.Client, without timeouts and retries" },
                mesh.OneCaller());
            Report.Table([Measure.Bytes, Measure.Nanoseconds], series);
            Compare("all that Mesh.Client adds, to what AddResilienceHandler adds", series[4], series[0], series[1], series[0]);
            Compare("its timeouts and retries alone, to what the pipeline around the client adds", series[4], series[3], series[2], series[0]);
        }
    }

    private static string Rules(string policy)
        => $$"""
            {
              "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [ { "Address": "{{Address}}" } ] } },
              "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{policy}} "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            }
            """;

    private static void Compare(string what, Series mesh, Series without, Series other, Series bare)
    {
        foreach (var (measure, name) in new[] { (Measure.Bytes, "bytes"), (Measure.Nanoseconds, "time") })
        {
            Report.Line($"{name}: {what}: {mesh.AdditionTimes(without, other, bare, measure).Format("0.00")} x");
        }
    }
}
