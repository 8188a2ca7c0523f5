using System.Net;

namespace Mesh.Client.Tests.Transport;

/// <summary>A cookie of consistent hashing over real connections.</summary>
public sealed class ConsistentHashCookieTests
{
    private const string Rules = """
        "DestinationRules": { "shop": { "host": "shop", "trafficPolicy": { "loadBalancer": {
          "consistentHash": { "httpCookie": { "name": "user", "path": "/", "ttl": "60s" } } } } } }
        """;

    [Fact]
    public async Task Client_with_cookies_stays_with_its_endpoint()
    {
        using var primary = new SocketsHttpHandler { UseCookies = true };
        await using var mesh = await FleetMesh.StartAsync(5, primary: primary, rules: Rules);
        var first = await mesh.EchoAsync();
        for (var call = 0; call < 20; call++)
        {
            var next = await mesh.EchoAsync();
            Assert.Equal(first.Server, next.Server);
            Assert.Matches("^user=\"[0-9a-f]{16}\"$", next.Headers["Cookie"]);
        }

        Assert.False(first.Headers.ContainsKey("Cookie"));
        var cookie = Assert.Single(primary.CookieContainer.GetCookies(new Uri("http://shop/")).Cast<Cookie>());
        Assert.Equal(("/", true), (cookie.Path, cookie.HttpOnly));
        Assert.InRange(cookie.Expires, DateTime.Now.AddSeconds(1), DateTime.Now.AddSeconds(61));
    }

    [Fact]
    public async Task Client_without_cookies_is_handed_one_each_time()
    {
        using var primary = new SocketsHttpHandler { UseCookies = false };
        await using var mesh = await FleetMesh.StartAsync(3, primary: primary, rules: Rules);
        var values = new HashSet<string>();
        for (var call = 0; call < 10; call++)
        {
            using var response = await mesh.Client.GetAsync("http://shop/", TestContext.Current.CancellationToken);
            values.Add(Assert.Single(response.Headers.GetValues("Set-Cookie")));
        }

        Assert.Equal(10, values.Count);
    }
}
