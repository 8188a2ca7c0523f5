using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary><c>x-mesh.routes</c> of a VirtualService.</summary>
public sealed class RouteExtensionBindingTests
{
    private const string Http = "hosts: [ reviews ], http: [ { name: stream, match: [ { uri: { prefix: /s } } ], route: [ { destination: { host: a } } ] }, { route: [ { destination: { host: a } } ] } ]";

    [Theory]
    [InlineData("metadata: { name: reviews }\nx-mesh: { routes: { stream: { headersTimeout: 5s, idleTimeout: 30s } } }\n")]
    [InlineData("""metadata: { name: reviews, annotations: { mesh-client/x-mesh: '{ "routes": { "stream": { "headersTimeout": "5s", "idleTimeout": "30s" } } }' } }""" + "\n")]
    public void Load_routes_stand_beside_spec_or_in_the_annotation(string lines)
    {
        var document = Rule(lines);

        Loading.Clean(document);
        var http = document.Configuration.VirtualServices[0].Http;
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)), (http[0].Extension!.HeadersTimeout!.Value, http[0].Extension!.IdleTimeout!.Value));
        Assert.Null(http[1].Extension);
    }

    [Fact]
    public void Load_routes_stand_beside_hosts_in_a_section()
    {
        var document = Loading.Section("""
            { "VirtualServices": { "a": { "hosts": [ "a" ], "http": [ { "name": "r", "route": [ { "destination": { "host": "a" } } ] } ],
              "x-mesh": { "routes": { "r": { "headersTimeout": "5s" } } } } } }
            """);

        Loading.Clean(document);
        Assert.Equal(TimeSpan.FromSeconds(5), Loading.FirstRoute(document).Extension!.HeadersTimeout);
    }

    [Fact]
    public void Load_what_is_said_of_a_name_holds_for_every_rule_of_that_name()
    {
        var document = Rule("metadata: { name: reviews }\nx-mesh: { routes: { r: { headersTimeout: 5s } } }\n",
            "hosts: [ reviews ], http: [ { name: r, match: [ { uri: { prefix: /s } } ], route: [ { destination: { host: a } } ] }, { name: r, route: [ { destination: { host: a } } ] } ]");

        Loading.Clean(document);
        Assert.All(document.Configuration.VirtualServices[0].Http, route => Assert.NotNull(route.Extension));
    }

    [Theory]
    [InlineData("straem", Http, "Did you mean 'stream'?")]
    [InlineData("other", Http, "Named are stream; rules without a name cannot be meant.")]
    [InlineData("\"\"", Http, "Named are stream; rules without a name cannot be meant.")]
    [InlineData("stream", "hosts: [ reviews ], http: [ { route: [ { destination: { host: a } } ] } ]", "Give the rule that is meant a name.")]
    [InlineData("stream", "http: [ { route: [ { destination: { host: a } } ] } ]", "Give the rule that is meant a name.")]
    public void Load_a_rule_that_is_not_there_is_told_with_what_may_be_meant(string name, string spec, string fix)
    {
        var document = Rule($"metadata: {{ name: reviews }}\nx-mesh: {{ routes: {{ {name}: {{ headersTimeout: 5s }} }} }}\n", spec);

        Assert.Equal(fix, Loading.Warned(document, FindingCodes.UnknownRouteName, $"x-mesh.routes.{name.Trim('"')}").Fix);
    }

    [Theory]
    [InlineData("[]", FindingCodes.WrongType, "x-mesh")]
    [InlineData("{ routes: [] }", FindingCodes.WrongType, "x-mesh.routes")]
    [InlineData("{ routes: { stream: 1 } }", FindingCodes.WrongType, "x-mesh.routes.stream")]
    [InlineData("{ routes: { stream: { headersTimeout: 5 } } }", FindingCodes.BadDuration, "x-mesh.routes.stream.headersTimeout")]
    [InlineData("{ routes: { stream: { headerTimeout: 5s } } }", FindingCodes.UnknownField, "x-mesh.routes.stream.headerTimeout")]
    [InlineData("{ route: {} }", FindingCodes.UnknownField, "x-mesh.route")]
    public void Load_routes_with_a_mistake_are_refused(string block, string code, string path)
        => Loading.Refused(Rule($"metadata: {{ name: reviews }}\nx-mesh: {block}\n"), code, path);

    [Theory]
    [InlineData("{ name: r, timeout: 5s, route: [ { destination: { host: a } } ] }", "x-mesh.routes.r.headersTimeout")]
    [InlineData("{ name: r, timeout: 5s, route: [ { destination: { host: a } } ] }", "x-mesh.routes.r.idleTimeout")]
    [InlineData("{ name: r, redirect: { uri: /x } }", "x-mesh.routes.r")]
    [InlineData("{ name: r, directResponse: { status: 200 } }", "x-mesh.routes.r")]
    public void Load_a_limit_that_has_no_effect_is_told(string rule, string path)
        => Loading.Warned(
            Rule("metadata: { name: reviews }\nx-mesh: { routes: { r: { headersTimeout: 5s, idleTimeout: 5s } } }\n", $"hosts: [ reviews ], http: [ {rule} ]"), FindingCodes.IdleTimeLimit, path);

    [Fact]
    public void Load_limits_that_stand_beside_each_other_are_clean()
        => Loading.Clean(Rule("metadata: { name: reviews }\nx-mesh: { routes: { r: { headersTimeout: 5s } } }\n",
            "hosts: [ reviews ], http: [ { name: r, timeout: 6s, retries: { attempts: 1, perTryTimeout: 2s }, route: [ { destination: { host: a } } ] } ]"));

    [Fact]
    public void Merge_takes_from_the_rule_what_its_delegate_does_not_say()
    {
        var document = Loading.Yaml("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: { name: outer, namespace: prod }
            spec: { hosts: [ reviews ], http: [ { name: o, delegate: { name: inner } } ] }
            x-mesh: { routes: { o: { headersTimeout: 1s, idleTimeout: 3s } } }
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: { name: inner, namespace: prod }
            spec: { http: [ { name: i, match: [ { uri: { prefix: /a } } ], route: [ { destination: { host: a } } ] }, { route: [ { destination: { host: a } } ] } ] }
            x-mesh: { routes: { i: { headersTimeout: 2s } } }
            """);
        Loading.Clean(document);

        var http = ConfigurationMerger.Merge([document]).Configuration.VirtualServices.Single().Http;

        Assert.Equal([2.0, 1.0], http.Select(route => route.Extension!.HeadersTimeout!.Value.TotalSeconds));
        Assert.Equal([3.0, 3.0], http.Select(route => route.Extension!.IdleTimeout!.Value.TotalSeconds));
    }

    private static LoadedDocument Rule(string lines, string spec = Http)
        => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: VirtualService\n{lines}spec: {{ {spec} }}\n");
}
