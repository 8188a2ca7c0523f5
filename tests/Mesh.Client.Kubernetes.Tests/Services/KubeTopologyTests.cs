using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Which of a Service's endpoints a process calls by where it stands, told by a real API server.</summary>
public sealed class KubeTopologyTests(SharedKube kube)
{
    private const string Here = """ "Workload": { "Locality": "eu/eu-1" } """;

    /// <summary>As the EndpointSlice controller writes them where trafficDistribution of the Service is PreferSameZone, PreferClose before.</summary>
    [KubeFact]
    public async Task Hints_for_zones_keep_calls_in_the_zone_as_long_as_all_endpoints_have_them()
    {
        await using var pods = await PodServer.StartAsync();
        var objects = await CreateAsync(pods, InZone(1, "eu-1"), InZone(2, "eu-2"), InZone(3, "eu-1"));
        await using var mesh = Mesh(objects, Here);
        Assert.Equal(["127.0.77.1", "127.0.77.3"], await CalledAsync(mesh));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        Assert.Contains($"127.0.77.2:{pods.Port} in eu/eu-2 for callers elsewhere: healthy", mesh.Mesh.Explain(request).ToString(), StringComparison.Ordinal);

        await objects.ChangeSliceAsync("reviews-1", InZone(1, "eu-1"), InZone(2, "eu-2"), KubeObjects.Endpoint(3));
        await CallsAsync(mesh, "127.0.77.1", "127.0.77.2", "127.0.77.3");

        await objects.ChangeSliceAsync("reviews-1", InZone(1, "eu-2"), InZone(2, "eu-2"), InZone(3, "eu-1"));
        await CallsAsync(mesh, "127.0.77.3");

        // Nothing is for this zone.
        await objects.ChangeSliceAsync("reviews-1", InZone(1, "eu-2"), InZone(2, "eu-2"));
        await CallsAsync(mesh, "127.0.77.1", "127.0.77.2");
    }

    [KubeFact]
    public async Task Hints_for_nodes_go_before_those_for_zones()
    {
        await using var pods = await PodServer.StartAsync();
        var objects = await CreateAsync(pods, OnNode(1, "n1"), OnNode(2, "n2"), OnNode(3, "n2"));
        await using var mesh = Mesh(objects, Here, node: "n1");
        Assert.Equal(["127.0.77.1"], await CalledAsync(mesh));

        await objects.ChangeSliceAsync("reviews-1", OnNode(2, "n2"), OnNode(3, "n3"));
        await CallsAsync(mesh, "127.0.77.2", "127.0.77.3");
    }

    [KubeFact]
    public async Task Endpoints_of_other_zones_take_over_when_those_of_the_own_fail()
    {
        const string Rules = $$"""{{Here}}, "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutiveGatewayErrors": 3 } } } }""";
        await using var pods = await PodServer.StartAsync();
        var objects = await CreateAsync(pods, InZone(1, "eu-1"), InZone(2, "eu-2"));
        await using var mesh = Mesh(objects, Rules);
        Assert.Equal(["127.0.77.1"], await CalledAsync(mesh));

        var cluster = Assert.Single(mesh.Mesh.GetClusters());
        Assert.True(mesh.Mesh.EjectEndpoint(cluster.Name, $"127.0.77.1:{pods.Port}"));

        Assert.Equal(["127.0.77.2"], await CalledAsync(mesh));
    }

    [KubeFact]
    public async Task Rule_that_says_how_places_count_leaves_hints_aside()
    {
        const string Rules = $$"""{{Here}}, "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "localityLbSetting": { "enabled": false } } } } }""";
        await using var pods = await PodServer.StartAsync();
        var objects = await CreateAsync(pods, InZone(1, "eu-1"), InZone(2, "eu-2"));
        await using var mesh = Mesh(objects, Rules);

        Assert.Equal(["127.0.77.1", "127.0.77.2"], await CalledAsync(mesh));
    }

    private static string InZone(int index, string zone)
        => KubeObjects.Endpoint(index, more: $$""", "zone": "{{zone}}", "hints": { "forZones": [ { "name": "{{zone}}" } ] } """);

    private static string OnNode(int index, string node)
        => KubeObjects.Endpoint(index, more: $$""", "nodeName": "{{node}}", "hints": { "forNodes": [ { "name": "{{node}}" } ], "forZones": [ { "name": "eu-1" } ] } """);

    private async Task<KubeObjects> CreateAsync(PodServer pods, params string[] endpoints)
    {
        var objects = new KubeObjects(await kube.ServerAsync(), await kube.NamespaceAsync());
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, endpoints);
        return objects;
    }

    private static KubeMesh Mesh(KubeObjects objects, string rules, string? node = null) => new(objects.KubeConfig, objects.Namespace, $$"""{ {{rules}} }""", node: node);

    private static async Task CallsAsync(KubeMesh mesh, params string[] endpoints)
        => await Eventually.TrueAsync(async () => (await CalledAsync(mesh)).SequenceEqual(endpoints), $"calls to {string.Join(", ", endpoints)}");

    /// <summary>Who answers of many calls.</summary>
    private static async Task<IEnumerable<string>> CalledAsync(KubeMesh mesh)
    {
        await KubeServiceTests.KnowAsync(mesh, "http://reviews/");
        var called = new SortedSet<string>(StringComparer.Ordinal);
        for (var call = 0; call < 40; call++)
        {
            called.Add(await mesh.CallAsync("http://reviews/"));
        }

        return called;
    }
}
