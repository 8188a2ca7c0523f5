using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.TestKit;

public sealed class FleetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_echo_what_arrived_and_count_it()
    {
        await using var fleet = await Fleet.StartAsync(2);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(fleet[1].Uri, "file.txt?q=1")) { Content = new StringContent("body") };
        request.Headers.Host = "reviews:9080";
        request.Headers.Add("end-user", "jason");

        using var response = await client.SendAsync(request, Cancellation);
        var echo = await response.Content.ReadFromJsonAsync<FleetEcho>(Cancellation);

        Assert.NotNull(echo);
        Assert.Equal((1, "POST", "/file.txt?q=1", "reviews:9080", "body"), (echo.Server, echo.Method, echo.Path, echo.Host, echo.Body));
        Assert.Equal("jason", echo.Headers["end-user"]);
        Assert.Equal((0, 1, 1), (fleet[0].Requests, fleet[1].Requests, fleet[1].AcceptedConnections));
    }

    [Fact]
    public async Task Killed_server_breaks_calls_refuses_connections_and_comes_back_on_its_port()
    {
        await using var fleet = await Fleet.StartAsync(1);
        var server = fleet[0];
        var address = server.Address;
        server.Gate = new SyncPoint();
        using var client = new HttpClient();
        var call = client.GetAsync(server.Uri, Cancellation);
        await server.Gate.WaitUntilReachedAsync();
        var gate = server.Gate;
        server.Gate = null;

        await server.KillAsync();
        gate.Continue();

        await Assert.ThrowsAsync<HttpRequestException>(() => Eventually.EndsAsync(call));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(server.Uri, Cancellation));
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(refused.InnerException).SocketErrorCode);

        await server.StartAsync();
        Assert.Equal(address, server.Address);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(server.Uri, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Draining_server_answers_what_is_under_way()
    {
        await using var fleet = await Fleet.StartAsync(1);
        var server = fleet[0];
        var gate = server.Gate = new SyncPoint();
        using var client = new HttpClient();
        var call = client.GetAsync(server.Uri, Cancellation);
        await gate.WaitUntilReachedAsync();

        var drained = server.DrainAsync();
        gate.Continue();

        Assert.Equal(HttpStatusCode.OK, (await Eventually.EndsAsync(call)).StatusCode);
        await Eventually.EndsAsync(drained);
    }

    [Fact]
    public async Task Switches_fail_requests()
    {
        await using var fleet = await Fleet.StartAsync(1);
        using var client = new HttpClient();
        fleet[0].FailNext(503);
        fleet[0].Status = 500;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(fleet[0].Uri, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(fleet[0].Uri, Cancellation)).StatusCode);
        fleet[0].Status = 0;
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(fleet[0].Uri, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Cleartext_HTTP2_is_served_with_prior_knowledge()
    {
        await using var fleet = await Fleet.StartAsync(1, new FleetOptions { Protocols = HttpProtocols.Http2 });
        using var client = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        var echo = await client.GetFromJsonAsync<FleetEcho>(fleet[0].Uri, Cancellation);

        Assert.Equal("HTTP/2", echo?.Protocol);
    }

    [Fact]
    public async Task TLS_server_shows_the_name_it_was_asked_for()
    {
        using var certificate = TestCertificate.For("reviews", "reviews.default.svc.cluster.local");
        await using var fleet = await Fleet.StartAsync(1, new FleetOptions { Protocols = HttpProtocols.Http1AndHttp2, Certificate = certificate });
        using var handler = new SocketsHttpHandler
        {
            SslOptions = TestCertificate.Trusting(certificate),
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, fleet[0].Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);

        var echo = await client.GetFromJsonAsync<FleetEcho>(new Uri("https://reviews/"), Cancellation);

        Assert.Equal("reviews", echo?.Sni);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("https://ratings/"), Cancellation));
    }
}
