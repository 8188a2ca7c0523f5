using Mesh.Client.Diagnostics;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Diagnostics;

/// <summary>Which condition failed, word for word.</summary>
public sealed class ExplainMatchTests
{
    [Theory]
    [InlineData("""{ "uri": { "exact": "/x" } }""", "uri exact \"/x\": the request has \"/a%20b\"")]
    [InlineData("""{ "uri": { "prefix": "/X" }, "ignoreUriCase": true }""", "uri prefix \"/X\" in any case: the request has \"/a%20b\"")]
    [InlineData("""{ "uri": { "regex": "/x.*" } }""", "uri regex \"/x.*\": the request has \"/a%20b\"")]
    [InlineData("""{ "scheme": { "exact": "https" } }""", "scheme exact \"https\": the request has \"http\"")]
    [InlineData("""{ "method": { "exact": "get" } }""", "method exact \"get\": the request has \"GET\"")]
    [InlineData("""{ "authority": { "prefix": "x" } }""", "authority prefix \"x\": the request has \"reviews:9080\"")]
    [InlineData("""{ "port": 80 }""", "port 80: the call is to port 9080")]
    [InlineData("""{ "headers": { "end-user": { "exact": "jason" } } }""", "headers[end-user] exact \"jason\": the request has \"bob\"")]
    [InlineData("""{ "headers": { "x-none": {} } }""", "headers[x-none] present: the request has none")]
    [InlineData("""{ "headers": { "content-type": { "exact": "text/html" } } }""", "headers[content-type] exact \"text/html\": the request has \"text/plain; charset=utf-8\"")]
    [InlineData("""{ "headers": { ":path": { "exact": "/x" } } }""", "headers[:path] exact \"/x\": the request has \"/a%20b?q=1\"")]
    [InlineData("""{ "headers": { "authorization": { "exact": "x" } } }""", "headers[authorization] exact \"x\": the request has a value that is not shown")]
    [InlineData("""{ "withoutHeaders": { "end-user": {} } }""", "withoutHeaders[end-user] not present: the request has \"bob\"")]
    [InlineData("""{ "withoutHeaders": { "x-none": { "exact": "" } } }""", "withoutHeaders[x-none] not exact \"\": the request has none, which counts as empty")]
    [InlineData("""{ "queryParams": { "q": { "exact": "2" } } }""", "queryParams[q] exact \"2\": the request has \"1\"")]
    [InlineData("""{ "queryParams": { "Q": {} } }""", "queryParams[Q] present: the request has none")]
    [InlineData("""{ "sourceLabels": { "app": "tester" } }""", "sourceLabels[app] is for callers with app=tester: this workload has app=productpage")]
    [InlineData("""{ "sourceLabels": { "team": "a" } }""", "sourceLabels[team] is for callers with team=a: this workload has no such label")]
    [InlineData("""{ "sourceNamespace": "prod" }""", "sourceNamespace is for callers in namespace prod: this workload is in default")]
    [InlineData("""{ "gateways": [ "edge" ], "sourceNamespace": "prod" }""", "gateways is for edge: this is a client, gateway mesh")]
    [InlineData("""{ "port": 9080, "uri": { "prefix": "/a" }, "headers": { "end-user": {}, "x-none": {} } }""", "headers[x-none] present: the request has none")]
    public void Match_that_does_not_hold_names_the_first_condition_that_failed(string match, string expected)
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + $$"""
            , "Workload": { "Labels": { "app": "productpage" } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [
              { "match": [ {{match}} ], "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ] },
              { "route": [ { "destination": { "host": "reviews", "subset": "v2" } } ] } ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/a%20b?q=1") { Content = new StringContent("") };
        request.Headers.Add("end-user", "bob");
        request.Headers.Add("authorization", "secret");

        var explained = mesh.Mesh.Explain(request);

        Assert.Equal(["http[0].match[0]: " + expected], explained.Rules[0].Matches.Select(one => one.ToString()));
        Assert.Equal(["NotTaken", "Taken"], explained.Rules.Select(rule => rule.Outcome.ToString()));
    }

    [Fact]
    public void Value_of_the_request_cannot_pass_for_a_line_of_the_explanation()
    {
        Assert.Equal("\"a\\u000ab\"", Wording.Quote("a\nb"));
        Assert.Equal(200 + "\"...\"".Length, Wording.Quote(new string('a', 1_000)).Length);
    }
}
