using System.Globalization;
using System.Text.RegularExpressions;
using Mesh.Client.Configuration;
using Mesh.Client.LoadBalancing;
using Mesh.Client.Pipeline;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Calls that have something in common go to one endpoint.</summary>
public sealed partial class ConsistentHashTests
{
    private static readonly string[] Users = [.. Enumerable.Range(0, 40).Select(user => string.Create(CultureInfo.InvariantCulture, $"user-{user}"))];

    [Fact]
    public async Task Calls_with_one_header_value_go_to_the_endpoint_of_its_hash()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"");
        foreach (var user in Users)
        {
            var expected = await EndpointAsync(mesh, headers: ("x-user", user));
            Assert.Equal(expected, await EndpointAsync(mesh, headers: ("X-User", user)));
            Assert.Equal(Owner(HashValue.Of(user)), expected);
        }
    }

    [Fact]
    public async Task Several_header_values_count_in_any_order()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"");
        foreach (var user in Users)
        {
            var one = await EndpointAsync(mesh, headers: [("x-user", user), ("x-user", "b")]);
            Assert.Equal(one, await EndpointAsync(mesh, headers: [("x-user", "b"), ("x-user", user)]));
            Assert.Equal(Owner(HashValue.Of([user, "b"])), one);
        }
    }

    [Theory]
    [InlineData(":path", "/cart?user=a", "/cart?user=a")]
    [InlineData(":method", "/", "GET")]
    [InlineData(":scheme", "/", "http")]
    [InlineData(":authority", "/", "cart:8080")]
    public async Task Parts_of_the_request_are_hashed_like_headers(string name, string path, string value)
    {
        using var mesh = Hashing($"\"httpHeaderName\": \"{name}\"");
        Assert.Equal(Owner(HashValue.Of(value)), await EndpointAsync(mesh, path));
    }

    [Fact]
    public async Task Header_of_the_body_is_hashed_too()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"Content-Type\"");
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://cart:8080/") { Content = new StringContent("a", null, "text/a") };
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(Owner(HashValue.Of("text/a; charset=utf-8")), Assert.Single(mesh.Transport.Requests).Authority);
    }

    [Fact]
    public async Task Header_that_the_rule_sets_is_hashed_as_the_server_gets_it()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"", """
            , "VirtualServices": { "cart": { "hosts": [ "cart" ], "http": [ {
              "headers": { "request": { "set": { "x-user": "user-7" } } }, "route": [ { "destination": { "host": "cart" } } ] } ] } }
            """);
        Assert.Equal(Owner(HashValue.Of("user-7")), await EndpointAsync(mesh, headers: ("x-user", "user-1")));
    }

    [Fact]
    public async Task Header_of_the_incoming_request_that_goes_on_is_hashed()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"");
        using var scope = IncomingContext.Begin(new IncomingContext { Headers = [new("x-user", "user-9")] }, this);
        Assert.Equal(Owner(HashValue.Of("user-9")), await EndpointAsync(mesh));
    }

    [Theory]
    [InlineData("/?user=a", "a")]
    [InlineData("/?other=b&user=a&user=c", "a")]
    [InlineData("/?user=a%20b", "a%20b")]
    [InlineData("/?user", "")]
    [InlineData("/?user=", "")]
    public async Task First_value_of_the_query_parameter_is_hashed_as_it_stands(string path, string value)
    {
        using var mesh = Hashing("\"httpQueryParameterName\": \"user\"");
        Assert.Equal(Owner(HashValue.Of(value)), await EndpointAsync(mesh, path));
    }

    [Theory]
    [InlineData("user=a")]
    [InlineData("other=b; user=a; user=c")]
    [InlineData("xuser=b;user=\"a\"")]
    [InlineData("user; user=; user=a", "")]
    public async Task First_cookie_of_the_name_is_hashed_without_quotes(string header, string? none = null)
    {
        using var mesh = Hashing("\"httpCookie\": { \"name\": \"user\" }");
        var counts = new HashSet<string>();
        for (var call = 0; call < 30; call++)
        {
            counts.Add(await EndpointAsync(mesh, headers: ("Cookie", header)));
        }

        if (none is null)
        {
            Assert.Equal([Owner(HashValue.Of("a"))], counts);
        }
        else
        {
            // The first one of that name is empty, which is none.
            Assert.Equal(3, counts.Count);
        }
    }

    [Theory]
    [InlineData("\"httpHeaderName\": \"x-user\"")]
    [InlineData("\"httpCookie\": { \"name\": \"user\" }")]
    [InlineData("\"httpQueryParameterName\": \"user\"")]
    [InlineData("\"useSourceIp\": true")]
    [InlineData("\"useSourceIp\": false")]
    public async Task Calls_that_have_nothing_of_the_key_go_anywhere(string key)
    {
        using var mesh = Hashing(key);
        for (var call = 0; call < 60; call++)
        {
            using var response = await mesh.GetAsync("http://cart:8080/");
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(3, mesh.Transport.Counts.Count);
    }

    [Fact]
    public async Task Address_of_the_sender_of_the_incoming_request_is_hashed_and_not_sent_on()
    {
        using var mesh = Hashing("\"useSourceIp\": true");
        for (var sender = 0; sender < 20; sender++)
        {
            var address = $"10.1.0.{sender}";
            using var scope = IncomingContext.Begin(new IncomingContext { RemoteAddress = address }, this);
            Assert.Equal(Owner(HashValue.Of(address)), await EndpointAsync(mesh));
            Assert.DoesNotContain(mesh.Transport.Requests[^1].Headers, header => header.Value.Contains(address, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Key_of_the_caller_goes_before_that_of_the_rule()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"");
        foreach (var user in Users)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart:8080/");
            request.Headers.Add("x-user", "another");
            request.SetMesh(new MeshCallOptions { HashKey = user });
            using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(Owner(HashValue.Of(user)), mesh.Transport.Requests[^1].Authority);
        }
    }

    [Fact]
    public async Task Key_of_the_caller_makes_no_cookie()
    {
        using var mesh = Hashing("\"httpCookie\": { \"name\": \"user\", \"ttl\": \"0s\" }");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart:8080/");
        request.SetMesh(new MeshCallOptions { HashKey = "" });
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Equal(Owner(HashValue.Of("")), mesh.Transport.Requests[^1].Authority);
    }

    [Fact]
    public async Task Key_of_the_caller_means_nothing_without_consistent_hashing()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        for (var call = 0; call < 30; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
            request.SetMesh(new MeshCallOptions { HashKey = "a" });
            using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, mesh.Transport.Counts.Count);
    }

    [Fact]
    public async Task Cookie_is_made_where_there_is_none_and_leads_to_the_same_endpoint()
    {
        using var mesh = Hashing("\"httpCookie\": { \"name\": \"user\", \"path\": \"/\", \"ttl\": \"60s\" }");
        var values = new HashSet<string>();
        for (var call = 0; call < 20; call++)
        {
            using var response = await mesh.GetAsync("http://cart:8080/");
            var first = mesh.Transport.Requests[^1];
            var made = SetCookie().Match(Assert.Single(response.Headers.GetValues("Set-Cookie")));
            Assert.True(made.Success);
            Assert.DoesNotContain("Cookie", first.Headers.Keys);
            Assert.True(values.Add(made.Groups["value"].Value));

            using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart:8080/");
            request.Headers.Add("Cookie", $"user=\"{made.Groups["value"].Value}\"");
            using var second = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.False(second.Headers.Contains("Set-Cookie"));
            Assert.Equal(first.Authority, mesh.Transport.Requests[^1].Authority);
        }
    }

    [Fact]
    public async Task Cookie_that_was_made_stands_beside_those_of_the_server()
    {
        using var mesh = Hashing("\"httpCookie\": { \"name\": \"user\", \"ttl\": \"0s\" }");
        for (var endpoint = 1; endpoint <= 3; endpoint++)
        {
            mesh.Transport[$"10.0.0.{endpoint}:80"].Always(TransportStep.Status(200, "", ("Set-Cookie", "server=1")));
        }

        using var response = await mesh.GetAsync("http://cart:8080/");

        Assert.Equal(2, response.Headers.GetValues("Set-Cookie").Count());
    }

    [Fact]
    public async Task Answer_of_the_mesh_itself_sets_no_cookie()
    {
        using var mesh = Hashing("\"httpCookie\": { \"name\": \"user\", \"ttl\": \"0s\" }", """
            , "VirtualServices": { "cart": { "hosts": [ "cart" ], "http": [ {
              "fault": { "abort": { "httpStatus": 500, "percentage": { "value": 100 } } }, "route": [ { "destination": { "host": "cart" } } ] } ] } }
            """);
        using var response = await mesh.GetAsync("http://cart:8080/");

        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Cookie_of_the_incoming_request_counts_where_the_call_has_none_and_is_not_sent_on()
    {
        using var mesh = Hashing("\"httpCookie\": { \"name\": \"user\", \"ttl\": \"0s\" }");
        foreach (var user in Users)
        {
            using var scope = IncomingContext.Begin(new IncomingContext { Cookies = $"a=b; user={user}" }, this);
            using var response = await mesh.GetAsync("http://cart:8080/");
            Assert.Equal(Owner(HashValue.Of(user)), mesh.Transport.Requests[^1].Authority);
            Assert.DoesNotContain("Cookie", mesh.Transport.Requests[^1].Headers.Keys);
            Assert.False(response.Headers.Contains("Set-Cookie"));

            Assert.Equal(Owner(HashValue.Of("own")), await EndpointAsync(mesh, headers: ("Cookie", "user=own")));
        }
    }

    [Fact]
    public async Task Retry_goes_to_the_next_endpoint_of_the_hash_and_the_next_call_after_it()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"");
        var owner = await EndpointAsync(mesh, headers: ("x-user", "user-1"));
        mesh.Transport[owner].Always(TransportStep.ConnectFailure());

        async Task<string> CallAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart:8080/");
            request.Headers.Add("x-user", "user-1");
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
            Assert.True(response.IsSuccessStatusCode);
            return mesh.Transport.Requests[^1].Authority;
        }

        var next = await CallAsync();
        Assert.NotEqual(owner, next);
        Assert.Equal(next, await CallAsync());
    }

    [Fact]
    public async Task Maglev_is_followed_too()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\", \"maglev\": { \"tableSize\": 101 }");
        var table = new MaglevTable(LoadBalancing.Hashing.Hosts.Group([.. Enumerable.Range(1, 3).Select(host => LoadBalancing.Hashing.Hosts.Of($"10.0.0.{host}:80"))]), 0, 101);
        foreach (var user in Users)
        {
            Assert.Equal(table.Endpoints[table.Find(HashValue.Of(user), 0)].Endpoint.Address, await EndpointAsync(mesh, headers: ("x-user", user)));
        }
    }

    [Fact]
    public async Task Endpoints_of_a_reload_get_their_calls_after_the_pause()
    {
        using var mesh = Hashing("\"httpHeaderName\": \"x-user\"");
        await EndpointAsync(mesh, headers: ("x-user", "a"));
        mesh.Source.PushJson($$"""{ {{Rules("\"httpHeaderName\": \"x-user\"", 6)}} }""");
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(6, mesh.Mesh.GetClusters()[0].Endpoints.Count);

        foreach (var user in Users)
        {
            Assert.Equal(Owner(HashValue.Of(user), 6), await EndpointAsync(mesh, headers: ("x-user", user)));
        }
    }

    [Fact]
    public void Rules_say_what_of_incoming_requests_is_kept()
    {
        using var address = Hashing("\"useSourceIp\": true");
        using var cookie = Hashing("\"httpCookie\": { \"name\": \"user\" }");
        using var header = Hashing("\"httpHeaderName\": \"x-user\"");

        Assert.Equal(
            [IncomingParts.RemoteAddress, IncomingParts.Cookies, IncomingParts.None],
            new[] { address, cookie, header }.Select(mesh => ((IMeshConfigurationAccessor)mesh.Mesh).HashedParts));
    }

    [Theory]
    [InlineData(nameof(HashKeyKind.Header), "x-user")]
    [InlineData(nameof(HashKeyKind.Header), ":path")]
    [InlineData(nameof(HashKeyKind.Header), ":authority")]
    [InlineData(nameof(HashKeyKind.Cookie), "user")]
    [InlineData(nameof(HashKeyKind.QueryParameter), "user")]
    public void Hash_of_a_usual_request_allocates_nothing(string kind, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart:8080/a?b=c&user=jason");
        request.Headers.Add("x-user", "jason");
        request.Headers.Add("Cookie", "a=b; user=jason");
        var hashing = new ConsistentHashConfiguration { Key = Enum.Parse<HashKeyKind>(kind), Name = name };
        Assert.NotNull(CallHash.Of(hashing, request, null));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 100; call++)
        {
            CallHash.Of(hashing, request, null);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static MeshFixture Hashing(string fields, string more = "") => new(Rules(fields, 3) + more);

    private static string Rules(string fields, int endpoints)
    {
        var addresses = string.Join(", ", Enumerable.Range(1, endpoints).Select(endpoint => $$"""{ "Address": "10.0.0.{{endpoint}}" }"""));
        return $$"""
            "Services": { "cart": { "Ports": [ { "Number": 8080, "TargetPort": 80 } ], "Endpoints": [ {{addresses}} ] } },
            "DestinationRules": { "cart": { "host": "cart", "trafficPolicy": { "loadBalancer": { "consistentHash": { {{fields}} } } } } }
            """;
    }

    private static string Owner(ulong hash, int endpoints = 3)
    {
        var table = new RingTable(LoadBalancing.Hashing.Hosts.Group([.. Enumerable.Range(1, endpoints).Select(host => LoadBalancing.Hashing.Hosts.Of($"10.0.0.{host}:80"))]), 0, 1024);
        return table.Endpoints[table.Find(hash, 0)].Endpoint.Address;
    }

    private static async Task<string> EndpointAsync(MeshFixture mesh, string path = "/", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://cart:8080" + path));
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return mesh.Transport.Requests[^1].Authority;
    }

    [GeneratedRegex("^user=\"(?<value>[0-9a-f]{16})\"; Max-Age=60; Path=/; HttpOnly$", RegexOptions.CultureInvariant)]
    private static partial Regex SetCookie();
}
