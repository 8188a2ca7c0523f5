using System.Net;
using System.Security.Cryptography.X509Certificates;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.Client.Tests.Transport;

/// <summary>Calls in plaintext that the mesh sends over TLS, as a DestinationRule with mode SIMPLE asks for it.</summary>
public sealed class TlsOriginationTests : IDisposable
{
    private const string ServiceName = "shop.default.svc.cluster.local";

    private readonly string _authorities = Path.Combine(Path.GetTempPath(), $"mesh-{Guid.NewGuid():N}.pem");

    private X509Certificate2? _certificate;

    [Fact]
    public async Task Call_in_plaintext_reaches_the_server_over_tls_under_the_callers_host()
    {
        await using var mesh = await StartAsync([ServiceName]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/a?b");
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var echo = await mesh.EchoAsync("http://shop/a?b");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("https", "shop", ServiceName, "/a?b"), (echo.Scheme, echo.Host, echo.Sni, echo.Path));
        Assert.Equal("http://shop/a?b", request.RequestUri!.OriginalString);
        Assert.Null(request.Headers.Host);
    }

    [Fact]
    public async Task Call_over_http2_reaches_the_server_over_tls()
    {
        await using var mesh = await StartAsync([ServiceName], protocols: HttpProtocols.Http1AndHttp2);
        mesh.Client.DefaultRequestVersion = HttpVersion.Version20;
        mesh.Client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        Assert.Equal(("https", "HTTP/2"), ((await mesh.EchoAsync()).Scheme, (await mesh.EchoAsync()).Protocol));
    }

    [Fact]
    public async Task Call_over_https_has_one_layer_of_tls_by_the_rule()
    {
        await using var mesh = await StartAsync([ServiceName], protocol: "https");

        Assert.Equal(ServiceName, (await mesh.EchoAsync("https://shop/")).Sni);
    }

    [Fact]
    public async Task Synchronous_call_reaches_the_server_over_tls()
    {
        await using var mesh = await StartAsync([ServiceName]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        using var response = mesh.Client.Send(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Server_name_of_the_rule_is_asked_for_and_checked()
    {
        await using var mesh = await StartAsync(["other.example"], """ "sni": "other.example", """);

        Assert.Equal("other.example", (await mesh.EchoAsync()).Sni);
    }

    [Theory]
    [InlineData("a.example", true)]
    [InlineData("b.example", false)]
    public async Task Names_of_the_rule_take_the_place_of_the_name_that_is_called(string name, bool isTrusted)
        => Assert.Equal(isTrusted, await SucceedsAsync(["a.example"], $$""" "subjectAltNames": [ "x.example", "{{name}}" ], """));

    [Fact]
    public async Task Server_with_a_certificate_for_another_name_gets_no_request()
        => Assert.False(await SucceedsAsync(["other.example"]));

    [Fact]
    public async Task Server_whose_authority_is_not_trusted_gets_no_request()
    {
        await using var mesh = await StartAsync([ServiceName], trusts: false);
        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => mesh.EchoAsync());

        Assert.True(failure.Result.Flags.HasFlag(MeshResponseFlags.UpstreamConnectionFailure));
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Server_is_not_checked_where_the_rule_says_so()
        => Assert.True(await SucceedsAsync(["other.example"], """ "insecureSkipVerify": true, """));

    [Fact]
    public async Task Missing_file_of_authorities_is_named_and_nothing_is_sent()
    {
        await using var mesh = await StartAsync([ServiceName]);
        File.Delete(_authorities);
        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => mesh.EchoAsync());

        Assert.Contains($"caCertificates '{_authorities}' of DestinationRule default/shop cannot be used", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Missing_file_of_authorities_is_held_against_no_endpoint(bool isSync)
    {
        await using var mesh = await StartAsync(
            [ServiceName], policy: """ "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 }, """);
        File.Delete(_authorities);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://shop/");
        var failure = isSync
            ? Assert.Throws<MeshRequestException>(() => mesh.Client.Send(request, TestContext.Current.CancellationToken))
            : await Assert.ThrowsAsync<MeshRequestException>(() => mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        var endpoint = Assert.Single(Assert.Single(((Client.Pipeline.MeshHandler)mesh.Handler).Runtime.Clusters.GetStates()).Endpoints.All);

        Assert.Equal((1, MeshResponseFlags.UpstreamConnectionFailure), (failure.Result.Attempts, failure.Result.Flags));
        Assert.Equal((EndpointState.NoConnectFailure, false), (endpoint.ConnectFailedUntil, endpoint.IsEjected));
        await WriteAsync(_certificate!);
        await mesh.EchoAsync();
    }

    [Fact]
    public async Task Renewed_file_of_authorities_holds_for_the_next_connection()
    {
        await using var mesh = await StartAsync([ServiceName], trusts: false);
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.EchoAsync());
        await WriteAsync(_certificate!);

        await mesh.EchoAsync();
    }

    [Fact]
    public async Task Change_of_the_rule_holds_for_the_next_call()
    {
        await using var mesh = await StartAsync([ServiceName]);
        await mesh.EchoAsync();
        mesh.Source.PushJson(FleetMesh.Rules(mesh.Fleet.Servers, Rule(""" "sni": "other.example", """)));
        await Eventually.TrueAsync(() => ((IMesh)((Client.Pipeline.MeshHandler)mesh.Handler).Runtime).RulesVersion == 2);

        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.EchoAsync());
    }

    [Fact]
    public async Task Host_that_newer_rules_close_under_a_call_gets_no_plaintext()
    {
        const string Delay = """
            , "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ {
              "fault": { "delay": { "fixedDelay": "1s", "percentage": { "value": 100 } } }, "route": [ { "destination": { "host": "shop" } } ] } ] } }
            """;
        await using var mesh = await FleetMesh.StartAsync(1, rules: """
            "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "tls": { "mode": "SIMPLE" } } } }
            """ + Delay);
        var call = mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
        mesh.Source.PushJson(FleetMesh.Rules(mesh.Fleet.Servers, """
            "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "tls": { "mode": "MUTUAL", "clientCertificate": "/a.pem", "privateKey": "/b.pem" } } } }
            """ + Delay));
        await Eventually.TrueAsync(() => ((IMesh)((Client.Pipeline.MeshHandler)mesh.Handler).Runtime).RulesVersion == 2);
        using var response = await call;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(0, mesh.Fleet[0].Requests);
    }

    [Fact]
    public async Task Client_that_sends_by_its_own_handler_is_refused()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "tls": { "mode": "SIMPLE" } } } }
            """);
        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("DestinationRule default/reviews asks for TLS", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(mesh.Transport.Requests);
    }

    public void Dispose()
    {
        File.Delete(_authorities);
        _certificate?.Dispose();
    }

    private async Task<bool> SucceedsAsync(string[] names, string settings = "")
    {
        await using var mesh = await StartAsync(names, settings);
        try
        {
            await mesh.EchoAsync();
            return true;
        }
        catch (MeshRequestException failure) when (failure.Result.Flags.HasFlag(MeshResponseFlags.UpstreamConnectionFailure))
        {
            Assert.Equal(0, mesh.Fleet[0].Requests);
            return false;
        }
    }

    private async Task<FleetMesh> StartAsync(
        string[] names, string settings = "", HttpProtocols protocols = HttpProtocols.Http1, string protocol = "http", bool trusts = true,
        string policy = "")
    {
        var certificate = _certificate = TestCertificate.For(names);
        using var stranger = TestCertificate.For(names);
        await WriteAsync(trusts ? certificate : stranger);
        return await FleetMesh.StartAsync(1, new FleetOptions { Protocols = protocols, Certificate = certificate }, rules: Rule(settings, policy), protocol: protocol);
    }

    private Task WriteAsync(X509Certificate2 certificate)
        => File.WriteAllTextAsync(_authorities, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);

    private string Rule(string settings, string policy = "") => $$"""
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { {{policy}} "tls": { "mode": "SIMPLE", {{settings}} "caCertificates": "{{_authorities}}" } } } }
        """;
}
