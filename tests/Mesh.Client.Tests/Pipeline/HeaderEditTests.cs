using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Headers that rules set, add and remove.</summary>
public sealed class HeaderEditTests
{
    [Fact]
    public async Task Request_headers_are_set_added_and_removed()
    {
        using var mesh = Rule(""" "request": { "set": { "a": "new", "b": "set" }, "add": { "c": "more" }, "remove": [ "D" ] } """);
        using var request = Get(("A", "old"), ("c", "first"), ("d", "gone"));
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var sent = Assert.Single(mesh.Transport.Requests).Headers;
        Assert.Equal("new", sent["a"]);
        Assert.Equal("set", sent["b"]);
        Assert.Equal("first, more", sent["c"]);
        Assert.False(sent.ContainsKey("d"));
    }

    [Fact]
    public async Task Request_is_the_callers_again_after_the_call()
    {
        using var mesh = Rule(""" "request": { "set": { "a": "1", "b": "2", "content-type": "text/x" }, "add": { "a": "3" }, "remove": [ "d", "e" ] } """);
        using var request = Get(("a", "old"), ("d", "kept"));
        request.Content = new StringContent("x");
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("old", Assert.Single(request.Headers.GetValues("a")));
        Assert.Equal("kept", Assert.Single(request.Headers.GetValues("d")));
        Assert.Equal(2, request.Headers.Count());
        Assert.Equal("text/plain; charset=utf-8", request.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Gotcha_24_removal_comes_before_setting_and_adding()
    {
        using var mesh = Rule(""" "request": { "add": { "a": "added" }, "remove": [ "a" ] } """);
        using var response = await mesh.Client.SendAsync(Get(("a", "old")), TestContext.Current.CancellationToken);

        Assert.Equal("added", Assert.Single(mesh.Transport.Requests).Headers["a"]);
    }

    [Theory]
    [InlineData("Host")]
    [InlineData(":authority")]
    public async Task Gotcha_24_host_among_the_headers_is_a_rewrite_of_the_authority(string name)
    {
        using var mesh = Rule($$""" "request": { "set": { "{{name}}": "other.example" }, "add": { "host": "less" } } """);
        using var response = await mesh.GetAsync();

        Assert.Equal("other.example", Assert.Single(mesh.Transport.Requests).Host);
    }

    [Fact]
    public async Task Single_destination_has_the_last_word_over_the_rule()
    {
        using var mesh = Rules("""
            "headers": { "request": { "set": { "a": "rule" }, "add": { "b": "rule" } } },
            "route": [ { "destination": { "host": "reviews" }, "headers": { "request": { "set": { "a": "destination" }, "remove": [ "b" ] } } } ]
            """);
        using var response = await mesh.Client.SendAsync(Get(("b", "old")), TestContext.Current.CancellationToken);

        var sent = Assert.Single(mesh.Transport.Requests).Headers;
        Assert.Equal("destination", sent["a"]);
        Assert.Equal("rule", sent["b"]);
    }

    [Fact]
    public async Task Rule_has_the_last_word_over_one_of_several_destinations()
    {
        using var mesh = Rules("""
            "headers": { "request": { "set": { "a": "rule" }, "remove": [ "b" ] } },
            "route": [
              { "destination": { "host": "reviews" }, "weight": 1, "headers": { "request": { "set": { "a": "destination", "c": "chosen" }, "add": { "b": "destination" } } } },
              { "destination": { "host": "reviews" }, "weight": 1, "headers": { "request": { "set": { "a": "destination", "c": "chosen" }, "add": { "b": "destination" } } } } ]
            """);
        using var response = await mesh.GetAsync();

        var sent = Assert.Single(mesh.Transport.Requests).Headers;
        Assert.Equal("rule", sent["a"]);
        Assert.False(sent.ContainsKey("b"));
        Assert.Equal("chosen", sent["c"]);
    }

    [Theory]
    [InlineData("100%%", "100%")]
    [InlineData("%REQ(end-user)%", "jason")]
    [InlineData("<%REQ(End-User)%>", "<jason>")]
    [InlineData("%REQ(missing?end-user):3%", "jas")]
    [InlineData("%REQ(:path)% %REQ(:METHOD)%", "/x?y GET")]
    [InlineData("%REQ(:authority)%", "reviews:9080")]
    [InlineData("%REQ(missing)%", null)]
    [InlineData("", null)]
    public async Task Value_may_name_headers_of_the_request(string value, string? expected)
    {
        using var mesh = Rule($$""" "request": { "set": { "a": "{{value}}" } } """);
        using var request = Get(("end-user", "jason"));
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, Assert.Single(mesh.Transport.Requests).Headers.GetValueOrDefault("a"));
    }

    [Fact]
    public async Task Response_headers_are_set_added_and_removed()
    {
        using var mesh = Rule("""
            "request": { "set": { "asked": "1" } },
            "response": { "set": { "content-type": "text/x", "seen": "%REQ(asked)% %RESP(:status)% %RESP(server)%" }, "remove": [ "via" ] }
            """);
        foreach (var endpoint in (string[])["10.0.0.1:80", "10.0.0.2:80"])
        {
            mesh.Transport[endpoint].Always(TransportStep.Status(201, "", ("server", "kestrel"), ("via", "proxy")));
        }

        using var response = await mesh.GetAsync();

        Assert.Equal("1 201 kestrel", Assert.Single(response.Headers.GetValues("seen")));
        Assert.Equal("text/x", response.Content.Headers.ContentType!.ToString());
        Assert.False(response.Headers.Contains("via"));
    }

    [Fact]
    public async Task Response_headers_are_changed_on_answers_of_the_mesh_too()
    {
        using var mesh = Rules("""
            "headers": { "response": { "set": { "by": "rule" } } },
            "route": [ { "destination": { "host": "reviews", "subset": "v3" } } ]
            """);
        using var response = await mesh.GetAsync();

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Equal("rule", Assert.Single(response.Headers.GetValues("by")));
    }

    [Fact]
    public async Task Header_of_the_body_needs_one()
    {
        using var mesh = Rule(""" "request": { "set": { "content-language": "en" } } """);
        using var response = await mesh.GetAsync();

        Assert.False(Assert.Single(mesh.Transport.Requests).Headers.ContainsKey("content-language"));
    }

    private static HttpRequestMessage Get(params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/x?y");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private static MeshFixture Rule(string headers) => MeshFixture.WithRule($$""" "headers": { {{headers}} }, """);

    private static MeshFixture Rules(string rule)
        => new($$"""{{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} } ] } }""");
}
