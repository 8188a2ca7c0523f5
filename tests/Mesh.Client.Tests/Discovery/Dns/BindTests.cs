using System.Net;
using Mesh.Client.Discovery;
using Mesh.Client.Discovery.Dns;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Client.Tests.Discovery.Dns;

/// <summary>Discovery by a real name server, whose answers change while it runs.</summary>
[Trait("Needs", "named")]
public sealed class BindTests
{
    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_follows_its_records_of_both_families()
    {
        using var server = await BindServer.StartAsync("one 1 A 10.0.0.1", "one 1 A 10.0.0.2", "one 1 AAAA fd00::1");
        using var watcher = Watch(server, "one.mesh.test");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1", "10.0.0.2", "[fd00::1]"]);

        await server.ChangeAsync("one 1 A 10.0.0.2", "one 1 AAAA fd00::2");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2", "[fd00::2]"]);

        await server.ChangeAsync("one 1 AAAA fd00::2");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["[fd00::2]"]);
        Assert.Equal(DiscoveryState.Known, watcher.Status.State);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_that_is_removed_loses_its_addresses_and_the_others_keep_theirs()
    {
        using var server = await BindServer.StartAsync("one 1 A 10.0.0.1", "two 1 A 10.0.1.1");
        using var watcher = Watch(server, "shop", "one.mesh.test:81", "two.mesh.test:82", "10.0.9.9:83");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1:81", "10.0.1.1:82", "10.0.9.9:83"]);

        await server.ChangeAsync("one 1 A 10.0.0.2");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2:81", "10.0.9.9:83"]);
        Assert.Equal((DiscoveryState.Known, "DNS has no address for two.mesh.test."), (watcher.Status.State, watcher.Status.Problem));
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_that_comes_later_joins_the_others()
    {
        using var server = await BindServer.StartAsync("one 1 A 10.0.0.1");
        using var watcher = Watch(server, "shop", "one.mesh.test", "two.mesh.test");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1"] && watcher.IsReady);

        await server.ChangeAsync("one 1 A 10.0.0.1", "two 1 A 10.0.1.1");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1", "10.0.1.1"]);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Server_that_stops_takes_no_endpoints_and_is_followed_again_when_it_is_back()
    {
        using var server = await BindServer.StartAsync("one 1 A 10.0.0.1", "two 1 A 10.0.1.1");
        using var watcher = Watch(server, "shop", "one.mesh.test", "two.mesh.test");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1", "10.0.1.1"]);

        server.Stop();
        await Eventually.TrueAsync(() => watcher.Status is { State: DiscoveryState.Stale, Problem: { } problem } && problem.Contains("1 more of 2", StringComparison.Ordinal));
        watcher.Update(Services.Named("shop", endpoints: Services.Endpoints("one.mesh.test:81", "two.mesh.test:82")));
        Assert.Equal(["10.0.0.1:81", "10.0.1.1:82"], Addresses(watcher));

        await server.ChangeAsync("one 1 A 10.0.0.2", "two 1 A 10.0.1.1");
        await server.StartAsync();
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2:81", "10.0.1.1:82"] && watcher.Status.State == DiscoveryState.Known);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_is_asked_again_by_its_own_time_to_live()
    {
        using var server = await BindServer.StartAsync("one 1 A 10.0.0.1", "two 3600 A 10.0.1.1");
        using var watcher = Watch(server, "shop", "one.mesh.test", "two.mesh.test");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1", "10.0.1.1"]);

        await server.ChangeAsync("one 1 A 10.0.0.2", "two 3600 A 10.0.1.2");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2", "10.0.1.1"]);
        watcher.Refresh();
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2", "10.0.1.2"]);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Alias_leads_to_the_addresses_with_the_shortest_time_to_live_on_the_way()
    {
        using var server = await BindServer.StartAsync("alias 50 CNAME one", "one 1000 A 10.0.0.1");
        var answer = await ResolveAsync(server, "alias.mesh.test");

        Assert.Equal("10.0.0.1", Assert.Single(answer.Endpoints).Address);
        Assert.Equal(TimeSpan.FromSeconds(50), answer.ValidFor);
    }

    /// <summary>The most that BIND takes for one name, and more than it puts into a datagram: the rest comes by TCP.</summary>
    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_with_more_addresses_than_a_datagram_holds_has_all_of_them()
    {
        using var server = await BindServer.StartAsync([.. Enumerable.Range(1, 100).Select(index => $"one 60 A 10.0.0.{index}")]);

        Assert.Equal(100, (await ResolveAsync(server, "one.mesh.test")).Endpoints.Count);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_that_does_not_exist_is_empty_for_the_negative_time_to_live_and_one_of_a_foreign_zone_a_failure()
    {
        using var server = await BindServer.StartAsync();

        var answer = await ResolveAsync(server, "nowhere.mesh.test");
        Assert.Equal((0, TimeSpan.FromSeconds(1)), (answer.Endpoints.Count, answer.ValidFor));
        var failure = await Assert.ThrowsAsync<DiscoveryException>(() => ResolveAsync(server, "foreign.example"));
        Assert.Contains("Refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Calls_go_where_the_names_of_a_service_entry_lead_at_the_time()
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var server = await BindServer.StartAsync("one 1 A 127.0.0.1");
        var rules = new FakeSource("rules");
        rules.PushJson($$"""
            { "Seed": 1, "Dns": { "NameServers": [ "{{server.Address}}" ] },
              "ServiceEntries": { "shop": { "hosts": [ "shop.example" ], "resolution": "DNS", "ports": [ { "number": 80, "name": "http" } ],
                "endpoints": [ { "address": "one.mesh.test", "ports": { "http": {{fleet[0].Port}} } },
                               { "address": "two.mesh.test", "ports": { "http": {{fleet[1].Port}} } } ] } },
              "DestinationRules": { "shop": { "host": "shop.example", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } } }
            """);
        using var client = new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [rules] }));
        Assert.Equal([fleet[0].Address, fleet[0].Address], await TwoCallsAsync(client));

        await server.ChangeAsync("one 1 A 127.0.0.1", "two 1 A 127.0.0.1");
        await Eventually.TrueAsync(async () => (await TwoCallsAsync(client)).SequenceEqual(fleet.Addresses.Order()));
        server.Stop();
        Assert.Equal(fleet.Addresses.Order(), await TwoCallsAsync(client));
    }

    /// <summary>Subsets by DNS alone: a host for each.</summary>
    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Calls_of_a_subset_go_where_its_host_leads_at_the_time()
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var server = await BindServer.StartDynamicAsync("v1 1 A 127.0.0.1");
        var rules = new FakeSource("rules");
        rules.PushJson($$"""
            { "Seed": 1, "Dns": { "NameServers": [ "{{server.Address}}" ] },
              "Services": { "shop.example": { "Discovery": "Dns", "Ports": [ { "Number": 80, "Name": "http" } ], "Endpoints": [
                { "Address": "v1.mesh.test:{{fleet[0].Port}}", "Labels": { "version": "v1" } },
                { "Address": "v2.mesh.test:{{fleet[1].Port}}", "Labels": { "version": "v2" } } ] } },
              "VirtualServices": { "shop": { "hosts": [ "shop.example" ], "http": [ { "route": [ { "destination": { "host": "shop.example", "subset": "v2" } } ] } ] } },
              "DestinationRules": { "shop": { "host": "shop.example", "subsets": [
                { "name": "v1", "labels": { "version": "v1" } }, { "name": "v2", "labels": { "version": "v2" } } ] } } }
            """);
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [rules] });
        using var client = new HttpClient(handler);
        using (var response = await client.GetAsync(new Uri("http://shop.example/"), TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }

        await server.UpdateAsync("v2 1 A 127.0.0.1");
        await Eventually.TrueAsync(async () => (await TwoCallsAsync(client)).All(endpoint => endpoint == fleet[1].Address));
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_with_time_to_live_zero_is_followed()
    {
        using var server = await BindServer.StartDynamicAsync("one 0 A 10.0.0.1");
        using var watcher = Watch(server, "one.mesh.test");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1"]);

        await server.UpdateAsync("-one A", "one 0 A 10.0.0.2");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2"]);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_that_did_not_exist_is_found_after_the_negative_time_to_live()
    {
        using var server = await BindServer.StartDynamicAsync();
        using var watcher = Watch(server, "one.mesh.test");
        await Eventually.TrueAsync(() => watcher.Status.State == DiscoveryState.Empty);

        await server.UpdateAsync("one 1 AAAA fd00::1");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["[fd00::1]"]);
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Aliases_are_followed_while_they_move_and_a_circle_of_them_changes_nothing()
    {
        using var server = await BindServer.StartDynamicAsync("a 1 CNAME b", "b 1 CNAME c", "c 60 A 10.0.0.1", "d 60 A 10.0.0.2");
        using var watcher = Watch(server, "a.mesh.test");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.1"]);

        await server.UpdateAsync("-b CNAME", "b 1 CNAME d");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.0.0.2"]);
        await server.UpdateAsync("-b CNAME", "b 1 CNAME a");
        await Eventually.TrueAsync(() => watcher.Status.State == DiscoveryState.Stale);
        Assert.Contains("ServerFailure", watcher.Status.Problem, StringComparison.Ordinal);
        Assert.Equal(["10.0.0.2"], Addresses(watcher));
    }

    [Fact(Skip = ExternalPrograms.NamedMissing, SkipType = typeof(ExternalPrograms), SkipUnless = nameof(ExternalPrograms.HasNamed))]
    public async Task Name_of_thousands_of_addresses_is_followed()
    {
        using var server = await BindServer.StartDynamicAsync([.. Enumerable.Range(0, 3_000).Select(index => $"one 1 A 10.1.{index / 250}.{index % 250}")]);
        using var watcher = Watch(server, "one.mesh.test");
        await Eventually.TrueAsync(() => watcher.Endpoints.Count == 3_000);

        await server.UpdateAsync("one 1 A 10.2.0.1");
        await Eventually.TrueAsync(() => watcher.Endpoints.Count == 3_001);
        await server.UpdateAsync("-one A", "one 1 A 10.2.0.2");
        await Eventually.TrueAsync(() => Addresses(watcher) is ["10.2.0.2"]);
    }

    private static string[] Addresses(EndpointWatcher watcher) => [.. watcher.Endpoints.Select(endpoint => endpoint.Address)];

    private static EndpointWatcher Watch(BindServer server, string service, params string[] endpoints)
    {
        var source = Source(server);
        var watcher = new EndpointWatcher(
            Services.Named(service, endpoints: Services.Endpoints(endpoints)), _ => source, new RefreshSchedule(MeshRandom.Seeded(1)),
            TimeProvider.System, NullLogger.Instance, _ => { });
        watcher.Start();
        return watcher;
    }

    private static async Task<EndpointAnswer> ResolveAsync(BindServer server, string name) =>
        await Source(server).ResolveAsync(Services.Question(name), TestContext.Current.CancellationToken);

    /// <summary>By this server alone: the machine's own files say nothing, and IPv6 counts as there.</summary>
    private static DnsEndpointSource Source(BindServer server) => new DnsParts(server.Address).Source;

    private static async Task<IEnumerable<string>> TwoCallsAsync(HttpClient client)
    {
        var endpoints = new List<string>();
        for (var call = 0; call < 2; call++)
        {
            using var response = await client.GetAsync(new Uri("http://shop.example/"), TestContext.Current.CancellationToken);
            Assert.True(response.TryGetMeshResult(out var result));
            endpoints.Add(result.Endpoint!);
        }

        return endpoints.Order();
    }
}
