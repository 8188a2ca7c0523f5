using System.Diagnostics.Tracing;
using System.Globalization;
using Mesh.Client.Benchmarks.Clients;
using Mesh.Client.Benchmarks.Serving;

namespace Mesh.Client.Benchmarks.Comparing.Parts;

/// <summary>Where the bytes of a call go, by type: the runtime samples one allocation in about 100 KB.</summary>
internal static class AllocationsPart
{
    private const int Calls = 100_000;

    public static async Task RunAsync(Alternation alternation)
    {
        _ = alternation;
        Report.Title("allocations", "bytes per call by type, sampled; rules as in loopback");
        using var server = await ServerProcess.StartAsync();
        using var clients = new Disposables<StackClient>(StackClient.CreateAll(server.Addresses(8), rules: 1_000, endpoints: 1_000));
        foreach (var client in clients.Items.Where(client => client.Stack is Stack.Bare or Stack.Mesh))
        {
            await client.OneCaller().RunAsync(2_000);
            using var sampler = new Sampler();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await client.OneCaller().RunAsync(Calls);
            var total = GC.GetTotalAllocatedBytes(precise: true) - before;
            Console.WriteLine($"  {client.Stack}: {total / Calls} bytes per call");
            foreach (var (type, share) in sampler.Shares().Take(25))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {share * total / Calls,8:F0}  {type}"));
            }
        }
    }

    private sealed class Sampler : EventListener
    {
        private const EventKeywords Allocations = (EventKeywords)0x1;
        private readonly Dictionary<string, long> _bytes = [];

        public IEnumerable<(string Type, double Share)> Shares()
        {
            lock (_bytes)
            {
                double total = _bytes.Values.Sum();
                return [.. _bytes.OrderByDescending(entry => entry.Value).Select(entry => (entry.Key, entry.Value / total))];
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            {
                EnableEvents(eventSource, EventLevel.Verbose, Allocations);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName?.StartsWith("GCAllocationTick", StringComparison.Ordinal) == true && eventData.Payload is { Count: > 5 } payload)
            {
                var type = payload[5] as string ?? "?";
                lock (_bytes)
                {
                    _bytes[type] = _bytes.GetValueOrDefault(type) + 1;
                }
            }
        }
    }
}
