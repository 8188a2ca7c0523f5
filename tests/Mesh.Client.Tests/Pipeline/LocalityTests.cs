using Mesh.Client.Diagnostics;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Where calls go by place, from the rules to the wire.</summary>
public sealed class LocalityTests
{
    private const string Services = """
        "Workload": { "Locality": "eu/a" },
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [
          { "Address": "10.0.0.1:80", "Locality": "eu/a" }, { "Address": "10.0.0.2:80", "Locality": "eu/b" },
          { "Address": "10.0.0.3:80", "Locality": "us/x" } ] } }
        """;

    [Fact]
    public async Task Outlier_detection_keeps_calls_in_the_own_zone_until_it_fails()
    {
        using var mesh = Mesh("""{ "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } }""");
        await CallAsync(mesh, 20);
        Assert.Equal(["10.0.0.1:80"], mesh.Transport.Counts.Keys);

        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        await CallAsync(mesh, 20);

        Assert.Equal((21, 19), (mesh.Transport.Counts["10.0.0.1:80"], mesh.Transport.Counts["10.0.0.2:80"]));
        Assert.DoesNotContain("10.0.0.3:80", mesh.Transport.Counts.Keys);
    }

    [Fact]
    public async Task Without_a_known_place_all_endpoints_are_called()
    {
        using var mesh = new MeshFixture(Rules(Services.Replace("\"Locality\": \"eu/a\" },\n\"Services\"", "},\n\"Services\"", StringComparison.Ordinal), """{ "outlierDetection": {} }"""));
        await CallAsync(mesh, 60);

        Assert.Equal(3, mesh.Transport.Counts.Count);
    }

    [Fact]
    public async Task Distribute_gives_each_place_its_share_without_outlier_detection()
    {
        using var mesh = Mesh("""{ "loadBalancer": { "localityLbSetting": { "distribute": [ { "from": "eu/*", "to": { "eu/a": 70, "us/x": 30 } } ] } } }""");
        await CallAsync(mesh, 1000);

        Assert.InRange(mesh.Transport.Counts["10.0.0.1:80"], 627, 773);
        Assert.Equal(["10.0.0.1:80", "10.0.0.3:80"], mesh.Transport.Counts.Keys.Order());
    }

    [Fact]
    public async Task Edited_rule_moves_calls_at_once()
    {
        var source = new FakeSource("rules");
        source.PushJson(Section("""{ "loadBalancer": { "localityLbSetting": { "distribute": [ { "from": "*", "to": { "eu/a": 100 } } ] } } }"""));
        using var mesh = new MeshFixture(source);
        await CallAsync(mesh, 5);
        var before = mesh.Mesh.RulesVersion;
        source.PushJson(Section("""{ "loadBalancer": { "localityLbSetting": { "distribute": [ { "from": "*", "to": { "us/x": 100 } } ] } } }"""));
        await Eventually.TrueAsync(() =>
        {
            mesh.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return mesh.Mesh.RulesVersion > before;
        });
        await CallAsync(mesh, 5);

        Assert.Equal((5, 5), (mesh.Transport.Counts["10.0.0.1:80"], mesh.Transport.Counts["10.0.0.3:80"]));
    }

    [Fact]
    public async Task Retries_move_to_other_places_after_two_attempts()
    {
        using var mesh = new MeshFixture($$"""
            "Workload": { "Locality": "eu/a" },
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [
              { "Address": "10.0.0.1:80", "Locality": "eu/a" }, { "Address": "10.0.0.2:80", "Locality": "eu/a" },
              { "Address": "10.0.0.3:80", "Locality": "eu/a" }, { "Address": "10.0.0.4:80", "Locality": "us/x" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 0 } } } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews" } } ],
              "retries": { "attempts": 2, "retryOn": "5xx", "retryRemoteLocalities": true } } ] } }
            """);
        for (var number = 1; number < 4; number++)
        {
            mesh.Transport[$"10.0.0.{number}:80"].Always(TransportStep.Status(500));
        }

        for (var call = 0; call < 10; call++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
            Assert.Equal(200, (int)response.StatusCode);

            // Far apart, so that the retry budget has two left for each.
            mesh.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(10, mesh.Transport.Counts["10.0.0.4:80"]);
        Assert.Equal(30, mesh.Transport.Requests.Count);
    }

    [Fact]
    public async Task Explain_shows_places_priorities_and_shares()
    {
        using var mesh = Mesh("""{ "outlierDetection": {}, "loadBalancer": { "warmup": { "duration": "60s" } } }""");
        await CallAsync(mesh, 1);
        mesh.Clock.Advance(TimeSpan.FromSeconds(30));
        var explained = mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/"));
        var cluster = explained.Destinations.Single().Cluster!;

        Assert.Equal([(0, "eu/a", 100.0), (1, "eu/b", 0), (2, "us/x", 0)], cluster.Groups.Select(group => (group.Priority, group.Locality!, group.Share)));
        Assert.Equal([("eu/a", 0, 0.5), ("eu/b", 1, 0.5), ("us/x", 2, 0.5)], cluster.Endpoints.Select(endpoint => (endpoint.Locality!, endpoint.Priority!.Value, Math.Round(endpoint.WarmedUp!.Value, 3))));
        Assert.Contains(new MeshSetting("loadBalancer.localityLbSetting", "failover by region, zone and subzone", "client in eu/a"), cluster.Settings);
        Assert.Contains(cluster.Settings, setting => setting is { Field: "loadBalancer.warmup.duration", Value: "60s" });
        Assert.Contains("100 % to priority 0, eu/a: 1\n", explained.ToString(), StringComparison.Ordinal);
    }

    private static MeshFixture Mesh(string policy) => new(Rules(Services, policy));

    private static string Section(string policy) => $$"""{ "Seed": 1, {{Rules(Services, policy)}} }""";

    private static string Rules(string services, string policy) => $$"""{{services}}, "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": {{policy}} } }""";

    private static async Task CallAsync(MeshFixture mesh, int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        }
    }
}
