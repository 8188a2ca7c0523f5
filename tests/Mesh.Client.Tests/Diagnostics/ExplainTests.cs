using System.Globalization;
using Mesh.Client.Diagnostics;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Client.Tests.Diagnostics;

public sealed class ExplainTests
{
    private const string Jason = MeshFixture.TwoEndpoints + """
        , "VirtualServices": {
          "reviews": { "hosts": [ "reviews" ], "http": [
            { "name": "testers", "match": [ { "headers": { "end-user": { "exact": "jason" } } } ], "timeout": "1m30s",
              "retries": { "attempts": 3, "perTryTimeout": "500ms", "retryOn": "5xx,429" },
              "fault": { "delay": { "fixedDelay": "7s", "percentage": { "value": 0.1 } } },
              "route": [ { "destination": { "host": "reviews", "subset": "v2" } } ] },
            { "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ] } ] },
          "reviews-edge": { "hosts": [ "reviews" ], "gateways": [ "edge" ], "http": [ { "route": [ { "destination": { "host": "reviews" } } ] } ] },
          "reviews-later": { "hosts": [ "reviews.default.svc.cluster.local" ], "http": [ { "route": [ { "destination": { "host": "reviews" } } ] } ] } },
        "Gateways": { "edge": { "servers": [ ] } }
        """;

    [Fact]
    public void Headers_captured_from_the_incoming_request_count_as_in_a_call()
    {
        using var mesh = new MeshFixture(Jason);
        using var scope = IncomingContext.Begin(new IncomingContext { Headers = [new("end-user", "jason")] }, this);

        Assert.Equal("default/reviews http[0] (testers)", Explain(mesh).Rule);
    }

    [Fact]
    public async Task Request_that_was_sent_is_explained_as_before()
    {
        using var mesh = new MeshFixture(Jason);
        using var scope = IncomingContext.Begin(new IncomingContext { Headers = [new("end-user", "jason")] }, this);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://reviews:9080/") { Content = new StringContent("body") };
        var before = mesh.Mesh.Explain(request);
        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
        request.Dispose();

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((before.Rule, before.Host), (result.Rule, result.Host));
        Assert.Equal(before.Rule, mesh.Mesh.Explain(request).Rule);
    }

    [Fact]
    public void Settings_of_the_rule_are_shown_in_the_words_of_istio()
    {
        using var mesh = new MeshFixture(Jason);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.Headers.Add("end-user", "jason");

        Assert.Equal(
            [
                "fault.delay.fixedDelay 7s", "fault.delay.percentage 0.1 %", "timeout 90s", "retries.attempts 3",
                "retries.retryOn retriable-status-codes,5xx,429", "retries.perTryTimeout 0.5s", "retries.backoff 0.025s (default)",
            ],
            mesh.Mesh.Explain(request).Settings.Select(setting => setting.ToString()));
    }

    [Fact]
    public void VirtualServices_that_name_the_host_in_vain_are_noted_with_the_reason()
    {
        using var mesh = new MeshFixture(Jason);

        Assert.Equal(
            [
                "VirtualService default/reviews-edge names this host too and is not used: it is for edge, not for mesh",
                "VirtualService default/reviews-later names this host too and is not used: of several the oldest rules the host",
            ],
            Explain(mesh).Notes.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("http://elsewhere.example/", "neither a service nor a rule names elsewhere.example")]
    [InlineData("http://reviews:81/", "reviews.default.svc.cluster.local does not declare the port of the address; it declares 9080 (http)")]
    [InlineData("ftp://reviews/", "ftp is no scheme of an HTTP client")]
    [InlineData("/reviews", "the request has no absolute address; HttpClient puts its BaseAddress before what is there")]
    [InlineData(null, "the request has no absolute address; HttpClient puts its BaseAddress before what is there")]
    public void Request_that_passes_the_mesh_by_tells_why(string? uri, string reason)
    {
        using var mesh = new MeshFixture(Jason);
        var explained = mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, uri is null ? null : new Uri(uri, UriKind.RelativeOrAbsolute)));

        Assert.Equal(reason, explained.PassedBy);
        Assert.Null(explained.Answer);
        Assert.EndsWith($"\n=> not through the mesh but by the client's own handler: {reason}\n", explained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mesh_that_has_not_started_loads_nothing_and_says_so()
    {
        using var services = new ServiceCollection().AddLogging().AddMeshClient().Services.BuildServiceProvider();
        var mesh = services.GetRequiredService<IMesh>();

        Assert.Equal("no rules are loaded yet", mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews/")).PassedBy);
        Assert.Equal(0, mesh.RulesVersion);
    }

    [Fact]
    public void Places_name_document_and_line()
    {
        var source = new FakeSource();
        source.Push(MeshDocument.FromIstioYaml("reviews.yaml", """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: { name: reviews }
            spec:
              hosts: [ reviews ]
              http:
              - route: [ { destination: { host: reviews } } ]
            """));
        using var mesh = new MeshFixture(source);
        var explained = Explain(mesh);

        Assert.Equal("reviews.yaml(7)", Assert.Single(explained.Rules).Place);
        Assert.StartsWith("reviews.yaml(", explained.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_the_same_in_every_culture_and_has_no_trailing_spaces_or_password()
    {
        using var mesh = new MeshFixture(Jason);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://user:secret@reviews:9080/");
        request.Headers.Add("end-user", "jason");
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            var expected = mesh.Mesh.Explain(request).ToString();
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = commas;

            Assert.Equal(expected, mesh.Mesh.Explain(request).ToString());
            Assert.DoesNotMatch("[ \t\r]\n", expected);
            Assert.DoesNotContain("secret", expected, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData("\"exportTo\": [ \".\" ], ", "", "it is not exported to namespace default")]
    [InlineData("", ", \"Sidecars\": { \"narrow\": { \"egress\": [ { \"hosts\": [ \"default/*\" ] } ] } }", "Sidecar default/narrow does not let this process see it")]
    public void Rules_that_this_process_does_not_see_are_noted_with_the_reason(string field, string resource, string reason)
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "prod/hidden": { "hosts": [ "reviews.default.svc.cluster.local" ], {{field}}
              "http": [ { "route": [ { "destination": { "host": "a" } } ] } ] } }{{resource}}
            """);

        Assert.Equal($"VirtualService prod/hidden names this host too and is not used: {reason}", Assert.Single(Explain(mesh).Notes));
    }

    private static MeshExplanation Explain(MeshFixture mesh) => mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/"));
}
