using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Watching;

/// <summary>The loop against real API servers that are killed, paused, cut off, and that forget; each test has its own.</summary>
public sealed class KubeOutageTests
{
    private const string Space = "default";

    private static readonly ResourceType<ConfigMap> ConfigMaps = ResourceType<ConfigMap>.Of("", ["v1"], "configmaps", ConfigMapContext.Default.ConfigMap);

    /// <summary>Between two attempts a watch may wait half a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly ResourceScope Scope = new(Space) { LabelSelector = "!cluster" };

    [KubeFact]
    public async Task Server_that_is_killed_and_comes_back_loses_nothing()
    {
        await using var api = await KubeServer.StartAsync([]);
        await KubeWatchTests.CreateAsync(api, Space, "one", "1");
        using var log = new LogCapture();
        using var server = Watches.Connect(api.KubeConfig);
        using var watch = Watches.Start(server, ConfigMaps, Scope, log: log);
        await Eventually.TrueAsync(() => watch.Names().Contains("one"));
        var before = watch.Objects[new(Space, "one")];

        await api.KillAsync();
        await Eventually.TrueAsync(() => watch.Status is { State: ResourceState.Stale, Failures: >= WatchSchedule.FailuresTold });
        Assert.Contains("one", watch.Names());
        await api.RestartAsync();
        await KubeWatchTests.CreateAsync(api, Space, "two", "2");

        await Eventually.TrueAsync(
            () => Task.FromResult(watch.Names().Contains("two") && watch.Status.State == ResourceState.Current), Patience, "the objects to be followed again");
        Assert.Same(before, watch.Objects[new(Space, "one")]);
        Assert.Contains("going on with", Assert.Single(log.Complaints).Message, StringComparison.Ordinal);
    }

    [KubeFact]
    public async Task Server_that_is_paused_is_noticed_and_followed_again()
    {
        await using var api = await KubeServer.StartAsync([]);
        await KubeWatchTests.CreateAsync(api, Space, "one", "1");
        // As in earnest, but for pings that do not wait for half a minute.
        using var server = new ApiServer(
            new AccessLoader(new MeshKubernetesOptions { KubeConfig = api.KubeConfig }, TimeProvider.System).LoadAsync,
            TimeProvider.System,
            access =>
            {
                var handler = ApiTransport.Create(access.Transport, access.Place);
                handler.KeepAlivePingDelay = handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(1);
                return handler;
            });
        using var watch = Watches.Start(server, ConfigMaps, Scope);
        await Eventually.TrueAsync(() => watch.Names().Contains("one"));

        await api.PauseAsync();
        await Eventually.TrueAsync(() => Task.FromResult(watch.Status.State == ResourceState.Stale), Patience, "the pause to be noticed");
        await api.ResumeAsync();
        await KubeWatchTests.CreateAsync(api, Space, "two", "2");

        await Eventually.TrueAsync(() => Task.FromResult(watch.Names().Contains("two")), Patience, "the objects to be followed again");
    }

    [KubeFact]
    public async Task Version_that_etcd_has_compacted_away_has_everything_listed_anew()
    {
        // Without the cache the server reads every version from etcd, and says at once where that has forgotten it.
        await using var api = await KubeServer.StartAsync([], "--watch-cache=false");
        await using var network = new CuttingProxy(api.Address);
        await KubeWatchTests.CreateAsync(api, Space, "one", "1");
        await KubeWatchTests.CreateAsync(api, Space, "two", "2");
        using var log = new LogCapture();
        using var server = Watches.Connect(await network.KubeConfigAsync(api));
        using var watch = Watches.Start(server, ConfigMaps, Scope, log: log);
        await Eventually.TrueAsync(() => watch.Names().Contains("one"));
        var before = watch.Objects[new(Space, "one")];

        network.Cut();
        await api.Api.DeleteAsync($"/api/v1/namespaces/{Space}/configmaps/two");
        await KubeWatchTests.CreateAsync(api, Space, "three", "3");
        await api.CompactAsync();
        network.Mend();

        await Eventually.TrueAsync(() => Task.FromResult(watch.Names().Contains("three") && !watch.Names().Contains("two")), Patience, "a new list");
        Assert.Same(before, watch.Objects[new(Space, "one")]);
        Assert.Contains(log.Entries, entry => entry.Id.Id == 9006);
    }

    [KubeFact]
    public async Task Watch_that_breaks_every_second_misses_nothing_and_lists_once()
    {
        await using var api = await KubeServer.StartAsync([]);
        await using var network = new CuttingProxy(api.Address);
        using var log = new LogCapture();
        using var server = Watches.Connect(await network.KubeConfigAsync(api));
        using var watch = Watches.Start(server, ConfigMaps, Scope, log: log);
        await Eventually.EndsAsync(watch.FirstAnswer);

        var seen = 0;
        using var subscription = watch.Subscribe(() => Interlocked.Increment(ref seen));
        for (var second = 0; second < 5; second++)
        {
            await KubeWatchTests.CreateAsync(api, Space, $"map-{second}", "1");
            await Eventually.TrueAsync(() => watch.Names().Contains($"map-{second}"));
            network.Break();
            await KubeWatchTests.CreateAsync(api, Space, $"other-{second}", "1");
        }

        await Eventually.TrueAsync(() => watch.Names().Count(name => name.StartsWith("other-", StringComparison.Ordinal)) == 5);
        Assert.True(network.Connections >= 6, $"{network.Connections}");
        Assert.DoesNotContain(log.Entries, entry => entry.Id.Id == 9006);
        Assert.Empty(log.Complaints);
    }

    [KubeFact]
    public async Task Custom_resource_that_is_installed_later_is_noticed()
    {
        await using var api = await KubeServer.StartAsync([]);
        using var server = Watches.Connect(api.KubeConfig);
        var type = Thing.Type with { Group = "networking.istio.io", Versions = ["v1", "v1beta1"], Plural = "virtualservices" };
        using var watch = Watches.Start(server, type, new ResourceScope(Space));
        await Eventually.EndsAsync(watch.FirstAnswer);
        Assert.Equal(ResourceState.Absent, watch.Status.State);

        await api.ServeAsync("istio");
        await api.Api.CreateAsync(
            $"/apis/networking.istio.io/v1/namespaces/{Space}/virtualservices",
            """{ "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": { "name": "one" }, "spec": { "value": "x" } }""");

        await Eventually.TrueAsync(() => Task.FromResult(watch.Values().SequenceEqual(["one=x"])), Patience, "the resource to be noticed");
    }
}
