using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Hosts that only a wildcard ServiceEntry declares go past the mesh's connections, where nobody would add TLS.</summary>
public sealed class WildcardTlsTests
{
    [Theory]
    [InlineData("{ \"tls\": { \"mode\": \"SIMPLE\" } }", 503)]
    [InlineData("{ \"tls\": { \"mode\": \"MUTUAL\" } }", 503)]
    [InlineData("{ \"portLevelSettings\": [ { \"port\": { \"number\": 80 }, \"tls\": { \"mode\": \"SIMPLE\" } } ] }", 503)]
    [InlineData("{ \"tls\": { \"mode\": \"DISABLE\" } }", 200)]
    public async Task Rule_that_asks_for_tls_lets_no_plaintext_pass(string policy, int status)
    {
        using var mesh = new MeshFixture($$"""
            "ServiceEntries": { "out": { "hosts": [ "*.out.example" ], "ports": [ { "number": 80, "name": "http", "protocol": "HTTP" } ] } },
            "DestinationRules": { "out": { "host": "*.out.example", "trafficPolicy": {{policy}} } }
            """);
        using var response = await mesh.GetAsync("http://a.out.example/");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 503 ? 0 : 1, mesh.Transport.Requests.Count);
        Assert.Equal(status == 503, mesh.Mesh.Findings.Any(finding => finding is { Code: "MESH0601", Path: var path } && path.EndsWith("host", StringComparison.Ordinal)));
    }

    [Fact]
    public void Explain_names_the_rule_that_keeps_the_call_from_being_sent()
    {
        using var mesh = new MeshFixture("""
            "ServiceEntries": { "out": { "hosts": [ "*.out.example" ] } },
            "DestinationRules": { "tls-out": { "host": "*.out.example", "trafficPolicy": { "tls": { "mode": "SIMPLE" } } } }
            """);
        var answer = mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://a.out.example/")).Answer;

        Assert.NotNull(answer);
        Assert.Equal(503, answer.Status);
        Assert.Contains("tls-out", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.example")]
    [InlineData("*")]
    public async Task Rule_of_a_wider_wildcard_lets_no_plaintext_pass(string host)
    {
        using var mesh = new MeshFixture($$"""
            "ServiceEntries": { "out": { "hosts": [ "*.out.example" ] } },
            "DestinationRules": { "out": { "host": "{{host}}", "trafficPolicy": { "tls": { "mode": "SIMPLE" } } } }
            """);
        using var response = await mesh.GetAsync("http://a.out.example/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Hosts_that_the_wildcard_does_not_cover_pass_by()
    {
        using var mesh = new MeshFixture("""
            "ServiceEntries": { "out": { "hosts": [ "*.out.example" ] } },
            "DestinationRules": { "out": { "host": "*.out.example", "trafficPolicy": { "tls": { "mode": "SIMPLE" } } } }
            """);
        using var response = await mesh.GetAsync("http://other.example/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
