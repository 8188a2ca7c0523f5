using System.Net;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Transport;

/// <summary>What <c>connectionPool</c> does to connections, seen by real servers.</summary>
public sealed class ConnectionPolicyTests
{
    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(0, 1)]
    public async Task Connection_carries_no_more_calls_than_the_rule_says(int most, int connections)
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Pool($$"""
            "http": { "maxRequestsPerConnection": {{most}} }
            """));
        for (var call = 0; call < 6; call++)
        {
            await mesh.EchoAsync();
        }

        Assert.Equal((6, connections), (mesh.Fleet[0].Requests, mesh.Fleet[0].AcceptedConnections));
    }

    [Fact]
    public async Task Calls_side_by_side_on_connections_of_few_calls_all_succeed()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Pool("""
            "http": { "maxRequestsPerConnection": 2 }
            """));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var call = 0; call < 10; call++)
            {
                await mesh.EchoAsync();
            }
        }));

        Assert.Equal(80, mesh.Fleet[0].Requests);
        Assert.InRange(mesh.Fleet[0].AcceptedConnections, 40, 80);
        await Eventually.TrueAsync(() => mesh.Fleet[0].OpenConnections <= 2);
    }

    [Fact]
    public async Task Connection_without_calls_ends_after_its_idle_time()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Pool("""
            "http": { "idleTimeout": "1s" }
            """));

        await mesh.EchoAsync();

        await Eventually.TrueAsync(() => mesh.Fleet[0].OpenConnections == 0);
    }

    [Fact]
    public async Task Upgrade_speaks_http2_to_a_server_in_plaintext()
    {
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Protocols = HttpProtocols.Http2 }, rules: Pool("""
            "http": { "h2UpgradePolicy": "UPGRADE", "http2KeepAlive": { "interval": "5s" } }
            """));

        Assert.Equal("HTTP/2", (await mesh.EchoAsync()).Protocol);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    public async Task Upgrade_over_tls_is_what_the_server_agrees_to(HttpProtocols protocols, string expected)
    {
        using var certificate = TestCertificate.For("shop");
        using var primary = new SocketsHttpHandler { SslOptions = TestCertificate.Trusting(certificate) };
        await using var mesh = await FleetMesh.StartAsync(
            1, new FleetOptions { Protocols = protocols, Certificate = certificate }, primary,
            Pool("""
                "http": { "h2UpgradePolicy": "UPGRADE" }
                """), "https");

        Assert.Equal(expected, (await mesh.EchoAsync("https://shop/")).Protocol);
    }

    [Fact]
    public async Task Keepalive_options_are_taken_by_the_operating_system()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Pool("""
            "tcp": { "tcpKeepalive": { "probes": 3, "time": "60s", "interval": "1500ms" } }
            """));

        await mesh.EchoAsync();
    }

    /// <summary>Istio's sample: two callers at once never overflow; of more, those that find one active and one pending.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Httpbin_rule_turns_away_who_finds_one_active_and_one_pending(int callers)
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: Pool("""
            "tcp": { "maxConnections": 1 }, "http": { "http1MaxPendingRequests": 1, "maxRequestsPerConnection": 1 }
            """));
        mesh.Fleet[0].Gate = new SyncPoint();
        var calls = new List<Task<HttpResponseMessage>> { mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken) };
        await mesh.Fleet[0].Gate!.WaitUntilReachedAsync();
        calls.AddRange(Enumerable.Range(1, callers - 1).Select(_ => mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken)));

        var overflown = await Task.WhenAll(calls.Skip(2));
        Assert.All(overflown, response => Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode));
        mesh.Fleet[0].Gate!.Continue();

        Assert.All(await Task.WhenAll(calls.Take(2)), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal((2, 2), (mesh.Fleet[0].Requests, mesh.Fleet[0].AcceptedConnections));
    }

    private static string Pool(string pool) => $$"""
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "connectionPool": { {{pool}} } } } }
        """;
}
