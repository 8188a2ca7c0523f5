using System.Text.Json.Nodes;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests;

/// <summary>Calls that need rules, endpoints and labels of one API server, all the while that server is in trouble: none fails, and what changed meanwhile is seen.</summary>
public sealed class KubeMeshOutageTests(SharedKube kube)
{
    private const string Space = "default";

    [KubeFact]
    [Trait("Category", "Soak")]
    public async Task Server_that_is_away_for_a_minute_costs_no_call_and_what_changed_meanwhile_is_seen()
    {
        await using var pods = await PodServer.StartAsync();
        await using var api = await KubeServer.StartAsync(["endpointslices", "istio"]);
        var reviews = await ReviewsAtKube.CreateAsync(api, Space, pods);
        await using var mesh = await reviews.CallerAsync(api.KubeConfig);
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await using var ruled = Calls.Start(mesh, "http://still.test/", 418);

        await api.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(30));
        await api.ChangeInStoreAsync("discovery.k8s.io/endpointslices/default/reviews-1", Change("endpoints", $"[ {KubeObjects.Endpoint(2)}, {KubeObjects.Endpoint(3)} ]"));
        await api.ChangeInStoreAsync("networking.istio.io/virtualservices/default/probe", Change("spec", """{ "hosts": [ "probe.test" ], "http": [ { "directResponse": { "status": 451 } } ] }"""));
        await Task.Delay(TimeSpan.FromSeconds(30));
        Assert.Equal(MeshDiscoveryState.Stale, mesh.Discovery("reviews")!.State);
        Assert.InRange(mesh.Discovery("reviews")!.Age, TimeSpan.FromSeconds(59), TimeSpan.MaxValue);
        Assert.Equal([PodServer.Address(1), PodServer.Address(2)], mesh.Endpoints("reviews", "v1"));
        await api.RestartAsync();

        await ReviewsAtKube.ProbedAsync(mesh, 451);
        await ReviewsAtKube.HasAsync(mesh, 2, 3);
        await Eventually.TrueAsync(() => mesh.Discovery("reviews")!.State == MeshDiscoveryState.Known);

        // What changes from now on arrives by watches again.
        await reviews.ChangeProbeAsync(452);
        await reviews.ChangeEndpointsAsync(4);
        await ReviewsAtKube.ProbedAsync(mesh, 452);
        await ReviewsAtKube.HasAsync(mesh, 4);
        Assert.Empty(await calls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
        Assert.InRange(calls.Count, 1000, int.MaxValue);
    }

    [KubeFact]
    public async Task Watches_that_break_every_second_cost_no_call_and_miss_no_change()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync();
        var reviews = await ReviewsAtKube.CreateAsync(api, space, pods);
        await using var network = new CuttingProxy(api.Address);
        await using var mesh = await reviews.CallerAsync(await network.KubeConfigAsync(api));
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await using var ruled = Calls.Start(mesh, "http://still.test/", 418);
        var before = network.Connections;

        for (var second = 1; second <= 5; second++)
        {
            network.Break();
            await reviews.ChangeProbeAsync(400 + second);
            await reviews.ChangeEndpointsAsync(1 + (second % 4));
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        await ReviewsAtKube.ProbedAsync(mesh, 405);
        await ReviewsAtKube.HasAsync(mesh, 2);
        Assert.InRange(network.Connections, before + 5, int.MaxValue);
        Assert.Empty(await calls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
        Assert.DoesNotContain(mesh.Log.Entries, IsRelist);
    }

    [KubeFact]
    public async Task Watches_that_the_server_ends_in_good_order_every_moment_cost_no_call_and_no_list()
    {
        var (api, space) = (await kube.ServerAsync(), await kube.NamespaceAsync());
        await using var pods = await PodServer.StartAsync();
        var reviews = await ReviewsAtKube.CreateAsync(api, space, pods);
        ShortWatches? wire = null;
        await using var mesh = await reviews.CallerAsync(api.KubeConfig, connect: access => wire = new ShortWatches(ApiTransport.Create(access.Transport, access.Place)));
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await using var ruled = Calls.Start(mesh, "http://still.test/", 418);
        var (watches, others) = (wire!.Watches, wire.Others);

        // Each of the kinds and of what is followed of the Service is watched five times.
        for (var round = 1; wire.Watches < watches + (5 * 16); round++)
        {
            await reviews.ChangeProbeAsync(400 + (round % 100));
            await reviews.ChangeEndpointsAsync(1 + (round % 4));
            await ReviewsAtKube.ProbedAsync(mesh, 400 + (round % 100));
            await ReviewsAtKube.HasAsync(mesh, 1 + (round % 4));
        }

        Assert.Empty(await calls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
        Assert.Equal(others, wire.Others);
        Assert.Empty(mesh.Log.Complaints);
    }

    [KubeFact]
    public async Task History_that_etcd_has_compacted_away_has_rules_and_endpoints_listed_anew()
    {
        // Without the cache the server reads every version from etcd, and says at once where that has forgotten it.
        await using var api = await KubeServer.StartAsync(["endpointslices", "istio"], "--watch-cache=false");
        await using var pods = await PodServer.StartAsync();
        var reviews = await ReviewsAtKube.CreateAsync(api, Space, pods);
        await Rules.RuleMesh.CreateAsync(api, Space, "gone", "gone.test", 418);
        await using var network = new CuttingProxy(api.Address);
        await using var mesh = await reviews.CallerAsync(await network.KubeConfigAsync(api));
        await using var calls = Calls.Start(mesh, "http://reviews/");
        await using var ruled = Calls.Start(mesh, "http://still.test/", 418);
        Assert.Equal("418", await mesh.CallAsync("http://gone.test/"));

        network.Cut();
        await reviews.ChangeProbeAsync(451);
        await reviews.ChangeEndpointsAsync(2, 3);
        await api.Api.DeleteAsync(Rules.RuleMesh.Path(Space, "gone"));
        await Rules.RuleMesh.CreateAsync(api, Space, "new", "new.test", 418);
        await api.CompactAsync();
        network.Mend();

        await ReviewsAtKube.ProbedAsync(mesh, 451);
        await ReviewsAtKube.HasAsync(mesh, 2, 3);
        Assert.Equal("418", await mesh.CallAsync("http://new.test/"));
        await Assert.ThrowsAsync<HttpRequestException>(() => mesh.CallAsync("http://gone.test/"));
        Assert.Contains(mesh.Log.Entries, entry => IsRelist(entry) && entry.Message.Contains("virtualservices", StringComparison.Ordinal));
        Assert.Contains(mesh.Log.Entries, entry => IsRelist(entry) && entry.Message.Contains("endpointslices", StringComparison.Ordinal));
        Assert.Empty(await calls.StopAsync());
        Assert.Empty(await ruled.StopAsync());
    }

    private static bool IsRelist(LogCapture.Entry entry) => entry.Id.Id == 9006;

    private static Func<string, string> Change(string field, string json) => old =>
    {
        var stored = JsonNode.Parse(old)!;
        stored[field] = JsonNode.Parse(json);
        return stored.ToJsonString();
    };
}
