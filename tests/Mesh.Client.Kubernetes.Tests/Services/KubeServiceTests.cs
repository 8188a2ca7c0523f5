using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Calls to Services of a real API server, answered by real servers.</summary>
public sealed class KubeServiceTests(SharedKube kube)
{
    [KubeFact]
    public async Task Host_that_no_rule_names_is_called_as_the_service_that_it_is()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await using var mesh = new KubeMesh(server.KubeConfig, space);

        await KnowAsync(mesh, "http://reviews/");
        foreach (var host in (string[])["reviews", $"reviews.{space}", $"reviews.{space}.svc", $"reviews.{space}.svc.cluster.local"])
        {
            Assert.StartsWith("127.0.77.", await mesh.CallAsync($"http://{host}/"), StringComparison.Ordinal);
        }

        Assert.Equal(["127.0.77.1", "127.0.77.2"], mesh.Endpoints("reviews"));
        Assert.Equal("Kubernetes", mesh.Discovery("reviews")!.Source);
    }

    [KubeFact]
    public async Task Endpoints_follow_what_the_slices_say()
    {
        await using var pods = await PodServer.StartAsync();
        var (objects, mesh) = await StartAsync(pods, KubeObjects.Endpoint(1));
        await using var _ = mesh;
        Assert.Equal("127.0.77.1", await mesh.CallAsync("http://reviews/"));

        // Added, not ready yet; then ready.
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1), KubeObjects.Endpoint(2, "\"ready\": false"));
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2");

        // Terminating: it drains, and all calls go to the other one.
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1, "\"ready\": false, \"serving\": true, \"terminating\": true"), KubeObjects.Endpoint(2));
        await HasAsync(mesh, "127.0.77.2", "~127.0.77.1");

        // That is shown a moment before picks go by it.
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews/");
        await Eventually.TrueAsync(() => mesh.Mesh.Explain(request).Destinations[0].Cluster!.Endpoints.Single(endpoint => endpoint.IsDraining).Priority is null);
        for (var call = 0; call < 20; call++)
        {
            Assert.Equal("127.0.77.2", await mesh.CallAsync("http://reviews/"));
        }

        // Where nothing else is left, those that drain serve.
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1, "\"ready\": false, \"serving\": true, \"terminating\": true"));
        await HasAsync(mesh, "~127.0.77.1");
        Assert.Equal("127.0.77.1", await mesh.CallAsync("http://reviews/"));

        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1, "\"ready\": false, \"serving\": false, \"terminating\": true"));
        await HasAsync(mesh);
        using var response = await mesh.Client.GetAsync(new Uri("http://reviews/"));
        Assert.Contains($"Service reviews in namespace {objects.Namespace} has 1 endpoints, and none of them is ready.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [KubeFact]
    public async Task Endpoints_that_move_to_another_slice_stay()
    {
        await using var pods = await PodServer.StartAsync();
        var (objects, mesh) = await StartAsync(pods, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2), KubeObjects.Endpoint(3));
        await using var _ = mesh;
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2", "127.0.77.3");

        // As a controller splits a slice: the new one first.
        await objects.AddSliceAsync("reviews-2", "reviews", pods.Port, KubeObjects.Endpoint(2), KubeObjects.Endpoint(3), KubeObjects.Endpoint(4));
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2", "127.0.77.3", "127.0.77.4");
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(1));
        await objects.RemoveSliceAsync("reviews-1");
        await HasAsync(mesh, "127.0.77.2", "127.0.77.3", "127.0.77.4");

        Assert.Empty(await calls.StopAsync());
    }

    [KubeFact]
    public async Task Subsets_choose_by_the_labels_of_pods_as_they_are()
    {
        const string Rules = """
            {
              "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v2", "port": { "number": 80 } } } ] } ] } },
              "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v2", "labels": { "version": "v2" } } ] } }
            }
            """;
        await using var pods = await PodServer.StartAsync();
        var (objects, mesh) = await StartAsync(
            pods,
            Rules,
            async objects =>
            {
                await objects.AddPodAsync("reviews", 1, ", \"version\": \"v1\"");
                await objects.AddPodAsync("reviews", 2, ", \"version\": \"v2\"");
            },
            KubeObjects.Endpoint(1),
            KubeObjects.Endpoint(2));
        await using var _ = mesh;
        for (var call = 0; call < 10; call++)
        {
            Assert.Equal("127.0.77.2", await mesh.CallAsync("http://reviews/"));
        }

        await objects.LabelPodAsync(1, "\"version\": \"v2\"");
        await objects.LabelPodAsync(2, "\"version\": \"v1\"");
        await SubsetHasAsync(mesh, "v2", "127.0.77.1");
        Assert.Equal("127.0.77.1", await mesh.CallAsync("http://reviews/"));
    }

    [KubeFact]
    public async Task Service_that_is_deleted_is_a_stranger_until_it_is_there_again()
    {
        await using var pods = await PodServer.StartAsync();
        var (objects, mesh) = await StartAsync(pods, KubeObjects.Endpoint(1));
        await using var _ = mesh;
        Assert.Equal("127.0.77.1", await mesh.CallAsync("http://reviews/"));

        await objects.RemoveServiceAsync("reviews");
        await Eventually.TrueAsync(async () => await FailsAsync(mesh, "http://reviews/"));
        Assert.Contains(mesh.Log.Complaints, entry => entry.Id.Id == 9302);

        await objects.AddServiceAsync("reviews", ports: """{ "name": "http", "port": 81, "targetPort": 8080 }""");
        await Eventually.TrueAsync(async () => !await FailsAsync(mesh, "http://reviews:81/"));
    }

    [KubeFact]
    public async Task Host_that_is_no_service_passes_by_and_is_found_once_it_is_one()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var clock = new MovedClock();
        await using var mesh = new KubeMesh(server.KubeConfig, space, time: clock);
        Assert.True(await FailsAsync(mesh, "http://later/"));

        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("later");
        await objects.AddSliceAsync("later-1", "later", pods.Port, KubeObjects.Endpoint(1));
        Assert.True(await FailsAsync(mesh, "http://later/"));
        clock.Offset = TimeSpan.FromSeconds(31);

        await KnowAsync(mesh, "http://later/");
        Assert.Equal("127.0.77.1", await mesh.CallAsync("http://later/"));
        Assert.Empty(mesh.Log.Complaints);
    }

    [KubeFact]
    public async Task Service_that_is_not_called_is_let_go_and_the_next_call_finds_it()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1));
        await using var mesh = new KubeMesh(server.KubeConfig, space, configure: options => options.ServiceIdleTimeout = TimeSpan.FromSeconds(2));
        await KnowAsync(mesh, "http://reviews/");
        for (var round = 0; round < 2; round++)
        {
            await Eventually.TrueAsync(() => mesh.Mesh.GetClusters().Count == 0);

            Assert.Equal("127.0.77.1", await mesh.CallAsync("http://reviews/"));
        }

        Assert.Contains(mesh.Log.Entries, entry => entry.Id.Id == 9307);
        Assert.Empty(mesh.Log.Complaints);
    }

    [KubeFact]
    public async Task Namespaces_that_the_options_leave_out_are_not_asked_about()
    {
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await new KubeObjects(server, space).AddServiceAsync("reviews");
        await using var mesh = new KubeMesh(server.KubeConfig, "elsewhere", configure: options => options.Namespaces.Add("elsewhere"));

        Assert.True(await FailsAsync(mesh, $"http://reviews.{space}/"));
        Assert.Equal(0, mesh.Get<ServiceWatches>().Count);
        Assert.Empty(mesh.Log.Complaints);
    }

    [KubeFact]
    public async Task Service_whose_ports_are_named_is_dialled_where_each_slice_has_them()
    {
        await using var one = await PodServer.StartAsync();
        await using var two = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews", ports: """{ "name": "http", "port": 80, "targetPort": "web" }""");
        await objects.AddSliceAsync("reviews-1", "reviews", one.Port, KubeObjects.Endpoint(1));
        await objects.AddSliceAsync("reviews-2", "reviews", two.Port, KubeObjects.Endpoint(2));
        await using var mesh = new KubeMesh(server.KubeConfig, space);
        await KnowAsync(mesh, "http://reviews/");

        for (var call = 0; call < 20; call++)
        {
            await mesh.CallAsync("http://reviews/");
        }

        Assert.Equal(["127.0.77.1"], one.Calls.Keys);
        Assert.Equal(["127.0.77.2"], two.Calls.Keys);
    }

    [KubeFact]
    public async Task External_name_is_dialled_by_that_name()
    {
        await using var pods = await PodServer.StartAsync();
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await server.Api.CreateAsync(
            $"/api/v1/namespaces/{space}/services",
            $$"""{ "metadata": { "name": "outside" }, "spec": { "type": "ExternalName", "externalName": "{{PodServer.Address(1)}}.", "ports": [ { "port": 80, "targetPort": {{pods.Port}} } ] } }""");
        await using var mesh = new KubeMesh(server.KubeConfig, space);

        await KnowAsync(mesh, "http://outside/");
        Assert.Equal("127.0.77.1", await mesh.CallAsync("http://outside/"));
    }

    [KubeFact]
    public async Task Thousand_changes_a_second_leave_calls_alone()
    {
        await using var pods = await PodServer.StartAsync();
        var (objects, mesh) = await StartAsync(pods, KubeObjects.Endpoint(1));
        await using var _ = mesh;
        var slices = Enumerable.Range(2, 8).Select(index => $"reviews-{index}").ToList();
        foreach (var slice in slices)
        {
            await objects.AddSliceAsync(slice, "reviews", pods.Port, KubeObjects.Endpoint(2));
        }

        await using var calls = Calls.Start(mesh, "http://reviews/");
        await HasAsync(mesh, "127.0.77.1", "127.0.77.2");
        await Task.WhenAll(slices.Select(async slice =>
        {
            for (var round = 0; round < 125; round++)
            {
                await objects.ChangeSliceAsync(slice, KubeObjects.Endpoint(2 + (round % 3)));
            }

            await objects.ChangeSliceAsync(slice, KubeObjects.Endpoint(4));
        }));

        await HasAsync(mesh, "127.0.77.1", "127.0.77.4");
        Assert.Empty(await calls.StopAsync());
    }

    internal static Task HasAsync(KubeMesh mesh, params string[] endpoints)
        => Eventually.TrueAsync(() => mesh.Endpoints("reviews").SequenceEqual(endpoints), $"the endpoints {string.Join(", ", endpoints)}");

    private static Task SubsetHasAsync(KubeMesh mesh, string subset, string endpoint)
        => Eventually.TrueAsync(() => mesh.Endpoints("reviews", subset).SequenceEqual([endpoint]));

    /// <summary>A call waits for a slow server for five seconds, and passes by then; what is tested comes after that.</summary>
    internal static Task KnowAsync(KubeMesh mesh, string uri) => Eventually.TrueAsync(async () => !await FailsAsync(mesh, uri));

    /// <summary>No mesh stands before it: the name is looked up in DNS, in vain.</summary>
    internal static async Task<bool> FailsAsync(KubeMesh mesh, string uri)
    {
        try
        {
            using var response = await mesh.Client.GetAsync(new Uri(uri));
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private Task<(KubeObjects Objects, KubeMesh Mesh)> StartAsync(PodServer pods, params string[] endpoints) => StartAsync(pods, null, null, endpoints);

    private async Task<(KubeObjects Objects, KubeMesh Mesh)> StartAsync(PodServer pods, string? rules, Func<KubeObjects, Task>? prepare, params string[] endpoints)
    {
        var (server, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        var objects = new KubeObjects(server, space);
        await objects.AddServiceAsync("reviews");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, endpoints);
        await (prepare?.Invoke(objects) ?? Task.CompletedTask);
        var mesh = new KubeMesh(server.KubeConfig, space, rules);
        await KnowAsync(mesh, "http://reviews/");
        return (objects, mesh);
    }

    /// <summary>The system's clock, moved on.</summary>
    private sealed class MovedClock : TimeProvider
    {
        private long _offset;

        public TimeSpan Offset { set => Volatile.Write(ref _offset, value.Ticks); }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Volatile.Read(ref _offset);
    }
}
