using System.Globalization;
using System.Net;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Calls to a known host with a port that it does not declare pass by the mesh, and not in silence.</summary>
public sealed class UndeclaredPortTests
{
    private const int Event = 6002;
    private const string RegistryOnly = "\"OutboundTrafficPolicy\": { \"Mode\": \"REGISTRY_ONLY\" }, ";

    [Fact]
    public async Task Call_to_an_undeclared_port_is_told_with_what_happens_and_what_to_do()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync("http://reviews:9999/x?user=input");

        Assert.Equal("reviews:9999", Assert.Single(mesh.Transport.Requests).Authority);
        var told = Assert.Single(Told(mesh));
        Assert.Equal(LogLevel.Warning, told.Level);
        Assert.Equal("reviews.default.svc.cluster.local", told.Values["Host"]);
        Assert.Equal("9999", Convert.ToString(told.Values["Port"], CultureInfo.InvariantCulture));
        Assert.Equal("9080 (http)", told.Values["Declared"]);
        Assert.Contains("through the client's own handler, untouched", told.Message, StringComparison.Ordinal);
        Assert.Contains("Ports", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("user=input", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_to_an_undeclared_port_under_registry_only_is_told_as_answered_502()
    {
        using var mesh = new MeshFixture(RegistryOnly + MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync("http://reviews:9999/");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        var told = Assert.Single(Told(mesh));
        Assert.Contains("502", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("untouched", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_to_one_host_and_port_are_told_once()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        foreach (var uri in (string[])["http://reviews:9999/a", "http://reviews:9999/b", "http://reviews.default:9999/", "http://reviews:9998/"])
        {
            using var response = await mesh.GetAsync(uri);
        }

        Assert.Equal(["9999", "9998"], Told(mesh).Select(entry => Convert.ToString(entry.Values["Port"], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Calls_to_ever_new_ports_are_told_a_bounded_number_of_times()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        for (var port = 1; port <= 300; port++)
        {
            using var response = await mesh.GetAsync($"http://reviews:{port}/");
        }

        Assert.Equal(100, Told(mesh).Count());
    }

    [Fact]
    public async Task Call_without_a_port_that_no_declared_one_answers_to_is_told_with_the_default_port()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "a" }, { "Number": 9081 } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } }
            """);
        using var response = await mesh.GetAsync("https://reviews/");

        var told = Assert.Single(Told(mesh));
        Assert.Equal("443", Convert.ToString(told.Values["Port"], CultureInfo.InvariantCulture));
        Assert.Equal("9080 (a), 9081", told.Values["Declared"]);
    }

    [Theory]
    [InlineData("9080 (http)", "\"Ports\": [ { \"Number\": 9080, \"Name\": \"http\" } ], ")]
    [InlineData("none", "")]
    public async Task Call_to_a_port_by_a_name_that_is_not_declared_is_told_with_that_name(string declared, string ports)
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { {{ports}}"Endpoints": [ { "Address": "10.0.0.1:80" } ] } }
            """);
        using var response = await mesh.GetAsync("http://_admin.reviews/");

        var told = Assert.Single(Told(mesh));
        Assert.Equal("admin", told.Values["Port"]);
        Assert.Equal(declared, told.Values["Declared"]);
    }

    [Theory]
    [InlineData("http://reviews:9080/")]
    [InlineData("http://reviews/")]
    [InlineData("http://elsewhere:9999/")]
    public async Task Calls_to_declared_ports_and_unknown_hosts_are_not_told(string uri)
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var response = await mesh.GetAsync(uri);

        Assert.Empty(Told(mesh));
    }

    private static IEnumerable<LogCapture.Entry> Told(MeshFixture mesh) => mesh.Logs.Entries.Where(entry => entry.Id.Id == Event);
}
