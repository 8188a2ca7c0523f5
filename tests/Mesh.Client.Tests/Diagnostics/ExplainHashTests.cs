using Mesh.Client.Diagnostics;
using Mesh.Client.Telemetry;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Diagnostics;

/// <summary>What an explanation says of consistent hashing.</summary>
public sealed class ExplainHashTests
{
    [Theory]
    [InlineData("\"httpHeaderName\": \"x-user\"", "x-user", "a", "header x-user")]
    [InlineData("\"httpHeaderName\": \"x-user\"", "x-other", "a", "header x-user, which the request does not have: a random endpoint is picked")]
    [InlineData("\"httpCookie\": { \"name\": \"user\" }", "Cookie", "user=a", "cookie user")]
    [InlineData(
        "\"httpCookie\": { \"name\": \"user\" }", "x-other", "a",
        "cookie user, which the request does not have unless the client adds one; without it a random endpoint is picked")]
    [InlineData("\"httpCookie\": { \"name\": \"user\", \"ttl\": \"0s\" }", "x-other", "a", "cookie user, which is made unless the client adds one")]
    [InlineData("\"httpQueryParameterName\": \"q\"", "x-other", "a", "query parameter q")]
    [InlineData(
        "\"useSourceIp\": true", "x-other", "a",
        "the address of the sender of the incoming request, which the request does not have: a random endpoint is picked")]
    public void Explanation_says_by_what_the_request_is_hashed(string key, string header, string value, string expected)
    {
        using var mesh = Hashing(key);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart/?q=1");
        request.Headers.Add(header, value);
        var explained = mesh.Mesh.Explain(request);

        Assert.Equal(expected, explained.Destinations.Single().HashedBy);
        Assert.Contains($"  hashed by {expected}\n", explained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Explanation_inside_an_incoming_request_knows_its_sender()
    {
        using var mesh = Hashing("\"useSourceIp\": true");
        using var scope = IncomingContext.Begin(new IncomingContext { RemoteAddress = "10.0.0.1" }, this);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart/");

        Assert.Equal("the address of the sender of the incoming request", mesh.Mesh.Explain(request).Destinations.Single().HashedBy);
    }

    [Fact]
    public void Explanation_names_the_key_of_the_caller()
    {
        using var mesh = Hashing("\"useSourceIp\": true");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart/");
        request.SetMesh(new MeshCallOptions { HashKey = "a" });

        Assert.Equal("the caller's key", mesh.Mesh.Explain(request).Destinations.Single().HashedBy);
    }

    [Fact]
    public void Policy_shows_key_and_table()
    {
        using var ring = Hashing("\"httpHeaderName\": \"x-user\"");
        using var maglev = Hashing(
            "\"httpCookie\": { \"name\": \"user\", \"ttl\": \"90s\" }, \"maglev\": { \"tableSize\": 101 }",
            ", \"x-mesh\": { \"trafficPolicy\": { \"loadBalancer\": { \"hashBalanceFactor\": 125 } } }");

        Assert.Equal(
            [new("loadBalancer.consistentHash.httpHeaderName", "x-user", null), new("loadBalancer.consistentHash.ringHash.minimumRingSize", "1024", "default")],
            SettingsOf(ring));
        Assert.Equal(
            [
                new("loadBalancer.consistentHash.httpCookie", "user, made for 90s", null),
                new("loadBalancer.consistentHash.maglev.tableSize", "101", null),
                new("x-mesh.loadBalancer.hashBalanceFactor", "125", null),
            ],
            SettingsOf(maglev));
    }

    [Fact]
    public void Cluster_without_consistent_hashing_is_hashed_by_nothing()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");

        Assert.Null(mesh.Mesh.Explain(request).Destinations.Single().HashedBy);
    }

    private static IEnumerable<MeshSetting> SettingsOf(MeshFixture mesh)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart/");
        return [.. mesh.Mesh.Explain(request).Destinations.Single().Cluster!.Settings.Where(setting => setting.Field.Contains("oadBalancer", StringComparison.Ordinal))];
    }

    private static MeshFixture Hashing(string key, string more = "") => new($$"""
        "Services": { "cart": { "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" } ] } },
        "DestinationRules": { "cart": { "host": "cart", "trafficPolicy": { "loadBalancer": { "consistentHash": { {{key}} } } }{{more}} } }
        """);
}
