using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Where endpoints and this process stand, told by a real API server and by the downward API, and what follows for calls.</summary>
public sealed class KubePlaceTests(SharedKube kube) : IDisposable
{
    /// <summary>Its outlier detection has places ordered.</summary>
    private const string Rules = """{ "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 5 } } } } }""";

    private readonly string _labels = Path.GetTempFileName();

    public void Dispose() => File.Delete(_labels);

    [KubeFact]
    public async Task Places_are_those_of_the_nodes_and_so_is_that_of_this_process()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await NodeAsync(server, $"{space}-1", "eu", "eu-1");
        await NodeAsync(server, $"{space}-2", "eu", "eu-2");
        await NodeAsync(server, $"{space}-3", "us", "us-1");
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, [.. Enumerable.Range(1, 3).Select(index => KubeObjects.Endpoint(index, more: $$""", "nodeName": "{{space}}-{{index}}" """))]);
        await using var mesh = new KubeMesh(server.KubeConfig, space, Rules, options => options.NodeTopology = true, node: $"{space}-1");

        await CallsAsync(mesh, "127.0.77.1");
        Assert.Equal(["127.0.77.1 eu/eu-1", "127.0.77.2 eu/eu-2", "127.0.77.3 us/us-1"], Places(mesh));

        // A node that moves.
        await server.Api.PatchAsync($"/api/v1/nodes/{space}-3", """{ "metadata": { "labels": { "topology.kubernetes.io/region": "eu", "topology.kubernetes.io/zone": "eu-1" } } }""");
        await CallsAsync(mesh, "127.0.77.1", "127.0.77.3");
    }

    [KubeFact]
    public async Task Places_are_the_zones_of_slices_where_the_downward_api_tells_that_of_this_process()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, [.. new[] { "eu-1", "eu-2", "us-1" }.Select((zone, index) => KubeObjects.Endpoint(index + 1, more: $$""", "zone": "{{zone}}" """))]);
        await File.WriteAllTextAsync(_labels, "app=\"productpage\"\ntopology.kubernetes.io/region=\"eu\"\ntopology.kubernetes.io/zone=\"eu-2\"\n");
        await using var mesh = new KubeMesh(server.KubeConfig, space, Rules, options => options.LabelsFile = _labels);

        await CallsAsync(mesh, "127.0.77.2");
        Assert.Equal(["127.0.77.1 eu/eu-1", "127.0.77.2 eu/eu-2", "127.0.77.3 "], Places(mesh));
    }

    private static Task<string> NodeAsync(KubeServer server, string name, string region, string zone) => server.Api.CreateAsync(
        "/api/v1/nodes",
        $$"""{ "metadata": { "name": "{{name}}", "labels": { "topology.kubernetes.io/region": "{{region}}", "topology.kubernetes.io/zone": "{{zone}}" } } }""");

    private static IEnumerable<string> Places(KubeMesh mesh)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        return mesh.Mesh.Explain(request).Destinations[0].Cluster!.Endpoints.Select(endpoint => $"{endpoint.Address.Split(':')[0]} {endpoint.Locality}").Order(StringComparer.Ordinal);
    }

    private static Task CallsAsync(KubeMesh mesh, params string[] endpoints) => Eventually.TrueAsync(
        async () =>
        {
            var called = new SortedSet<string>(StringComparer.Ordinal);
            for (var call = 0; call < 40; call++)
            {
                if (await KubeServiceTests.FailsAsync(mesh, "http://reviews/"))
                {
                    return false;
                }

                called.Add(await mesh.CallAsync("http://reviews/"));
            }

            return called.SequenceEqual(endpoints);
        },
        $"calls to {string.Join(", ", endpoints)}");
}
