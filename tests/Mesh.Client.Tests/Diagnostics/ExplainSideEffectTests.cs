using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Diagnostics;

/// <summary>Explaining leaves no trace.</summary>
public sealed class ExplainSideEffectTests
{
    private const string Rules = MeshFixture.TwoEndpoints + """
        , "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "fault": { "delay": { "fixedDelay": "1s", "percentage": { "value": 0.001 } } },
          "route": [
            { "destination": { "host": "reviews", "subset": "v1" }, "weight": 50 },
            { "destination": { "host": "reviews", "subset": "v2" }, "weight": 50 } ] } ] } }
        """;

    [Fact]
    public void Explaining_makes_no_cluster_watcher_or_timer()
    {
        using var mesh = new MeshFixture(Rules);
        var timers = mesh.Clock.LiveTimers;

        Explain(mesh, "http://reviews:9080/");

        var runtime = (MeshRuntime)mesh.Mesh;
        Assert.Empty(mesh.Mesh.GetClusters());
        Assert.Null(runtime.Clusters.FindWatcher(runtime.Snapshot.Hosts["reviews"].Service!));
        Assert.All(runtime.Snapshot.Clusters, cluster => Assert.Null(cluster.State));
        Assert.Equal(timers, mesh.Clock.LiveTimers);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Explaining_between_calls_changes_no_random_choice()
        => Assert.Equal(await ChoicesAsync(isExplained: false), await ChoicesAsync(isExplained: true));

    [Fact]
    public async Task Explaining_changes_no_health_and_counts_nothing()
    {
        using var meters = new ScopedMeterFactory();
        using var capture = new MeterCapture(scope: meters);
        var source = new FakeSource();
        source.PushJson($"{{ {Rules} }}");
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions
        {
            Sources = [source],
            MeterFactory = meters,
            InnerHandler = new ScriptedTransport(new TestClock()),
        });
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(new Uri("http://reviews:9080/"), TestContext.Current.CancellationToken);
        var measured = capture.Entries.Count;
        var mesh = ((MeshHandler)handler).Runtime;
        var before = mesh.GetClusters().SelectMany(cluster => cluster.Endpoints).Select(endpoint => (endpoint.Address, endpoint.InFlight, endpoint.IsEjected)).ToList();

        mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/"));

        Assert.Equal(measured, capture.Entries.Count);
        Assert.Equal(before, mesh.GetClusters().SelectMany(cluster => cluster.Endpoints).Select(endpoint => (endpoint.Address, endpoint.InFlight, endpoint.IsEjected)));
    }

    [Fact]
    public void Request_stays_as_it_is()
    {
        using var mesh = new MeshFixture(Rules);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https+http://reviews/") { Content = new StringContent("body") };
        request.Headers.TryAddWithoutValidation("end-user", ["a", "b"]);
        var (before, uri, content) = (request.ToString(), request.RequestUri, request.Content);

        Assert.Equal("default/reviews http[0]", mesh.Mesh.Explain(request).Rule);

        Assert.Equal(before, request.ToString());
        Assert.Same(uri, request.RequestUri);
        Assert.Same(content, request.Content);
        Assert.Empty(request.Options);
    }

    private static async Task<List<string?>> ChoicesAsync(bool isExplained)
    {
        using var mesh = new MeshFixture(Rules, seed: 7);
        var choices = new List<string?>();
        for (var call = 0; call < 30; call++)
        {
            if (isExplained)
            {
                Explain(mesh, "http://reviews:9080/");
            }

            choices.Add((await MeshFixture.ResultAsync(mesh.GetAsync())).Endpoint);
        }

        return choices;
    }

    private static void Explain(MeshFixture mesh, string uri) => mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, uri)).ToString();
}
