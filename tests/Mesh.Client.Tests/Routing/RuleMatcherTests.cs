using System.Net.Http.Headers;
using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

/// <summary>Which calls a rule takes.</summary>
public sealed class RuleMatcherTests
{
    [Fact]
    public void Select_takes_the_first_rule_that_matches()
    {
        var request = Get("http://reviews/");
        request.Headers.Add("End-User", "jason");
        var jason = Given.Match(headers: ("end-user", Given.Exact("jason")));

        Assert.Equal(0, RuleFor(request, [jason], [], [jason]));
        Assert.Equal(1, RuleFor(Get("http://reviews/"), [jason], [], [jason]));
    }

    [Fact]
    public void Conditions_of_a_match_are_and_and_matches_are_or()
    {
        HttpMatchConfiguration[] matches =
            [Given.Match(Given.Exact("/a"), Given.Exact("GET")), Given.Match(Given.Exact("/b"), Given.Exact("POST"))];

        Assert.Equal(0, RuleFor(Get("http://reviews/a"), matches));
        Assert.Null(RuleFor(Get("http://reviews/b"), matches));
        Assert.Equal(0, RuleFor(new(HttpMethod.Post, "http://reviews/b"), matches));
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/x")]
    [InlineData("/v2example")]
    public void Gotcha_03_prefix_is_textual(string path)
        => Assert.Equal(0, RuleFor(Get($"http://reviews{path}"), [Given.Match(Given.Prefix("/v2"))]));

    [Fact]
    public void Gotcha_04_path_conditions_never_see_the_query()
    {
        Assert.Equal(0, RuleFor(Get("http://reviews/a?b=c#d"), [Given.Match(Given.Exact("/a"))]));
        Assert.Equal(0, RuleFor(Get("http://reviews?b=c"), [Given.Match(Given.Exact("/"))]));

        Assert.NotNull(SelectByUri("/a+", "http://reviews/aaa?x").Cluster);
        Assert.Null(SelectByUri("/a+", "http://reviews/aab").Cluster);
    }

    [Fact]
    public void Pattern_that_could_not_be_compiled_never_holds() => Assert.Null(SelectByUri("(", "http://reviews/a").Cluster);

    [Fact]
    public void Path_is_compared_as_it_goes_on_the_wire()
    {
        Assert.Equal(0, RuleFor(Get("http://reviews/a b/ü"), [Given.Match(Given.Exact("/a%20b/%C3%BC"))]));
        Assert.Equal(0, RuleFor(Get("http://reviews/a%2fb"), [Given.Match(Given.Exact("/a%2fb"))]));
    }

    [Fact]
    public void Path_compares_case_unless_told_otherwise()
    {
        Assert.Null(RuleFor(Get("http://reviews/A"), [Given.Match(Given.Exact("/a"))]));
        Assert.Equal(0, RuleFor(Get("http://reviews/A"), [Given.Match(Given.Exact("/a"), ignoreUriCase: true)]));
        Assert.Equal(0, RuleFor(Get("http://reviews/ABC"), [Given.Match(Given.Prefix("/ab"), ignoreUriCase: true)]));
    }

    [Fact]
    public void Gotcha_05_presence_asks_for_the_header_whatever_its_value()
    {
        HttpMatchConfiguration[] present = [Given.Match(headers: ("x-test", Given.Present()))];
        var empty = Get("http://reviews/");
        empty.Headers.TryAddWithoutValidation("X-Test", "");

        Assert.Equal(0, RuleFor(empty, present));
        Assert.Null(RuleFor(Get("http://reviews/"), present));
    }

    [Fact]
    public void Absent_header_matches_no_value()
    {
        Assert.Null(RuleFor(Get("http://reviews/"), [Given.Match(headers: ("x-test", Given.Exact("")))]));
        Assert.Null(RuleFor(Get("http://reviews/"), [Given.Match(headers: ("x-test", Given.Prefix("")))]));
    }

    [Fact]
    public void Repeated_header_is_joined_by_commas()
    {
        var request = Get("http://reviews/");
        request.Headers.Add("x-test", ["a", "b"]);

        Assert.Equal(0, RuleFor(request, [Given.Match(headers: ("x-test", Given.Exact("a,b")))]));
    }

    [Fact]
    public void Headers_of_the_content_count()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "http://reviews/") { Content = new StringContent("{}") };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        Assert.Equal(0, RuleFor(request, [Given.Match(headers: ("content-type", Given.Prefix("application/grpc")))]));
    }

    [Fact]
    public void Method_compares_case()
    {
        HttpMatchConfiguration[] get = [Given.Match(method: Given.Exact("GET"))];

        Assert.Equal(0, RuleFor(Get("http://reviews/"), get));
        Assert.Null(RuleFor(new(new HttpMethod("get"), "http://reviews/"), get));
    }

    [Theory]
    [InlineData("https://reviews/", "https")]
    [InlineData("http://reviews/", "http")]
    [InlineData("https+http://reviews/", "https")]
    public void Scheme_is_that_of_the_call(string uri, string scheme)
    {
        Assert.Equal(0, RuleFor(Get(uri), [Given.Match(scheme: Given.Exact(scheme))]));
        Assert.Null(RuleFor(Get(uri), [Given.Match(scheme: Given.Exact("ftp"))]));
    }

    [Theory]
    [InlineData("http://reviews/", null, "reviews")]
    [InlineData("http://reviews:80/", null, "reviews")]
    [InlineData("https://reviews:443/", null, "reviews")]
    [InlineData("http://reviews:9080/", null, "reviews:9080")]
    [InlineData("https+http://reviews/", null, "reviews")]
    [InlineData("http://reviews:9080/", "Other:1", "Other:1")]
    [InlineData("http://[::1]:81/", null, "[::1]:81")]
    [InlineData("http://[::1]/", null, "[::1]")]
    public void Authority_is_what_the_Host_header_will_say(string uri, string? header, string expected)
    {
        var request = Get(uri);
        request.Headers.Host = header;

        Assert.Equal(0, RuleFor(request, [Given.Match(authority: Given.Exact(expected))]));
        Assert.Equal(0, RuleFor(request, [Given.Match(headers: (":authority", Given.Exact(expected)))]));
        Assert.Equal(0, RuleFor(request, [Given.Match(headers: ("host", Given.Exact(expected)))]));
        Assert.Null(RuleFor(request, [Given.Match(authority: Given.Exact(expected + "x"))]));
    }

    [Fact]
    public void Pseudo_headers_name_parts_of_the_request()
    {
        var request = Get("http://reviews/a?b=c");

        Assert.Equal(0, RuleFor(request, [Given.Match(headers: (":path", Given.Exact("/a?b=c")))]));
        Assert.Equal(0, RuleFor(request, [Given.Match(headers: (":method", Given.Exact("GET")))]));
        Assert.Equal(0, RuleFor(request, [Given.Match(headers: (":scheme", Given.Exact("http")))]));
        Assert.Equal(0, RuleFor(request, [Given.Match(headers: (":authority", Given.Present()))]));
        Assert.Null(RuleFor(request, [Given.Match(headers: (":unknown", Given.Present()))]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(100)]
    public void Rules_beyond_what_is_indexed_are_found_all_the_same(int rules)
    {
        var lines = Enumerable.Range(0, rules)
            .SelectMany(i => new HttpMatchConfiguration[][]
            {
                [Given.Match(headers: ($"x-{i}", Given.Exact("on")))],
                [Given.Match(Given.Prefix("/" + new string('a', i + 1) + "b"))],
            })
            .ToArray();
        for (var i = 0; i < rules; i++)
        {
            var request = Get("http://reviews/");
            request.Headers.Add($"X-{i}", "on");

            Assert.Equal(2 * i, RuleFor(request, lines));
            Assert.Equal((2 * i) + 1, RuleFor(Get($"http://reviews/{new string('a', i + 1)}bc"), lines));
        }

        Assert.Null(RuleFor(Get("http://reviews/aaa"), lines));
    }

    private static HttpRequestMessage Get(string uri) => new(HttpMethod.Get, uri);

    /// <summary>The number of the rule that takes a call, whatever host it names; null for none.</summary>
    private static int? RuleFor(HttpRequestMessage request, params HttpMatchConfiguration[][] rules)
    {
        var virtualService = Given.VirtualService("reviews", ["reviews"], [.. rules.Select(match => Given.Route(match, Given.To("reviews")))]);
        var host = Given.Snapshot([], [virtualService]).Hosts["reviews"];
        var rule = RouteSelector.Select(new(host, request.RequestUri!.Port), request, MeshRandom.Seeded(1)).Rule;
        return rule is null ? null : host.VirtualService!.Rules.TakeWhile(other => other != rule).Count();
    }

    private static RouteDecision SelectByUri(string pattern, string uri)
    {
        var host = Given.Snapshot([Given.Service("reviews", 80)]).Hosts["reviews"];
        var rule = new RouteRuleModel
        {
            Name = "rule",
            Matches = [new() { Uri = new() { Kind = StringMatchKind.Regex, Value = pattern, Pattern = new(pattern) } }],
            Destinations = [new() { Weight = 0, Clusters = host.DefaultClusters }],
            TotalWeight = 0,
            Retries = RetryPolicyModel.Default,
        };
        var ruled = new HostModel
        {
            Name = "reviews",
            VirtualService = new() { Resource = "VirtualService default/reviews", Rules = [rule] },
            ReceivesContext = true,
        };
        return RouteSelector.Select(new(ruled, 80), Get(uri), MeshRandom.Seeded(1));
    }
}
