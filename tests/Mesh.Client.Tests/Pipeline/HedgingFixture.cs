using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>A mesh in fake time over a handler that plays its acts in the order in which requests arrive, wherever they go.</summary>
internal sealed class HedgingFixture : IDisposable
{
    public const string Uri = "http://reviews:9080/";

    /// <summary>Sweeps and the like; nothing in a script takes so long.</summary>
    private static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(2);

    private readonly int _timersOfTheMesh;

    public HedgingFixture(string hedging = """ "delay": "50ms" """, string rule = "", string policy = "", string xMeshOfRule = "", string xMeshOfSection = "", string[]? endpoints = null, params HedgingAct[] acts)
    {
        endpoints ??= ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80"];
        Transport = new HedgingTransport(Clock, acts);
        var source = new FakeSource("rules");
        source.PushJson($$"""
            { "Seed": 1, {{xMeshOfSection}}
              "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ {{string.Join(", ", endpoints.Select(Endpoint))}} ] } },
              "VirtualServices": { "reviews": { {{xMeshOfRule}} "hosts": [ "reviews" ], "http": [ { {{rule}} "route": [ { "destination": { "host": "reviews" } } ] } ] } },
              "DestinationRules": { "reviews": { "host": "reviews"{{(policy.Length == 0 ? "" : $$""", "trafficPolicy": { {{policy}} }""")}},
                "x-mesh": { "trafficPolicy": { "hedging": { {{hedging}} } } } } } }
            """);
        Handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Sources = [source],
            LoggerFactory = Logs,
            MeterFactory = Meters,
            TimeProvider = Clock,
            InnerHandler = Transport,
        });
        Runtime = ((MeshHandler)Handler).Runtime;

        // Pauses are those of fake time, of which there are none.
        Runtime.ActiveClock.Dispose();
        Client = new HttpClient(Handler) { Timeout = Timeout.InfiniteTimeSpan };
        Capture = new MeterCapture(scope: Meters);
        _timersOfTheMesh = Clock.LiveTimers;
    }

    public TestClock Clock { get; } = new();

    public LogCapture Logs { get; } = new();

    public ScopedMeterFactory Meters { get; } = new();

    public MeterCapture Capture { get; }

    public HedgingTransport Transport { get; }

    public DelegatingHandler Handler { get; }

    public MeshRuntime Runtime { get; }

    public HttpClient Client { get; }

    public ClusterState Cluster => Runtime.Clusters.GetStates().Single();

    public ClusterResilience Resilience => ClusterResilience.Of(Cluster);

    /// <summary>Timers that calls have left behind.</summary>
    public int LeftTimers => Clock.LiveTimers - _timersOfTheMesh;

    public int InFlight => Cluster.Endpoints.All.Sum(endpoint => endpoint.InFlight);

    /// <summary>Results of copies, in order.</summary>
    public IEnumerable<string> Hedges => Capture.Entries.Where(entry => entry.Instrument == "mesh.client.hedges").Select(entry => (string)entry.Tags["mesh.hedge.result"]!);

    public Task<HttpResponseMessage> GetAsync() => Client.GetAsync(Uri, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    /// <summary>Without a synchronization context, so that what a moment of fake time brings about has happened before the next one comes.</summary>
    public Task<HttpResponseMessage> AnswerAsync(Task<HttpResponseMessage>? sending = null) => Task.Run(async () =>
    {
        sending ??= GetAsync();
        while (!sending.IsCompleted)
        {
            // Whatever was left to other threads all the same is done before the time goes on.
            await Task.WhenAny(sending, Clock.UntilArmedAsync());
            await Task.WhenAny(sending, Task.Delay(1));
            if (Clock.NextDueIn > Housekeeping)
            {
                // Nothing that the call waits for: it is about to end, on a thread that is slow today.
                await Task.WhenAny(sending, Task.Delay(500));
            }

            if (!sending.IsCompleted)
            {
                Clock.Advance(Clock.NextDueIn ?? TimeSpan.FromMilliseconds(1));
            }
        }

        return await sending;
    });

    /// <summary>So many calls took so long.</summary>
    public void Learn(int calls, TimeSpan latency)
    {
        var clock = Runtime.ActiveClock;
        for (var call = 0; call < calls; call++)
        {
            Resilience.Latency!.Observe((long)latency.TotalMicroseconds, clock.ToMicroseconds(clock.GetTimestamp()));
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Capture.Dispose();
        Meters.Dispose();
        Logs.Dispose();
    }

    /// <summary><c>address</c>, or <c>address locality</c>.</summary>
    private static string Endpoint(string text) => text.Split(' ') is [var address, var locality]
        ? $$"""{ "Address": "{{address}}", "Locality": "{{locality}}" }"""
        : $$"""{ "Address": "{{text}}" }""";
}
