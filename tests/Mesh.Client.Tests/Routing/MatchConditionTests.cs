using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Model;

namespace Mesh.Client.Tests.Routing;

/// <summary>Conditions on what is not there, on the query, and on who calls.</summary>
public sealed class MatchConditionTests
{
    /// <summary>The truth table of Istio's own integration tests.</summary>
    [Theory]
    [InlineData("exact", "jason", null, true)]
    [InlineData("exact", "jason", "", true)]
    [InlineData("exact", "jason", "jason", false)]
    [InlineData("exact", "jason", "other", true)]
    [InlineData("regex", "*", null, true)]
    [InlineData("regex", "*", "", false)]
    [InlineData("regex", "*", "jason", false)]
    [InlineData("regex", "*", "other", false)]
    [InlineData("regex", ".*", null, false)]
    [InlineData("regex", ".*", "", false)]
    [InlineData("regex", ".*", "jason", false)]
    [InlineData("prefix", "ja", null, true)]
    [InlineData("prefix", "ja", "jason", false)]
    [InlineData("exact", "", null, false)]
    public void Gotcha_06_without_headers_takes_a_missing_header_for_an_empty_one(string form, string value, string? header, bool expected)
    {
        var request = Get("http://reviews/");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("End-User", header);
        }

        Assert.Equal(expected, Holds($"withoutHeaders: {{ end-user: {{ {form}: \"{value}\" }} }}", request));
    }

    [Fact]
    public void Without_headers_must_all_not_hold()
    {
        var request = Get("http://reviews/");
        request.Headers.Add("b", "1");

        Assert.False(Holds("withoutHeaders: { a: {}, b: {} }", request));
        Assert.True(Holds("withoutHeaders: { a: {}, c: {} }", request));
    }

    [Theory]
    [InlineData("\":method\": { exact: GET }", false)]
    [InlineData("\":method\": { exact: POST }", true)]
    [InlineData("\":path\": { prefix: \"/a?\" }", false)]
    [InlineData("\":scheme\": {}", false)]
    [InlineData("host: { exact: other }", true)]
    public void Without_headers_knows_the_parts_of_the_request(string condition, bool expected)
        => Assert.Equal(expected, Holds($"withoutHeaders: {{ {condition} }}", Get("http://reviews/a?b")));

    [Theory]
    [InlineData("exact: \"1\"", "?a=1", true)]
    [InlineData("exact: \"1\"", "?b=2&a=1", true)]
    [InlineData("exact: \"1\"", "?a=2&a=1", false)]
    [InlineData("exact: \"1\"", "?A=1", false)]
    [InlineData("exact: \"1\"", "?aa=1", false)]
    [InlineData("exact: \"1\"", "?x=a=1", false)]
    [InlineData("exact: \"1\"", "?a=1=", false)]
    [InlineData("exact: \"1\"", "", false)]
    [InlineData("exact: \"1\"", "?", false)]
    [InlineData("exact: \"1\"", "?&&a=1&", true)]
    [InlineData("exact: \"\"", "?a", true)]
    [InlineData("exact: \"\"", "?a=", true)]
    [InlineData("exact: \"\"", "?b", false)]
    [InlineData("exact: \"b%20c\"", "?a=b%20c", true)]
    [InlineData("exact: \"b c\"", "?a=b%20c", false)]
    [InlineData("prefix: \"b\"", "?a=bc", true)]
    [InlineData("regex: \"[0-9]+\"", "?a=12", true)]
    [InlineData("regex: \"[0-9]+\"", "?a=12x", false)]
    [InlineData("regex: \"*\"", "?a", true)]
    [InlineData("", "?a=", true)]
    [InlineData("", "?b=a", false)]
    public void Query_parameters_compare_their_first_value(string condition, string query, bool expected)
        => Assert.Equal(expected, Holds($"queryParams: {{ a: {{ {condition} }} }}", Get("http://reviews/x" + query)));

    [Fact]
    public void Query_parameters_must_all_hold()
    {
        Assert.True(Holds("queryParams: { a: { exact: x }, b: {} }", Get("http://reviews/?b&a=x")));
        Assert.False(Holds("queryParams: { a: { exact: x }, b: {} }", Get("http://reviews/?a=x")));
    }

    [Theory]
    [InlineData("sourceLabels: { app: productpage }", true)]
    [InlineData("sourceLabels: { app: productpage, version: v1 }", true)]
    [InlineData("sourceLabels: { app: productpage, version: v2 }", false)]
    [InlineData("sourceLabels: { tier: front }", false)]
    [InlineData("sourceNamespace: default", true)]
    [InlineData("sourceNamespace: prod", false)]
    [InlineData("sourceLabels: { app: productpage }, sourceNamespace: prod", false)]
    public void Source_conditions_are_about_the_calling_workload(string condition, bool expected)
        => Assert.Equal(expected, Holds(condition, Get("http://reviews/")));

    [Theory]
    [InlineData("gateways: [ mesh ], sourceLabels: { app: other }, sourceNamespace: prod", true)]
    [InlineData("gateways: [ edge ], sourceLabels: { app: productpage }", false)]
    public void Gotcha_07_gateways_of_a_match_leave_the_source_unasked(string condition, bool expected)
        => Assert.Equal(expected, Holds(condition, Get("http://reviews/")));

    [Fact]
    public void Rule_for_other_callers_alone_leaves_the_host_to_its_defaults()
        => Assert.Null(Compile("sourceNamespace: prod", closes: false).Hosts["reviews"].VirtualService);

    [Fact]
    public void Both_a_field_and_the_pseudo_header_of_its_meaning_must_hold()
    {
        Assert.True(Holds("method: { prefix: G }, headers: { \":method\": { exact: GET } }", Get("http://reviews/")));
        Assert.False(Holds("method: { prefix: P }, headers: { \":method\": { exact: GET } }", Get("http://reviews/")));
    }

    private static HttpRequestMessage Get(string uri) => new(HttpMethod.Get, uri);

    /// <summary>Whether a rule with one match takes the call of a workload with two labels.</summary>
    private static bool Holds(string match, HttpRequestMessage request)
    {
        var host = Compile(match).Hosts["reviews"];
        var rule = RouteSelector.Select(new(host, request.RequestUri!.Port), request, MeshRandom.Seeded(1)).Rule!;
        return rule.Name == "default/reviews http[0]";
    }

    private static MeshSnapshot Compile(string match, bool closes = true)
    {
        var document = Configuration.Loading.Route(
            $"- match: [ {{ {match} }} ]\n  route: [ {{ destination: {{ host: reviews }} }} ]\n" + (closes ? "- route: [ { destination: { host: other } } ]\n" : ""));
        Configuration.Loading.NotRefused(document);
        return SnapshotCompiler.Compile(
            ConfigurationMerger.Merge([document]).Configuration with
            {
                Services = [Given.Service("reviews")],
                Workload = new() { Labels = new Dictionary<string, string> { ["app"] = "productpage", ["version"] = "v1" } },
            },
            1);
    }
}
