using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Transport;

/// <summary>ServiceEntries over real connections.</summary>
public sealed class ServiceEntryTests
{
    [Fact]
    public async Task Static_entry_calls_both_workloads_that_it_selects()
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var mesh = Client($$"""
            "ServiceEntries": { "shop": { "hosts": [ "shop.example" ], "location": "MESH_INTERNAL", "resolution": "STATIC",
              "ports": [ { "number": 80, "name": "http" } ], "workloadSelector": { "labels": { "app": "shop" } } } },
            "WorkloadEntries": { "one": {{Workload(fleet[0])}}, "two": {{Workload(fleet[1])}} },
            "DestinationRules": { "shop": { "host": "shop.example", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } }
            """);

        var first = await GetAsync(mesh, "http://shop.example/");
        var second = await GetAsync(mesh, "http://shop.example/");
        Assert.Equal(new[] { fleet[0].Address, fleet[1].Address }.Order(), new[] { first, second }.Order());
    }

    [Theory]
    [InlineData("STATIC", "127.0.0.1")]
    [InlineData("DNS_ROUND_ROBIN", "localhost")]
    public async Task Ports_of_a_workload_lead_each_port_of_the_entry_to_its_own(string resolution, string address)
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var mesh = Client($$"""
            "ServiceEntries": { "shop": { "hosts": [ "shop.example" ], "resolution": "{{resolution}}",
              "ports": [ { "number": 80, "name": "http" }, { "number": 81, "name": "admin" } ],
              "endpoints": [ { "address": "{{address}}", "ports": { "http": {{Port(fleet[0])}}, "admin": {{Port(fleet[1])}} } } ] } }
            """);

        Assert.Equal($"{address}:{Port(fleet[0])}", await GetAsync(mesh, "http://shop.example/"));
        Assert.Equal($"{address}:{Port(fleet[1])}", await GetAsync(mesh, "http://shop.example:81/"));
    }

    [Fact]
    public async Task Two_entries_of_one_host_lead_each_port_to_the_endpoints_of_its_own()
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var mesh = Client($$"""
            "ServiceEntries": {
              "a": { "hosts": [ "shop.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ {{Workload(fleet[0])}} ] },
              "b": { "hosts": [ "shop.example" ], "resolution": "STATIC", "ports": [ { "number": 81, "name": "http" } ], "endpoints": [ {{Workload(fleet[1])}} ] } }
            """);

        Assert.Equal(fleet[0].Address, await GetAsync(mesh, "http://shop.example/"));
        Assert.Equal(fleet[1].Address, await GetAsync(mesh, "http://shop.example:81/"));
    }

    [Fact]
    public async Task Address_of_two_workloads_is_called_for_the_subset_of_either()
    {
        await using var fleet = await Fleet.StartAsync(1);
        var port = Port(fleet[0]);
        using var mesh = Client($$"""
            "ServiceEntries": { "shop": { "hosts": [ "shop.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "http", "targetPort": {{port}} } ],
              "endpoints": [ { "address": "127.0.0.1", "labels": { "version": "v1" } }, { "address": "127.0.0.1", "labels": { "version": "v2" } } ] } },
            "DestinationRules": { "shop": { "host": "shop.example", "subsets": [ { "name": "v1", "labels": { "version": "v1" } }, { "name": "v2", "labels": { "version": "v2" } } ] } },
            "VirtualServices": { "shop": { "hosts": [ "shop.example" ], "http": [
              { "match": [ { "uri": { "exact": "/2" } } ], "route": [ { "destination": { "host": "shop.example", "subset": "v2" } } ] },
              { "route": [ { "destination": { "host": "shop.example", "subset": "v1" } } ] } ] } }
            """);

        Assert.Equal(fleet[0].Address, await GetAsync(mesh, "http://shop.example/1"));
        Assert.Equal(fleet[0].Address, await GetAsync(mesh, "http://shop.example/2"));
    }

    [Fact]
    public async Task Subset_of_a_host_that_is_dialled_as_called_goes_there_whatever_its_labels()
    {
        await using var fleet = await Fleet.StartAsync(1);
        using var mesh = Client("""
            "ServiceEntries": { "local": { "hosts": [ "localhost" ] } },
            "DestinationRules": { "local": { "host": "localhost.default.svc.cluster.local", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } },
            "VirtualServices": { "local": { "hosts": [ "localhost" ], "http": [ { "route": [ { "destination": { "host": "localhost", "subset": "v1" } } ] } ] } }
            """);

        Assert.Equal($"localhost:{Port(fleet[0])}", await GetAsync(mesh, $"http://localhost:{Port(fleet[0])}/"));
    }

    [Fact]
    public async Task None_dials_the_host_and_port_that_the_caller_wrote()
    {
        await using var fleet = await Fleet.StartAsync(1);
        using var mesh = Client(""" "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" }, "ServiceEntries": { "local": { "hosts": [ "localhost" ] } } """);

        Assert.Equal($"localhost:{Port(fleet[0])}", await GetAsync(mesh, $"http://localhost:{Port(fleet[0])}/"));
    }

    [Fact]
    public async Task Wildcard_lets_calls_pass_where_only_known_hosts_may_be_called()
    {
        using var mesh = new MeshFixture(""" "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" }, "ServiceEntries": { "e": { "hosts": [ "*.example" ] } } """);

        using var passed = await mesh.GetAsync("https://a.example/");
        using var blocked = await mesh.GetAsync("https://example/");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadGateway), (passed.StatusCode, blocked.StatusCode));
        Assert.False(passed.TryGetMeshResult(out _));
    }

    private static string Workload(FleetServer server) => $$"""{ "address": "127.0.0.1", "ports": { "http": {{Port(server)}} }, "labels": { "app": "shop" } }""";

    private static string Port(FleetServer server) => server.Address[(server.Address.LastIndexOf(':') + 1)..];

    private static HttpClient Client(string rules)
    {
        var source = new FakeSource("rules");
        source.PushJson($$"""{ "Seed": 1, {{rules}} }""");
        return new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source] }));
    }

    private static async Task<string?> GetAsync(HttpClient client, string uri)
    {
        using var response = await client.GetAsync(uri, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        return result.Endpoint;
    }
}
