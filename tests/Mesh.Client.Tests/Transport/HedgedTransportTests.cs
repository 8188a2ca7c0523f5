using System.Net;
using System.Net.Sockets;
using Mesh.Client.Model;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Transport;

/// <summary>Hedging over real connections of the mesh's own.</summary>
public sealed class HedgedTransportTests
{
    private const string Hedging = """
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } },
          "x-mesh": { "trafficPolicy": { "hedging": { "delay": "20ms" } } } } }
        """;

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Loser_is_cancelled_at_its_server_and_its_endpoint_serves_on(HttpProtocols protocols)
    {
        await using var mesh = await FleetMesh.StartAsync(2, new FleetOptions { Protocols = protocols }, rules: Hedging);
        var aborted = 0;
        mesh.Fleet[0].Respond = async context =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }
            finally
            {
                Interlocked.Increment(ref aborted);
            }
        };
        for (var call = 0; call < 8; call++)
        {
            using var response = await SendAsync(mesh, protocols);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(response.TryGetMeshResult(out var result));
            Assert.Equal(mesh.Fleet[1].Address, result.Endpoint);
        }

        Assert.True(mesh.Fleet[0].Requests > 0);
        await Eventually.TrueAsync(() => mesh.Fleet[0].InFlight == 0, "the server to hear of every cancelled loser");
        Assert.Equal(mesh.Fleet[0].Requests, aborted);
        AssertNothingHeld(mesh);

        // HTTP/2 resets the stream and keeps its connection; of HTTP/1.1 a request without an answer takes its connection along.
        mesh.Fleet[0].Respond = null;
        var before = mesh.Fleet[0].Requests;
        for (var call = 0; call < 4; call++)
        {
            using var response = await SendAsync(mesh, protocols);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.True(mesh.Fleet[0].Requests > before);
        if (protocols == HttpProtocols.Http2)
        {
            Assert.Equal(1, mesh.Fleet[0].AcceptedConnections);
        }
    }

    [Fact]
    public async Task Loser_whose_answer_has_come_leaves_its_connection_in_use()
    {
        await using var mesh = await FleetMesh.StartAsync(2, rules: Hedging);

        // A bad answer with a body comes while the other one is under way: nobody reads it, and its connection is drained.
        using var answered = new SemaphoreSlim(0);
        mesh.Fleet[0].Respond = async context =>
        {
            context.Response.StatusCode = 503;
            await context.Response.WriteAsync(new string('x', 10_000));
            await context.Response.CompleteAsync();
            answered.Release();
        };
        mesh.Fleet[1].Respond = async context =>
        {
            await answered.WaitAsync(context.RequestAborted);
            await Eventually.TrueAsync(() => EndpointOf(mesh, 0).InFlight == 0, "the bad answer to be given back");
        };
        for (var call = 0; call < 8; call++)
        {
            using var response = await mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(8, mesh.Fleet[0].Requests);
        Assert.InRange(mesh.Fleet[0].AcceptedConnections, 1, 3);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Caller_that_gives_up_leaves_nothing_running(HttpProtocols protocols)
    {
        await using var mesh = await FleetMesh.StartAsync(3, new FleetOptions { Protocols = protocols }, rules: Hedging.Replace("20ms\"", "20ms\", \"maxHedges\": 2", StringComparison.Ordinal));
        foreach (var server in mesh.Fleet.Servers)
        {
            server.Respond = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        using var patience = new CancellationTokenSource();
        var sending = SendAsync(mesh, protocols, patience.Token);
        await Eventually.TrueAsync(() => mesh.Fleet.Servers.All(server => server.InFlight == 1), "the attempt and both copies to arrive");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        AssertNothingHeld(mesh);
        await Eventually.TrueAsync(() => mesh.Fleet.Servers.All(server => server.InFlight == 0), "every server to hear of it");
    }

    [Fact]
    public async Task Put_of_a_copy_arrives_whole()
    {
        await using var mesh = await FleetMesh.StartAsync(2, rules: Hedging);
        mesh.Fleet[0].Delay = TimeSpan.FromSeconds(30);
        var body = new string('b', 200_000);
        for (var call = 0; call < 4; call++)
        {
            using var content = new StringContent(body);
            using var response = await mesh.Client.PutAsync("http://shop/a%2Fb", content, TestContext.Current.CancellationToken);
            var echo = await System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync<FleetEcho>(
                response.Content, System.Text.Json.JsonSerializerOptions.Web, TestContext.Current.CancellationToken);
            Assert.Equal(body, echo!.Body);
        }
    }

    [Fact]
    public async Task Endpoint_that_cannot_be_reached_and_loses_each_time_is_known_for_it()
    {
        // A server that never accepts: once its queue is full, connecting to it ends by the limit alone, long after the copy has won.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(backlog: 1);
        var waiting = Enumerable.Range(0, 8).Select(_ => new TcpClient()).ToList();
        waiting.ForEach(client => _ = client.ConnectAsync((IPEndPoint)silent.LocalEndpoint, TestContext.Current.CancellationToken).AsTask().ContinueWith(
            static ended => ended.Exception, TaskScheduler.Default));
        await using var fleet = await Fleet.StartAsync(1);
        var source = new FakeSource("rules");
        source.PushJson($$"""
            { "Services": { "shop": { "Ports": [ { "Number": 80, "Name": "http" } ],
                "Endpoints": [ { "Address": "{{silent.LocalEndpoint}}" }, { "Address": "{{fleet[0].Address}}" } ] } },
              "DestinationRules": { "shop": { "host": "shop",
                "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" }, "connectionPool": { "tcp": { "connectTimeout": "0.2s" } } },
                "x-mesh": { "trafficPolicy": { "hedging": { "delay": "5ms" } } } } } }
            """);
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source] });
        using var client = new HttpClient(handler);
        for (var call = 0; call < 4; call++)
        {
            using var response = await client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var silentOne = ((MeshHandler)handler).Runtime.Clusters.GetStates().Single().Endpoints.All.Single(endpoint => endpoint.Endpoint.Address != fleet[0].Address);
        await Eventually.TrueAsync(() => silentOne.ConnectFailedUntil != EndpointState.NoConnectFailure);
        waiting.ForEach(socket => socket.Dispose());
    }

    private static Task<HttpResponseMessage> SendAsync(FleetMesh mesh, HttpProtocols protocols, CancellationToken? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/")
        {
            Version = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return mesh.Client.SendAsync(request, token ?? TestContext.Current.CancellationToken);
    }

    private static MeshEndpointStatus EndpointOf(FleetMesh mesh, int server)
        => Assert.Single(((MeshHandler)mesh.Handler).Runtime.GetClusters()).Endpoints.Single(endpoint => endpoint.Address == mesh.Fleet[server].Address);

    private static void AssertNothingHeld(FleetMesh mesh)
        => Assert.All(Assert.Single(((MeshHandler)mesh.Handler).Runtime.GetClusters()).Endpoints, endpoint => Assert.Equal(0, endpoint.InFlight));
}
