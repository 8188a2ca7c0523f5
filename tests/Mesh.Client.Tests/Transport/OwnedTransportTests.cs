using System.Net;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Transport;

public sealed class OwnedTransportTests
{
    private const string RoundRobin = """
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } }
        """;

    [Fact]
    public async Task Each_call_reaches_the_endpoint_that_was_picked_whatever_connections_exist()
    {
        await using var mesh = await FleetMesh.StartAsync(2, rules: RoundRobin);
        for (var i = 0; i < 20; i++)
        {
            await mesh.EchoAsync();
        }

        Assert.Equal([10, 10], mesh.Fleet.Servers.Select(server => server.Requests));
        Assert.All(mesh.Fleet.Servers, server => Assert.Equal(1, server.AcceptedConnections));
    }

    [Fact]
    public async Task Http1_request_carries_the_logical_host()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        Assert.Equal("shop", (await mesh.EchoAsync("http://shop/a")).Host);
    }

    [Fact]
    public async Task Http2_in_plain_text_carries_the_logical_authority()
    {
        await using var mesh = await FleetMesh.StartAsync(2, new FleetOptions { Protocols = HttpProtocols.Http2 }, rules: RoundRobin);
        mesh.Client.DefaultRequestVersion = HttpVersion.Version20;
        mesh.Client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var first = await mesh.EchoAsync();
        var second = await mesh.EchoAsync();

        Assert.Equal("HTTP/2", first.Protocol);
        Assert.Equal("shop", first.Host);
        Assert.NotEqual(first.Server, second.Server);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, 1)]
    [InlineData(HttpProtocols.Http2, 2)]
    public async Task Tls_asks_for_and_checks_the_logical_name(HttpProtocols protocols, int version)
    {
        using var certificate = TestCertificate.For("shop");
        using var primary = new SocketsHttpHandler { SslOptions = TestCertificate.Trusting(certificate) };
        await using var mesh = await FleetMesh.StartAsync(
            1, new FleetOptions { Protocols = protocols, Certificate = certificate }, primary, protocol: "https");
        mesh.Client.DefaultRequestVersion = new Version(version, version == 1 ? 1 : 0);
        mesh.Client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        var echo = await mesh.EchoAsync("https://shop/");
        Assert.Equal("shop", echo.Sni);
        Assert.Equal("shop", echo.Host);
    }

    [Fact]
    public async Task Tls_with_a_certificate_for_another_name_is_a_connection_failure()
    {
        using var certificate = TestCertificate.For("other");
        using var primary = new SocketsHttpHandler { SslOptions = TestCertificate.Trusting(certificate) };
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");

        var failure = await Assert.ThrowsAsync<MeshRequestException>(
            () => mesh.Client.GetAsync("https://shop/", TestContext.Current.CancellationToken));
        Assert.True(failure.Result.Flags.HasFlag(MeshResponseFlags.UpstreamConnectionFailure));
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Dead_endpoint_costs_no_call_that_is_safe_to_repeat()
    {
        await using var mesh = await FleetMesh.StartAsync(2);
        await mesh.EchoAsync();
        await mesh.Fleet[0].KillAsync();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(1, (await mesh.EchoAsync()).Server);
        }
    }

    [Fact]
    public async Task Departed_endpoint_gets_no_new_calls_and_the_one_under_way_is_answered()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        var gate = new SyncPoint();
        mesh.Fleet[0].Gate = gate;
        var running = mesh.EchoAsync();
        await gate.WaitUntilReachedAsync();
        await using var next = await Fleet.StartAsync(1);
        mesh.Source.PushJson(FleetMesh.Rules(next.Servers));
        var runtime = ((Mesh.Client.Pipeline.MeshHandler)mesh.Handler).Runtime;
        await Eventually.TrueAsync(() => runtime.GetClusters().Single().Endpoints.Single().Address == next[0].Address);
        using var response = await mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(next[0].Address, result.Endpoint);
        gate.Continue();

        Assert.Equal(0, (await running).Server);
        await Eventually.TrueAsync(() => mesh.Fleet[0].OpenConnections == 0);
    }

    [Fact]
    public async Task Redirect_is_followed_above_the_mesh_and_routed_anew()
    {
        await using var mesh = await FleetMesh.StartAsync(
            2,
            new FleetOptions { Map = app => app.MapGet("/from", (HttpContext context) => context.Response.Redirect("http://shop/to")) },
            rules: """
                "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [
                  { "match": [ { "uri": { "exact": "/from" } } ], "route": [ { "destination": { "host": "shop", "subset": "zero" } } ] },
                  { "route": [ { "destination": { "host": "shop", "subset": "one" } } ] } ] } },
                "DestinationRules": { "shop": { "host": "shop", "subsets": [
                  { "name": "zero", "labels": { "server": "0" } }, { "name": "one", "labels": { "server": "1" } } ] } }
                """);

        var echo = await mesh.EchoAsync("http://shop/from");
        Assert.Equal(1, echo.Server);
        Assert.Equal("/to", echo.Path);
    }

    [Fact]
    public async Task Redirect_is_given_to_the_caller_whose_handler_does_not_follow()
    {
        using var primary = new SocketsHttpHandler { AllowAutoRedirect = false };
        await using var mesh = await FleetMesh.StartAsync(
            1, new FleetOptions { Map = app => app.MapGet("/from", (HttpContext context) => context.Response.Redirect("/to")) }, primary);

        using var response = await mesh.Client.GetAsync("http://shop/from", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    [Fact]
    public async Task Cookie_is_kept_under_the_logical_host_and_sent_to_every_endpoint()
    {
        await using var mesh = await FleetMesh.StartAsync(
            2,
            new FleetOptions { Map = app => app.MapGet("/login", (HttpContext context) => context.Response.Cookies.Append("user", "jason")) },
            rules: RoundRobin);
        using var login = await mesh.Client.GetAsync("http://shop/login", TestContext.Current.CancellationToken);
        var first = await mesh.EchoAsync();
        var second = await mesh.EchoAsync();

        Assert.NotEqual(first.Server, second.Server);
        Assert.All([first, second], echo => Assert.Equal("user=jason", Header(echo, "Cookie")));
    }

    [Fact]
    public async Task Cookie_of_one_host_stays_off_another_after_a_redirect_and_off_the_request()
    {
        await using var other = await Fleet.StartAsync(1);
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions
        {
            Map = app =>
            {
                app.MapGet("/login", (HttpContext context) => context.Response.Cookies.Append("user", "jason"));
                app.MapGet("/from", (HttpContext context) => context.Response.Redirect($"http://{other[0].Address}/to"));
            },
        });
        using var login = await mesh.Client.GetAsync("http://shop/login", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/from");
        request.Headers.TryAddWithoutValidation("Cookie", "own=1");
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var echo = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("\"path\":\"/to\"", echo, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("jason", echo, StringComparison.Ordinal);
        Assert.Equal("own=1", request.Headers.NonValidated["Cookie"].ToString());
    }

    [Fact]
    public async Task Call_counts_as_in_flight_until_its_body_ends()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        using var runtime = new InFlight(mesh);
        var response = await mesh.Client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(1, runtime.Count);

        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, runtime.Count);
        response.Dispose();
        Assert.Equal(0, runtime.Count);
    }

    [Fact]
    public async Task Call_answered_without_a_body_ends_with_its_headers()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        using var runtime = new InFlight(mesh);
        using var request = new HttpRequestMessage(HttpMethod.Head, "http://shop/");
        using var response = await mesh.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(0, runtime.Count);
    }

    [Fact]
    public async Task Response_disposed_unread_is_given_back()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        using var runtime = new InFlight(mesh);
        var response = await mesh.Client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.Dispose();
        Assert.Equal(0, runtime.Count);
    }

    [Fact]
    public async Task Response_neither_read_nor_disposed_is_given_back_by_its_collection_and_counted()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        using var runtime = new InFlight(mesh);
        using var meter = new MeterCapture("Mesh.Client");
        await LeakAsync(mesh);
        await Eventually.TrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return runtime.Count == 0 && meter.Sum("mesh.client.responses.leaked") > 0;
        });

        Assert.Equal(1, meter.Sum("mesh.client.responses.leaked"));
    }

    [Fact]
    public async Task Timeout_of_the_route_goes_on_to_the_end_of_the_body()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "timeout": "0.3s", "route": [ { "destination": { "host": "shop" } } ] } ] } }
            """);
        mesh.Fleet[0].Respond = async context =>
        {
            await context.Response.WriteAsync("part", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var runtime = new InFlight(mesh);
        using var response = await mesh.Client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(body);

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.True(failure.Result.Flags.HasFlag(MeshResponseFlags.UpstreamRequestTimeout));
        Assert.Equal(0, runtime.Count);
    }

    [Fact]
    public async Task Timeout_of_the_route_cuts_the_body_of_a_synchronous_send_too()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "timeout": "0.3s", "route": [ { "destination": { "host": "shop" } } ] } ] } }
            """);
        mesh.Fleet[0].Respond = async context =>
        {
            await context.Response.WriteAsync("part", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var runtime = new InFlight(mesh);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        using var response = mesh.Client.Send(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(response.Content.ReadAsStream(TestContext.Current.CancellationToken));

        var failure = Assert.Throws<MeshRequestException>(reader.ReadToEnd);
        Assert.True(failure.Result.Flags.HasFlag(MeshResponseFlags.UpstreamRequestTimeout));
        Assert.Equal(0, runtime.Count);
    }

    [Fact]
    public async Task Synchronous_send_reaches_the_endpoint_and_moves_on_from_a_dead_one()
    {
        await using var mesh = await FleetMesh.StartAsync(2);
        await mesh.Fleet[0].KillAsync();
        for (var i = 0; i < 6; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
            using var response = mesh.Client.Send(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(6, mesh.Fleet[1].Requests);
    }

    [Fact]
    public async Task Body_that_the_caller_cannot_produce_ejects_nobody_and_is_not_sent_again()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": {
              "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } } } }
            """);
        using var runtime = new InFlight(mesh);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://shop/") { Content = new StreamContent(new BrokenStream()) };
        var content = request.Content;

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.False(((Mesh.Client.Pipeline.MeshHandler)mesh.Handler).Runtime.GetClusters().Single().Endpoints.Single().IsEjected);
        Assert.Same(content, request.Content);
    }

    [Fact]
    public async Task Body_that_is_streamed_arrives_whole_with_its_headers()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        using var content = new StreamContent(new MemoryStream("streamed"u8.ToArray()));
        content.Headers.TryAddWithoutValidation("Content-Type", "text/special");
        content.Headers.ContentLength = null;
        using var response = await mesh.Client.PostAsync("http://shop/", content, TestContext.Current.CancellationToken);
        var echo = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("\"streamed\"", echo, StringComparison.Ordinal);
        Assert.Contains("text/special", echo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_copied_to_a_stream_that_fails_is_not_the_endpoints_failure()
    {
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": {
              "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } } } }
            """);
        using (var response = await mesh.Client.GetAsync(
            "http://shop/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(new BrokenStream(), TestContext.Current.CancellationToken));
        }

        Assert.False(((Mesh.Client.Pipeline.MeshHandler)mesh.Handler).Runtime.GetClusters().Single().Endpoints.Single().IsEjected);
    }

    [Fact]
    public async Task Connection_that_is_not_made_in_time_is_a_connection_failure()
    {
        // It accepts and says nothing: the handshake is part of connecting.
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var source = new FakeSource("rules");
        source.PushJson($$"""
            { "Services": { "shop": { "Ports": [ { "Number": 443, "Name": "https" } ], "Endpoints": [ { "Address": "{{silent.LocalEndpoint}}" } ] } },
              "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "connectionPool": { "tcp": { "connectTimeout": "0.2s" } } } } } }
            """);
        using var client = new HttpClient(MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source] }));

        var failure = await Assert.ThrowsAsync<MeshRequestException>(
            () => client.GetAsync("https://shop/", TestContext.Current.CancellationToken));
        Assert.True(failure.Result.Flags.HasFlag(MeshResponseFlags.UpstreamConnectionFailure));
        Assert.Equal(HttpRequestError.ConnectionError, failure.HttpRequestError);
    }

    [Fact]
    public async Task Upgraded_connection_stays_readable_and_writable()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        mesh.Fleet[0].Respond = async context =>
        {
            var feature = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!;
            context.Response.Headers.Upgrade = "echo";
            await using var stream = await feature.UpgradeAsync();
            var buffer = new byte[4];
            await stream.ReadExactlyAsync(buffer, context.RequestAborted);
            await stream.WriteAsync(buffer, context.RequestAborted);
        };
        using var runtime = new InFlight(mesh);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new System.Net.Http.Headers.ProductHeaderValue("echo"));
        using var response = await mesh.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, response.StatusCode);

        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        Assert.True(stream.CanWrite);
        await stream.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        var answer = new byte[4];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("ping"u8, answer);
        Assert.Equal(1, runtime.Count);
    }

    [Fact]
    public async Task Timeout_of_the_client_is_its_own_and_told_apart()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        mesh.Fleet[0].Delay = TimeSpan.FromMinutes(1);
        using var client = new HttpClient(mesh.Handler, disposeHandler: false) { Timeout = TimeSpan.FromMilliseconds(200) };

        var cancelled = await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync("http://shop/", TestContext.Current.CancellationToken));
        Assert.IsType<TimeoutException>(cancelled.InnerException);
    }

    [Fact]
    public async Task Handler_rebuilt_with_equal_settings_keeps_the_connections()
    {
        await using var mesh = await FleetMesh.StartAsync(1);
        await mesh.EchoAsync();
        var runtime = ((Mesh.Client.Pipeline.MeshHandler)mesh.Handler).Runtime;
        using var primary = new SocketsHttpHandler();
        using var rebuilt = new Mesh.Client.Pipeline.MeshHandler(runtime, Mesh.Client.Pipeline.ClientBinding.For(primary, runtime.Transports))
        {
            InnerHandler = primary,
        };
        using var client = new HttpClient(rebuilt, disposeHandler: false);
        using var response = await client.GetAsync("http://shop/", TestContext.Current.CancellationToken);

        Assert.Equal(1, mesh.Fleet[0].AcceptedConnections);
    }

    private static async Task LeakAsync(FleetMesh mesh)
        => _ = await mesh.Client.GetAsync("http://shop/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    private static string? Header(FleetEcho echo, string name)
        => echo.Headers.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Neither gives nor takes anything.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => throw new IOException("The source broke.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => throw new IOException("The source broke.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => throw new IOException("The source broke.");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
            => throw new IOException("The source broke.");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("The disk is full.");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => throw new IOException("The disk is full.");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => throw new IOException("The disk is full.");
    }

    /// <summary>Calls in flight over all endpoints of the mesh behind a handler.</summary>
    private sealed class InFlight(FleetMesh mesh) : IDisposable
    {
        private readonly Mesh.Client.Pipeline.MeshHandler _handler = (Mesh.Client.Pipeline.MeshHandler)mesh.Handler;

        public int Count => _handler.Runtime.GetClusters().Sum(cluster => cluster.Endpoints.Sum(endpoint => endpoint.InFlight));

        public void Dispose() => Assert.Equal(0, Count);
    }
}
