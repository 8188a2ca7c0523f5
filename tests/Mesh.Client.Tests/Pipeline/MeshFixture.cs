using Mesh.Client.Discovery;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>A mesh over a scripted primary handler, in fake time, with rules as JSON.</summary>
internal sealed class MeshFixture : IDisposable
{
    public const string TwoEndpoints = """
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [
          { "Address": "10.0.0.1:80", "Labels": { "version": "v1" } },
          { "Address": "10.0.0.2:80", "Labels": { "version": "v2" } } ] } },
        "DestinationRules": { "reviews": { "host": "reviews", "subsets": [
          { "name": "v1", "labels": { "version": "v1" } }, { "name": "v2", "labels": { "version": "v2" } },
          { "name": "v3", "labels": { "version": "v3" } } ] } }
        """;

    public MeshFixture(string rules, int seed = 1)
        : this(Sourced($$"""{ "Seed": {{seed}}, {{rules}} }"""))
    {
    }

    /// <param name="rules">The fields of a <c>Mesh</c> section.</param>
    /// <param name="endpointSources">What services may name as their discovery.</param>
    public MeshFixture(string rules, params IMeshEndpointSource[] endpointSources)
        : this(Sourced($$"""{ "Seed": 1, {{rules}} }"""), endpointSources)
    {
    }

    public MeshFixture(FakeSource source, params IMeshEndpointSource[] endpointSources)
        : this(source, null, endpointSources)
    {
    }

    /// <param name="rules">The fields of a <c>Mesh</c> section.</param>
    /// <param name="hostDirectory">Who knows more hosts.</param>
    public MeshFixture(string rules, IHostDirectory hostDirectory)
        : this(Sourced($$"""{ "Seed": 1, {{rules}} }"""), hostDirectory)
    {
    }

    private MeshFixture(FakeSource source, IHostDirectory? hostDirectory, params IMeshEndpointSource[] endpointSources)
    {
        Source = source;
        Transport = new ScriptedTransport(Clock);
        Handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Sources = [Source],
            EndpointSources = endpointSources,
            HostDirectory = hostDirectory,
            LoggerFactory = Logs,
            MeterFactory = Meters,
            TimeProvider = Clock,
            InnerHandler = Transport,
        });
        Client = new HttpClient(Handler) { Timeout = Timeout.InfiniteTimeSpan };

        // Its beats would be waits for AdvanceUntilDoneAsync; pauses are those of fake time, of which there are none.
        ((MeshHandler)Handler).Runtime.ActiveClock.Dispose();
    }

    public TestClock Clock { get; } = new();

    public FakeSource Source { get; }

    /// <summary>The meters of this mesh alone, for a <see cref="MeterCapture"/>.</summary>
    public ScopedMeterFactory Meters { get; } = new();

    public LogCapture Logs { get; } = new();

    public ScriptedTransport Transport { get; }

    public DelegatingHandler Handler { get; }

    public HttpClient Client { get; }

    public IMesh Mesh => ((MeshHandler)Handler).Runtime;

    /// <summary>Both endpoints of the service behind one rule; <paramref name="rule"/> stands beside <c>route</c>.</summary>
    public static MeshFixture WithRule(string rule, int seed = 1) => new($$"""
        {{TwoEndpoints}},
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}}
          "route": [ { "destination": { "host": "reviews" } } ] } ] } }
        """, seed);

    public Task<HttpResponseMessage> GetAsync(string uri = "http://reviews:9080/") => Client.GetAsync(uri, TestContext.Current.CancellationToken);

    public static async Task<MeshResult> ResultAsync(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        Assert.True(response.TryGetMeshResult(out var result));
        return result;
    }

    /// <summary>Lets fake time pass until <paramref name="task"/> ends; every wait of the mesh is a timer of the clock.</summary>
    public async Task<T> AdvanceUntilDoneAsync<T>(Task<T> task, TimeSpan? step = null)
    {
        while (!task.IsCompleted)
        {
            var armed = Clock.UntilArmedAsync();
            await Task.WhenAny(task, armed);
            if (!task.IsCompleted)
            {
                Clock.Advance(step ?? Clock.NextDueIn ?? TimeSpan.FromMilliseconds(1));
            }
        }

        return await task;
    }

    public void Dispose()
    {
        Client.Dispose();
        Meters.Dispose();
        Logs.Dispose();
    }

    private static FakeSource Sourced(string json)
    {
        var source = new FakeSource("rules");
        source.PushJson(json);
        return source;
    }
}
