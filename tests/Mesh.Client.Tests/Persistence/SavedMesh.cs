using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.Extensions.Configuration;

namespace Mesh.Client.Tests.Persistence;

/// <summary>One run of a process that keeps its state: rules and endpoints from sources that the test moves, in fake time.</summary>
internal sealed class SavedMesh : IDisposable
{
    public const string Rules = """{ "Services": { "reviews": { "Discovery": "Fake", "Ports": [ { "Number": 80, "Name": "http" } ] } } }""";

    private readonly HttpClient _client;
    private readonly DelegatingHandler _handler;

    /// <param name="path">The directory of its state.</param>
    /// <param name="clock">Goes on from run to run, as that of the machine.</param>
    /// <param name="failsAtStart">The source of rules cannot be reached.</param>
    public SavedMesh(string path, TestClock clock, bool failsAtStart = false)
    {
        Clock = clock;
        RuleSource.PushJson(Rules);
        if (failsAtStart)
        {
            RuleSource.Fail(new TimeoutException("no control plane"));
        }

        _handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Mesh:State:Path", path)]).Build(),
            Sources = [RuleSource],
            EndpointSources = [EndpointSource],
            HostDirectory = Directory,
            TimeProvider = clock,
            LoggerFactory = Logs,
            InnerHandler = new ScriptedTransport(clock),
        });
        _client = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public TestClock Clock { get; }

    public FakeSource RuleSource { get; } = new("control plane");

    public FakeEndpointSource EndpointSource { get; } = new();

    /// <summary>Knows no host.</summary>
    public FakeHostDirectory Directory { get; } = new() { Knows = _ => false };

    public LogCapture Logs { get; } = new();

    public IMesh Mesh => ((MeshHandler)_handler).Runtime;

    public MeshDiscoveryStatus Discovery => Mesh.GetClusters()[0].Discovery!;

    public string[] Addresses => [.. Mesh.GetClusters()[0].Endpoints.Select(endpoint => endpoint.Address)];

    /// <summary>The endpoint that answers.</summary>
    public async Task<string?> GetAsync()
    {
        using var response = await _client.GetAsync("http://reviews/", TestContext.Current.CancellationToken);
        return response.TryGetMeshResult(out var result) ? result.Endpoint : null;
    }

    /// <summary>The first call, with the source's answer to it.</summary>
    public async Task KnowAsync(params MeshEndpoint[] endpoints)
    {
        var call = GetAsync();
        await EndpointSource.PushAsync("reviews", endpoints);
        await call;
        await Eventually.TrueAsync(() => Addresses.Length == endpoints.Length);
    }

    public void Dispose()
    {
        _client.Dispose();
        Logs.Dispose();
    }
}
