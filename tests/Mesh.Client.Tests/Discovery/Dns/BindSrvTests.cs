using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>SRV records of a real name server, changed by dynamic updates while they are watched.</summary>
[Trait("Needs", "named")]
public sealed class BindSrvTests
{
    private const string Service = "_http._tcp.reviews.mesh.test";

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Service_follows_hosts_ports_priorities_and_weights()
    {
        using var server = await BindServer.StartDynamicAsync(
            "_http._tcp.reviews 1 SRV 0 1 9080 one", "_http._tcp.reviews 1 SRV 0 3 9080 two", "one 1 A 10.0.0.1", "two 1 A 10.0.0.2", "two 1 AAAA fd00::2");
        using var watcher = Watch(server);
        await Eventually.TrueAsync(() => Text(watcher) is "10.0.0.1:9080 p0 w2, 10.0.0.2:9080 p0 w3, [fd00::2]:9080 p0 w3");

        await server.UpdateAsync("-_http._tcp.reviews SRV", "_http._tcp.reviews 1 SRV 0 1 9081 one", "_http._tcp.reviews 1 SRV 10 3 9080 two", "-two AAAA");
        await Eventually.TrueAsync(() => Text(watcher) is "10.0.0.1:9081 p0 w1, 10.0.0.2:9080 p10 w1");

        await server.UpdateAsync("-one A", "one 1 A 10.0.0.11");
        await Eventually.TrueAsync(() => Text(watcher) is "10.0.0.11:9081 p0 w1, 10.0.0.2:9080 p10 w1");

        await server.UpdateAsync("-_http._tcp.reviews");
        await Eventually.TrueAsync(() => Text(watcher).Length == 0);
        Assert.Equal((DiscoveryState.Empty, $"DNS has no SRV record for {Service}."), (watcher.Status.State, watcher.Status.Problem));
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Service_goes_on_with_the_hosts_that_are_answered_for_and_with_all_of_them_without_the_server()
    {
        using var server = await BindServer.StartDynamicAsync("_http._tcp.reviews 1 SRV 0 1 80 one", "one 1 A 10.0.0.1");
        using var watcher = Watch(server);
        await Eventually.TrueAsync(() => Text(watcher) is "10.0.0.1:80 p0 w1");

        await server.UpdateAsync("_http._tcp.reviews 1 SRV 0 1 80 foreign.example.", "-one A", "one 1 A 10.0.0.2");
        await Eventually.TrueAsync(() => Text(watcher) is "10.0.0.2:80 p0 w1");
        server.Stop();
        await Eventually.TrueAsync(() => watcher.Status.State == DiscoveryState.Stale);
        Assert.Equal("10.0.0.2:80 p0 w1", Text(watcher));
    }

    /// <summary>A headless service of Kubernetes looks like this: one host for each pod. The answer has the addresses of only as many hosts as
    /// the server sends along.</summary>
    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Service_of_hundreds_of_hosts_has_all_of_them()
    {
        using var server = await BindServer.StartDynamicAsync(
            [.. Enumerable.Range(0, 800).SelectMany(pod => (string[])[$"_http._tcp.reviews 60 SRV 0 100 9080 pod{pod}", $"pod{pod} 60 A 10.0.{pod / 250}.{pod % 250}"])]);
        var answer = await new DnsParts(server.Address).Services.ResolveAsync(Services.Question(Service, DiscoveryKind.DnsSrv), TestContext.Current.CancellationToken);

        Assert.Equal(800, answer.Endpoints.Count);
        Assert.All(answer.Endpoints, endpoint => Assert.Equal(1, endpoint.Weight));
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Calls_go_to_the_first_priority_and_to_the_next_one_when_it_is_gone()
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var server = await BindServer.StartDynamicAsync(
            $"_http._tcp.reviews 60 SRV 1 0 {fleet[0].Port} one", $"_http._tcp.reviews 60 SRV 2 0 {fleet[1].Port} one", "one 60 A 127.0.0.1");
        var rules = new FakeSource("rules");
        rules.PushJson($$"""
            { "Seed": 1, "Dns": { "NameServers": [ "{{server.Address}}" ] },
              "Services": { "reviews.mesh.test": { "Discovery": "DnsSrv", "Ports": [ { "Number": 80, "Name": "http" } ] } } }
            """);
        var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [rules] });
        using var client = new HttpClient(handler);
        Assert.Equal(fleet[0].Address, await CallAsync(client));
        Assert.Equal(
            [(1, "one.mesh.test", fleet[0].Port), (2, "one.mesh.test", fleet[1].Port)],
            Assert.Single(((IMesh)((MeshHandler)handler).Runtime).GetClusters()).Endpoints.Select(endpoint => (endpoint.Priority, endpoint.Target, int.Parse(endpoint.Address.Split(':')[1], null))));
        Assert.Equal(fleet[0].Address, await CallAsync(client));

        await fleet[0].KillAsync();
        Assert.Equal(fleet[1].Address, await CallAsync(client));
    }

    private static string Text(EndpointWatcher watcher) =>
        string.Join(", ", watcher.Endpoints.Select(endpoint => $"{endpoint.Address} p{endpoint.Priority} w{endpoint.Weight}"));

    private static EndpointWatcher Watch(BindServer server)
    {
        var source = new DnsParts(server.Address).Services;
        var watcher = new EndpointWatcher(
            Services.Named(Service, DiscoveryKind.DnsSrv), _ => source, new RefreshSchedule(MeshRandom.Seeded(1)), TimeProvider.System, NullLogger.Instance, _ => { });
        watcher.Start();
        return watcher;
    }

    private static async Task<string> CallAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("http://reviews.mesh.test/"), TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out var result));
        return result.Endpoint!;
    }
}
