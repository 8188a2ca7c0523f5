using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mesh.Client.Tests.Transport;

/// <summary>Clients whose primary handler is a plain HttpClientHandler.</summary>
public sealed class ClientHandlerTransportTests
{
    private const string RoundRobin = """
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } } } }
        """;

    [Fact]
    public async Task Redirect_to_another_host_of_the_mesh_is_routed_anew()
    {
        using var primary = new HttpClientHandler();
        await using var mesh = await FleetMesh.StartAsync(
            2,
            new FleetOptions { Map = app => app.MapGet("/from", (HttpContext context) => context.Response.Redirect("http://stock/to")) },
            primary,
            """
            "VirtualServices": {
              "shop": { "hosts": [ "shop" ], "http": [ { "route": [ { "destination": { "host": "shop", "subset": "zero" } } ] } ] },
              "stock": { "hosts": [ "stock" ], "http": [ { "route": [ { "destination": { "host": "shop", "subset": "one" } } ] } ] } },
            "DestinationRules": { "shop": { "host": "shop", "subsets": [
              { "name": "zero", "labels": { "server": "0" } }, { "name": "one", "labels": { "server": "1" } } ] } }
            """);

        var echo = await mesh.EchoAsync("http://shop/from");
        Assert.Equal((1, "stock", "/to"), (echo.Server, echo.Host, echo.Path));
    }

    [Fact]
    public async Task Redirect_is_given_to_the_caller_where_the_handler_does_not_follow()
    {
        using var primary = new HttpClientHandler { AllowAutoRedirect = false };
        await using var mesh = await FleetMesh.StartAsync(
            1, new FleetOptions { Map = app => app.MapGet("/from", (HttpContext context) => context.Response.Redirect("/to")) }, primary);

        using var response = await mesh.Client.GetAsync("http://shop/from", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    [Fact]
    public async Task Cookie_is_kept_under_the_logical_host_and_sent_to_every_endpoint()
    {
        using var primary = new HttpClientHandler { CookieContainer = new CookieContainer() };
        await using var mesh = await FleetMesh.StartAsync(
            2,
            new FleetOptions { Map = app => app.MapGet("/login", (HttpContext context) => context.Response.Cookies.Append("user", "jason")) },
            primary,
            RoundRobin);
        using var login = await mesh.Client.GetAsync("http://shop/login", TestContext.Current.CancellationToken);
        var first = await mesh.EchoAsync();
        var second = await mesh.EchoAsync();

        Assert.NotEqual(first.Server, second.Server);
        Assert.All([first, second], echo => Assert.Equal("user=jason", echo.Headers["Cookie"]));
        Assert.Equal("user=jason", primary.CookieContainer.GetCookieHeader(new Uri("http://shop/")));
    }

    [Fact]
    public async Task Certificate_callback_sees_the_logical_name()
    {
        using var certificate = TestCertificate.For("shop");
        (Uri? Address, string? Subject, bool HasChain, SslPolicyErrors Errors) seen = default;
        using var primary = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (request, shown, chain, errors) =>
            {
                seen = (request.RequestUri, shown?.Subject, chain is not null, errors);
                return true;
            },
        };
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");

        var echo = await mesh.EchoAsync("https://shop/a");
        Assert.Equal("shop", echo.Sni);
        Assert.Equal((new Uri("https://shop/"), "CN=shop", true, SslPolicyErrors.RemoteCertificateChainErrors), seen);
    }

    [Fact]
    public async Task Certificate_that_the_callback_refuses_is_a_connection_failure()
    {
        using var certificate = TestCertificate.For("shop");
        using var primary = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => false };
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");

        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.EchoAsync("https://shop/"));
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Certificate_of_an_unknown_issuer_is_refused_without_a_callback()
    {
        using var certificate = TestCertificate.For("shop");
        using var primary = new HttpClientHandler();
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");

        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.EchoAsync("https://shop/"));
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Any_certificate_is_accepted_where_the_handler_says_so()
    {
        using var certificate = TestCertificate.For("other");
        using var primary = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");

        Assert.Equal("shop", (await mesh.EchoAsync("https://shop/")).Host);
    }

    [Fact]
    public async Task Client_certificate_is_presented()
    {
        using var certificate = TestCertificate.For("shop");
        using var identity = TestCertificate.ForClient("caller");
        using var primary = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        primary.ClientCertificates.Add(identity);
        await using var mesh = await FleetMesh.StartAsync(
            1,
            new FleetOptions
            {
                Certificate = certificate,
                RequiresClientCertificate = true,
                Map = app => app.MapGet("/caller", (HttpContext context) => context.Connection.ClientCertificate!.Subject),
            },
            primary,
            protocol: "https");

        Assert.Equal("CN=caller", await mesh.Client.GetStringAsync("https://shop/caller", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Server_that_asks_for_no_certificate_is_reached_where_one_is_chosen_automatically()
    {
        using var certificate = TestCertificate.For("shop");
        using var primary = new HttpClientHandler
        {
            ClientCertificateOptions = ClientCertificateOption.Automatic,
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");

        Assert.Equal("shop", (await mesh.EchoAsync("https://shop/")).Host);
    }

    [Fact]
    public async Task Compressed_answer_is_decompressed()
    {
        using var primary = new HttpClientHandler { AutomaticDecompression = DecompressionMethods.GZip };
        await using var mesh = await FleetMesh.StartAsync(1, primary: primary);
        mesh.Fleet[0].Respond = async context =>
        {
            Assert.Equal("gzip", context.Request.Headers.AcceptEncoding);
            context.Response.Headers.ContentEncoding = "gzip";
            await using var stream = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await stream.WriteAsync("plain"u8.ToArray(), context.RequestAborted);
        };

        Assert.Equal("plain", await mesh.Client.GetStringAsync("http://shop/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Unknown_host_goes_through_the_handler_itself()
    {
        using var certificate = TestCertificate.For("shop");
        Uri? seen = null;
        using var primary = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (request, _, _, _) =>
            {
                seen = request.RequestUri;
                return true;
            },
        };
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");
        var address = new Uri(mesh.Fleet[0].Uri, "/a?b");
        using var response = await mesh.Client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.False(response.TryGetMeshResult(out _));
        Assert.Equal(address, seen);
    }

    [Fact]
    public async Task Handler_is_left_as_it_was_by_calls_to_known_hosts()
    {
        using var primary = new HttpClientHandler();
        await using var mesh = await FleetMesh.StartAsync(1, primary: primary);
        await mesh.EchoAsync();

        // It throws once the handler has sent anything.
        primary.MaxConnectionsPerServer = 1;
        Assert.Equal(1, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Handler_rebuilt_with_equal_settings_keeps_the_connections()
    {
        using var certificate = TestCertificate.For("shop");
        using var identity = TestCertificate.ForClient("caller");
        using var primary = Trusting(identity);
        using var again = Trusting(identity);
        await using var mesh = await FleetMesh.StartAsync(1, new FleetOptions { Certificate = certificate }, primary, protocol: "https");
        await mesh.EchoAsync("https://shop/");
        var runtime = ((MeshHandler)mesh.Handler).Runtime;
        using var rebuilt = new MeshHandler(runtime, ClientBinding.For(again, runtime.Transports)) { InnerHandler = again };
        using var client = new HttpClient(rebuilt, disposeHandler: false);
        using var response = await client.GetAsync("https://shop/", TestContext.Current.CancellationToken);

        Assert.Equal(1, mesh.Fleet[0].AcceptedConnections);
    }

    private static HttpClientHandler Trusting(X509Certificate2 identity)
        => new() { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, ClientCertificates = { new X509Certificate2(identity) } };
}
