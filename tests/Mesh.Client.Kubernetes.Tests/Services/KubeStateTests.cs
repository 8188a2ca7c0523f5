using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>A process that keeps its last good state, and the one after it, which starts while the real API server is down.</summary>
public sealed class KubeStateTests : IDisposable
{
    private const string Space = "default";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mesh-state-{Guid.NewGuid():N}");

    private string Saved => Path.Combine(_path, "endpoints.json");

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [KubeFact]
    public async Task Service_that_no_rule_names_is_called_while_the_server_is_down_from_the_start_and_followed_when_it_is_back()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        var objects = await RunAsync(api, pods);
        await api.KillAsync();

        await using var mesh = Start(api);
        await KubeServiceTests.KnowAsync(mesh, "http://reviews/");
        Assert.StartsWith("127.0.77.", await mesh.CallAsync($"http://reviews.{Space}.svc.cluster.local/"), StringComparison.Ordinal);
        Assert.Equal(["127.0.77.1", "127.0.77.2"], mesh.Endpoints("reviews"));
        Assert.Equal(MeshDiscoveryState.Stale, mesh.Discovery("reviews")!.State);
        Assert.NotEqual(TimeSpan.Zero, mesh.Discovery("reviews")!.Age);
        Assert.Contains(mesh.Log.Complaints, entry => entry.Id.Id == 9306 && entry.Message.Contains($"{Space}/reviews", StringComparison.Ordinal));

        // Of what was never called nothing is known.
        Assert.True(await KubeServiceTests.FailsAsync(mesh, "http://ratings/"));

        await using var calls = Calls.Start(mesh, "http://reviews/");
        await api.RestartAsync();
        await Eventually.TrueAsync(() => mesh.Discovery("reviews")!.State == MeshDiscoveryState.Known);
        await objects.ChangeSliceAsync("reviews-1", KubeObjects.Endpoint(2), KubeObjects.Endpoint(3));
        await KubeServiceTests.HasAsync(mesh, "127.0.77.2", "127.0.77.3");
        Assert.Empty(await calls.StopAsync());
    }

    [KubeFact]
    public async Task Service_that_was_deleted_meanwhile_is_a_stranger_once_the_server_has_said_so_and_stays_one()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        var objects = await RunAsync(api, pods);
        await objects.RemoveServiceAsync("reviews");
        await api.KillAsync();

        await using (var mesh = Start(api))
        {
            await KubeServiceTests.KnowAsync(mesh, "http://reviews/");
            await api.RestartAsync();
            await Eventually.TrueAsync(async () => await KubeServiceTests.FailsAsync(mesh, "http://reviews/"));
            Assert.Contains(mesh.Log.Complaints, entry => entry.Id.Id == 9302);
        }

        Assert.DoesNotContain("Service/default/reviews", await File.ReadAllTextAsync(Saved), StringComparison.Ordinal);
        await api.KillAsync();
        await using var next = Start(api);
        Assert.True(await KubeServiceTests.FailsAsync(next, "http://reviews/"));
    }

    [KubeFact]
    public async Task Service_that_a_rule_names_is_called_while_the_server_is_down_from_the_start_and_followed_when_it_is_back()
    {
        const string Rules = """
            , "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v1", "port": { "number": 80 } } } ] } ] } },
              "DestinationRules": { "reviews": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } }
            """;
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices"]);
        var objects = await RunAsync(api, pods, Rules);
        await api.KillAsync();

        await using var mesh = Start(api, Rules);
        for (var call = 0; call < 10; call++)
        {
            // The labels by which the subset chooses are kept too.
            Assert.Equal("127.0.77.1", await mesh.CallAsync("http://reviews/"));
        }

        Assert.Equal(MeshDiscoveryState.Stale, mesh.Discovery("reviews")!.State);
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await api.RestartAsync();
        await objects.LabelPodAsync(2, "\"version\": \"v1\"");
        await Eventually.TrueAsync(() => mesh.Endpoints("reviews", "v1").SequenceEqual(["127.0.77.1", "127.0.77.2"]));
        Assert.Equal(MeshDiscoveryState.Known, mesh.Discovery("reviews")!.State);
        Assert.Empty(await calls.StopAsync());
    }

    /// <summary>The run before: everything is well, and the service is called.</summary>
    private async Task<KubeObjects> RunAsync(KubeServer api, PodServer pods, string rules = "")
    {
        var objects = new KubeObjects(api, Space);
        await objects.AddServiceAsync("reviews");
        await objects.AddPodAsync("reviews", 1, ", \"version\": \"v1\"");
        await objects.AddPodAsync("reviews", 2, ", \"version\": \"v2\"");
        await objects.AddSliceAsync("reviews-1", "reviews", pods.Port, KubeObjects.Endpoint(1), KubeObjects.Endpoint(2));
        await using (var mesh = Start(api, rules))
        {
            await KubeServiceTests.KnowAsync(mesh, "http://reviews/");
            await Eventually.TrueAsync(() => mesh.Discovery("reviews")!.State == MeshDiscoveryState.Known && mesh.Mesh.GetClusters()[0].Endpoints.All(endpoint => endpoint.Labels.Count > 0));
        }

        Assert.Equal(rules.Length == 0, (await File.ReadAllTextAsync(Saved)).Contains("Service/default/reviews", StringComparison.Ordinal));
        Assert.DoesNotContain(Space, await File.ReadAllTextAsync(Path.Combine(_path, "rules.json")), StringComparison.Ordinal);
        return objects;
    }

    private KubeMesh Start(KubeServer api, string rules = "") => new(api.KubeConfig, Space, $$"""{ "State": { "Path": "{{_path}}" }{{rules}} }""");
}
