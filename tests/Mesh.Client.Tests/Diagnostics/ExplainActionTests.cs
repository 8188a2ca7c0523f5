using Mesh.Client.Diagnostics;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Diagnostics;

/// <summary>What rules do besides choosing a destination.</summary>
public sealed class ExplainActionTests
{
    [Fact]
    public async Task Redirect_of_a_rule_is_the_answer_and_says_where_it_leads()
    {
        using var mesh = Rule(""" "match": [ { "uri": { "prefix": "/old" } } ], "redirect": { "prefixRewrite": "/new", "redirectCode": 308 } """);
        using var response = await mesh.GetAsync("http://reviews:9080/old/x");
        var explained = Explain(mesh, "http://reviews:9080/old/x");

        Assert.Equal(new(308, MeshResponseFlags.None, $"redirect to {response.Headers.Location!.OriginalString}"), explained.Answer);
        Assert.Empty(explained.Destinations);
        Assert.Contains("=> the mesh answers 308: redirect to http://reviews:9080/new/x", explained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Direct_response_of_a_rule_is_the_answer()
    {
        using var mesh = Rule(""" "directResponse": { "status": 200, "body": { "string": "ok" } }, "headers": { "response": { "set": { "a": "b" } } } """);
        var explained = Explain(mesh);

        Assert.Equal(new(200, MeshResponseFlags.None, "direct response, 2 bytes"), explained.Answer);
        Assert.Equal("headers.response.set a", Assert.Single(explained.Settings).ToString());
    }

    [Fact]
    public void Changes_of_messages_stand_with_the_destination_in_their_order()
    {
        using var mesh = Rule("""
            "rewrite": { "uri": "/new", "authority": "other" },
            "headers": { "request": { "add": { "b": "1" }, "remove": [ "a" ] } },
            "route": [ { "destination": { "host": "reviews" }, "headers": { "response": { "set": { "c": "2" } } } } ]
            """);

        Assert.Equal(
            ["rewrite.uri /new", "rewrite.authority other", "headers.request.remove a", "headers.request.add b", "headers.response.set c"],
            Assert.Single(Explain(mesh).Destinations).Changes.Select(change => change.ToString()));
    }

    [Fact]
    public void Values_of_changed_headers_are_not_shown()
    {
        using var mesh = Rule(""" "headers": { "request": { "set": { "authorization": "secret" } } }, "route": [ { "destination": { "host": "reviews" } } ] """);

        Assert.DoesNotContain("secret", Explain(mesh).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mirrors_are_settings_of_the_call()
    {
        using var mesh = Rule(""" "route": [ { "destination": { "host": "reviews" } } ], "mirror": { "host": "other" }, "mirrorPercentage": { "value": 0.5 } """);

        Assert.Contains("mirror other.default.svc.cluster.local, 0.5 %", Explain(mesh).Settings.Select(setting => setting.ToString()));
    }

    [Fact]
    public void Tls_that_the_mesh_adds_is_a_setting_of_the_cluster()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints.Replace("\"host\": \"reviews\", \"subsets\"", "\"host\": \"reviews\", \"trafficPolicy\": { \"tls\": { \"mode\": \"SIMPLE\", \"sni\": \"a.example\" } }, \"subsets\"", StringComparison.Ordinal)}}
            """);
        var settings = Assert.Single(Explain(mesh).Destinations).Cluster!.Settings.Select(setting => setting.ToString());

        Assert.Contains("tls.mode SIMPLE (DestinationRule default/reviews)", settings);
        Assert.Contains("tls.sni a.example", settings);
    }

    [Fact]
    public void Rules_of_a_delegate_are_explained_in_their_place()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints}}, "VirtualServices": {
              "reviews": { "hosts": [ "reviews" ], "http": [ { "match": [ { "uri": { "prefix": "/a" } } ], "delegate": { "name": "leaf", "namespace": "team" } } ] },
              "team/leaf": { "http": [
                { "match": [ { "uri": { "prefix": "/a/b" } } ], "route": [ { "destination": { "host": "reviews.default.svc.cluster.local", "subset": "v1" } } ] },
                { "route": [ { "destination": { "host": "reviews.default.svc.cluster.local", "subset": "v2" } } ] } ] } }
            """);
        var explained = Explain(mesh, "http://reviews:9080/a/c");

        Assert.Equal("default/reviews http[0] team/leaf http[1]", explained.Rule);
        Assert.Equal([MeshRuleOutcome.NotTaken, MeshRuleOutcome.Taken], explained.Rules.Select(rule => rule.Outcome));
        Assert.Equal("uri", explained.Rules[0].Matches[0].Field);
    }

    private static MeshExplanation Explain(MeshFixture mesh, string uri = "http://reviews:9080/") => mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, uri));

    private static MeshFixture Rule(string rule)
        => new($$"""{{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} } ] } }""");
}
