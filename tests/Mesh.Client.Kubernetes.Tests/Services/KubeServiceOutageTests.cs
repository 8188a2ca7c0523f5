using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Calls to Services while their API server is in trouble.</summary>
public sealed class KubeServiceOutageTests
{
    private const string Space = "default";

    [KubeFact]
    public async Task Calls_go_on_while_the_server_is_killed_and_endpoints_are_current_after_it_is_back()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        var objects = await CreateAsync(api, pods);
        await using var mesh = new KubeMesh(api.KubeConfig, Space, Subsets);
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2");

        await api.KillAsync();
        var before = calls.Count;
        await Eventually.TrueAsync(() => mesh.Discovery("reviews")!.State == MeshDiscoveryState.Stale);
        await Eventually.TrueAsync(() => calls.Count > before + 200);
        Assert.Equal(["127.0.77.1", "127.0.77.2"], mesh.Endpoints("reviews", "v1"));
        Assert.Contains("127.0.0.1", mesh.Discovery("reviews")!.Problem, StringComparison.Ordinal);
        await api.RestartAsync();
        await Eventually.TrueAsync(() => mesh.Discovery("reviews")!.State == MeshDiscoveryState.Known);

        // What changes now arrives by the watches of old.
        await objects.AddPodAsync("reviews", 3, ", \"version\": \"v1\"");
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1), KubeObjects.Endpoint(3));
        await HasAsync(mesh, "127.0.77.1", "127.0.77.3");
        Assert.Empty(await calls.StopAsync());
    }

    [KubeFact]
    public async Task Change_that_was_made_while_the_history_was_forgotten_is_not_missed()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        var objects = await CreateAsync(api, pods);
        await using var network = new CuttingProxy(api.Address);
        await using var mesh = new KubeMesh(await network.KubeConfigAsync(api), Space, Subsets);
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2");

        network.Cut();
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(2));
        await objects.AddPodAsync("reviews", 3, ", \"version\": \"v1\"");
        await objects.AddSliceAsync("reviews-2", "reviews", pods.Port, KubeObjects.Endpoint(3));
        await api.CompactAsync();
        await api.KillAsync();
        await api.RestartAsync();
        network.Mend();

        await HasAsync(mesh, "127.0.77.2", "127.0.77.3");
        Assert.Empty(await calls.StopAsync());
    }

    [KubeFact]
    public async Task Connections_that_break_every_moment_disturb_no_call()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        var objects = await CreateAsync(api, pods);
        await using var network = new CuttingProxy(api.Address);
        await using var mesh = new KubeMesh(await network.KubeConfigAsync(api), Space, Subsets);
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2");

        for (var round = 0; round < 5; round++)
        {
            network.Break();
            await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1 + (round % 2)));
            await HasAsync(mesh, PodServer.Address(1 + (round % 2)));
        }

        Assert.Empty(await calls.StopAsync());
    }

    [KubeFact]
    public async Task Lack_of_rights_on_pods_leaves_endpoints_without_labels_and_says_what_is_needed()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        await CreateAsync(api, pods);
        await GrantAsync(api, "services", "endpointslices");
        await using var mesh = new KubeMesh(api.ReaderKubeConfig, Space);

        await mesh.KnowAsync("http://reviews/");
        Assert.StartsWith("127.0.77.", await mesh.CallAsync("http://reviews/"), StringComparison.Ordinal);
        Assert.All(mesh.Mesh.GetClusters().SelectMany(cluster => cluster.Endpoints), endpoint => Assert.Empty(endpoint.Labels));
        await Eventually.TrueAsync(() => mesh.Log.Complaints.Any(entry => entry.Message.Contains("Verbs list and watch on pods are needed", StringComparison.Ordinal)));

        await GrantAsync(api, "pods");
        await Eventually.TrueAsync(() => mesh.Mesh.GetClusters().SelectMany(cluster => cluster.Endpoints).All(endpoint => endpoint.Labels.GetValueOrDefault("version") == "v1"));
    }

    [KubeFact]
    public async Task Lack_of_all_rights_lets_calls_pass_by_and_says_what_is_needed()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        await CreateAsync(api, pods);
        await using var mesh = new KubeMesh(api.ReaderKubeConfig, Space);

        await Assert.ThrowsAsync<HttpRequestException>(() => mesh.CallAsync("http://reviews/"));
        var complaint = Assert.Single(mesh.Log.Complaints, entry => entry.Id.Id == 2010);
        Assert.Contains("does not allow to list services in namespace default with metadata.name=reviews (403)", complaint.Message, StringComparison.Ordinal);

        await GrantAsync(api, "services", "endpointslices", "pods");
        await mesh.KnowAsync("http://reviews/");
    }

    /// <summary>Pods must be known too for a call to succeed.</summary>
    private const string Subsets = """
        {
          "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v1", "port": { "number": 80 } } } ] } ] } },
          "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } }
        }
        """;

    private static async Task<KubeObjects> CreateAsync(KubeServer api, PodServer pods)
    {
        var objects = new KubeObjects(api, Space);
        await objects.AddServiceAsync("reviews");
        await objects.AddPodAsync("reviews", 1, ", \"version\": \"v1\"");
        await objects.AddPodAsync("reviews", 2, ", \"version\": \"v1\"");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        return objects;
    }

    private static Task GrantAsync(KubeServer api, params string[] resources) => Rights.GrantAsync(api, Space, "\"\", \"discovery.k8s.io\"", resources);

    private static Task HasAsync(KubeMesh mesh, params string[] endpoints) => Eventually.TrueAsync(
        () => Task.FromResult(mesh.Endpoints("reviews", "v1").SequenceEqual(endpoints)), TimeSpan.FromSeconds(60), $"the endpoints {string.Join(", ", endpoints)}");
}
