using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

/// <summary>Rules of delegates in place of the rules that name them.</summary>
public sealed class DelegateExpanderTests
{
    [Fact]
    public void Merge_puts_the_rules_of_the_delegate_in_place()
    {
        var (http, _) = Expand(
            "- { name: first, match: [ { uri: { exact: /x } } ], route: [ { destination: { host: x } } ] }\n- { match: [ { uri: { prefix: /a } } ], delegate: { name: leaf, namespace: team } }\n- { route: [ { destination: { host: last } } ] }",
            "- { match: [ { uri: { prefix: /a/b } } ], route: [ { destination: { host: short } } ] }\n- { route: [ { destination: { host: full.example } } ] }");

        Assert.Equal(["http[0]", "http[1] team/leaf http[0]", "http[1] team/leaf http[1]", "http[2]"], http.Select(route => route.Place));
        Assert.Equal(["x", "short.team.svc.cluster.local", "full.example", "last"], http.Select(route => route.Route[0].Host));
        Assert.Equal(["/x", "/a/b", "/a", null], http.Select(route => route.Match is [var first, ..] ? first.Uri!.Value : null));
    }

    [Fact]
    public void Merge_takes_from_the_rule_what_the_delegate_does_not_set()
    {
        var (http, _) = Expand(
            "- { name: outer, delegate: { name: leaf, namespace: team }, timeout: 1s, retries: { attempts: 0 }, rewrite: { uri: /r }, headers: { request: { set: { a: b } } }, fault: { abort: { httpStatus: 500, percentage: { value: 1 } } } }",
            "- { name: inner, timeout: 2s, route: [ { destination: { host: a } } ] }\n- { retries: { attempts: 3 }, rewrite: { uri: /l }, route: [ { destination: { host: a } } ] }");

        Assert.Equal(["outer-inner", "outer"], http.Select(route => route.Name));
        Assert.Equal([2.0, 1.0], http.Select(route => route.Timeout!.Value.TotalSeconds));
        Assert.Equal([0, 3], http.Select(route => route.Retries!.Attempts));
        Assert.Equal(["/r", "/l"], http.Select(route => route.Rewrite!.Uri));
        Assert.All(http, route => Assert.NotNull(route.Headers));
        Assert.All(http, route => Assert.NotNull(route.Fault));
        Assert.All(http, route => Assert.Null(route.Delegate));
    }

    [Fact]
    public void Merge_pairs_every_match_of_the_rule_with_every_match_of_the_delegate()
    {
        var (http, _) = Expand(
            "- { match: [ { name: r1, uri: { prefix: /a } }, { uri: { prefix: /b } } ], delegate: { name: leaf, namespace: team } }",
            "- { match: [ { name: l1, headers: { x: {} } }, { method: { exact: GET } } ], route: [ { destination: { host: a } } ] }");

        Assert.Equal(
            ["r1-l1 /a x ", "r1 /a  GET", "l1 /b x ", " /b  GET"],
            http[0].Match.Select(match => $"{match.Name} {match.Uri!.Value} {string.Join(',', match.Headers.Select(header => header.Key))} {match.Method?.Value}"));
    }

    [Theory]
    [InlineData("uri: { prefix: /a }", "uri: { prefix: /a/b }", true)]
    [InlineData("uri: { prefix: /a }", "uri: { prefix: /a }", true)]
    [InlineData("uri: { prefix: /a }", "uri: { exact: /ab }", true)]
    [InlineData("uri: { prefix: /a }", "uri: { prefix: /b }", false)]
    [InlineData("uri: { prefix: /a/b }", "uri: { prefix: /a }", false)]
    [InlineData("uri: { prefix: /a }", "uri: { regex: /a/.* }", false)]
    [InlineData("uri: { exact: /a }", "uri: { prefix: /a }", false)]
    [InlineData("uri: { exact: /a }", "uri: { exact: /a }", true)]
    [InlineData("uri: { regex: /a }", "uri: { exact: /a }", false)]
    [InlineData("uri: { regex: /a }", "uri: { regex: /a }", true)]
    [InlineData("headers: { x: { prefix: a } }", "headers: { x: { exact: ab } }", true)]
    [InlineData("headers: { x: { exact: a } }", "headers: { x: { exact: b } }", false)]
    [InlineData("headers: { x: {} }", "headers: { x: { exact: b } }", false)]
    [InlineData("headers: { x: { exact: a } }", "headers: { y: { exact: b } }", true)]
    [InlineData("withoutHeaders: { x: { exact: a } }", "withoutHeaders: { x: { exact: b } }", false)]
    [InlineData("queryParams: { x: { exact: a } }", "queryParams: { x: { exact: b } }", false)]
    [InlineData("ignoreUriCase: true", "method: { exact: GET }", false)]
    [InlineData("port: 80", "port: 81", false)]
    [InlineData("port: 80", "port: 80", true)]
    [InlineData("port: 80", "method: { exact: GET }", true)]
    [InlineData("sourceLabels: { a: b }", "sourceLabels: { a: c }", false)]
    [InlineData("sourceLabels: { a: b }", "sourceLabels: { c: d }", true)]
    [InlineData("sourceNamespace: a", "sourceNamespace: b", false)]
    [InlineData("sourceNamespace: a", "method: { exact: GET }", false)]
    [InlineData("method: { exact: GET }", "sourceNamespace: a", true)]
    [InlineData("gateways: [ mesh ]", "gateways: [ mesh, edge ]", false)]
    [InlineData("gateways: [ mesh, edge ]", "gateways: [ mesh ]", true)]
    public void Merge_leaves_out_what_the_delegate_does_not_narrow(string root, string leaf, bool isKept)
    {
        var (http, findings) = Expand(
            $"- {{ match: [ {{ {root} }} ], delegate: {{ name: leaf, namespace: team }} }}", $"- {{ match: [ {{ {leaf} }} ], route: [ {{ destination: {{ host: a }} }} ] }}");

        Assert.Equal(isKept, http.Count == 1);
        Assert.Equal(!isKept, findings.Any(finding => finding.Code == FindingCodes.DelegateConflict));
    }

    [Fact]
    public void Merge_leaves_out_a_rule_whose_delegate_is_missing_and_says_so()
    {
        var (http, findings) = Expand("- { delegate: { name: nobody } }\n- { route: [ { destination: { host: a } } ] }", "- { route: [ { destination: { host: a } } ] }");

        Assert.Equal("http[1]", Assert.Single(http).Place);
        Assert.Contains("'default/nobody'", Assert.Single(findings, finding => finding.Code == FindingCodes.DanglingDelegate).Message, StringComparison.Ordinal);
        Assert.Equal("VirtualService team/leaf", Assert.Single(findings, finding => finding.Code == FindingCodes.UnusedDelegate).Resource);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\"*\"", true)]
    [InlineData("default", true)]
    [InlineData("\".\"", false)]
    [InlineData("\"~\"", false)]
    public void Merge_takes_in_a_delegate_that_is_exported_to_the_namespace_of_the_rule(string exportTo, bool isTaken)
    {
        var document = Loading.Yaml(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: root }\nspec: { hosts: [ shop ], http: [ { delegate: { name: leaf, namespace: team } } ] }\n"
            + "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: leaf, namespace: team }\n"
            + $"spec: {{ exportTo: [ {exportTo} ], http: [ {{ route: [ {{ destination: {{ host: a }} }} ] }} ] }}\n");
        var (configuration, findings) = ConfigurationMerger.Merge([document]);

        Assert.Equal(isTaken ? 1 : 0, Assert.Single(configuration.VirtualServices).Http.Count);
        Assert.Equal(isTaken ? [] : [FindingCodes.DanglingDelegate], findings.Select(finding => finding.Code));
    }

    [Theory]
    [InlineData("gateways: [ mesh ], http: [ { route: [ { destination: { host: a } } ] } ]", FindingCodes.Conflict, "spec")]
    [InlineData("http: [ { delegate: { name: b } } ]", FindingCodes.BadAction, "spec.http[0].delegate")]
    [InlineData("http: [ { route: [] } ]", FindingCodes.BadAction, "spec.http[0]")]
    public void Load_a_delegate_that_cannot_stand_in_another_is_refused(string spec, string code, string path)
        => Loading.Refused(Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ name: a }}\nspec: {{ {spec} }}\n"), code, path);

    [Theory]
    [InlineData("delegate: {}", FindingCodes.MissingField, "spec.http[0].delegate")]
    [InlineData("delegate: { name: a, namespace: B.c }", FindingCodes.BadName, "spec.http[0].delegate.namespace")]
    [InlineData("delegate: { name: a }\n  route:\n  - destination: { host: a }", FindingCodes.BadAction, "spec.http[0]")]
    public void Load_a_delegation_that_cannot_be_read_is_refused(string rule, string code, string path)
        => Loading.Refused(Loading.Route($"- {rule}\n"), code, path);

    private const string Dangling = "- { match: [ { gateways: [ team/edge ] } ], route: [ { destination: { host: a, subset: v1 } } ], mirror: { host: m, subset: v2 } }";

    [Theory]
    [InlineData(FindingCodes.DanglingSubset, "spec.http[0].route[0].destination.subset")]
    [InlineData(FindingCodes.DanglingSubset, "spec.http[0].mirror.subset")]
    [InlineData(FindingCodes.DanglingGateway, "spec.http[0].match[0].gateways")]
    public void Merge_tells_of_a_delegates_rule_with_the_delegates_name_and_place(string code, string path)
    {
        var (_, findings) = Expand("- { delegate: { name: leaf, namespace: team } }\n- { delegate: { name: leaf, namespace: team } }", Dangling);

        var finding = Assert.Single(findings, finding => finding.Code == code && finding.Path == path);
        Assert.Equal("VirtualService team/leaf", finding.Resource);
        Assert.True(finding.Line > 10, "The place is not that of the delegate.");
    }

    [Fact]
    public void Merge_tells_of_a_rule_that_the_delegation_excludes_with_the_delegates_name_and_place()
    {
        var (_, findings) = Expand(
            "- { match: [ { uri: { prefix: /a } } ], delegate: { name: leaf, namespace: team } }",
            "- { route: [ { destination: { host: a } } ] }\n- { match: [ { uri: { prefix: /b } } ], route: [ { destination: { host: a } } ] }");

        var finding = Loading.Find(findings, FindingCodes.DelegateConflict, "spec.http[1]");
        Assert.Equal("VirtualService team/leaf", finding.Resource);
        Assert.Contains("http[0] of VirtualService default/root", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_tells_of_what_a_delegate_has_from_the_rule_with_the_rules_name()
    {
        var (_, findings) = Expand(
            "- { match: [ { gateways: [ edge, mesh ] } ], mirror: { host: m, subset: v2 }, delegate: { name: leaf, namespace: team } }",
            "- { match: [ { method: { exact: GET } } ], route: [ { destination: { host: a } } ] }\n- { route: [ { destination: { host: b } } ] }");

        Assert.Equal("VirtualService default/root", Loading.Find(findings, FindingCodes.DanglingSubset, "spec.http[0].mirror.subset").Resource);
        Assert.Equal(("VirtualService default/root", "spec"), findings.Where(finding => finding.Code == FindingCodes.DanglingGateway).Select(finding => (finding.Resource, finding.Path)).Single());
        Assert.Equal(2, findings.Count);
    }

    [Theory]
    [InlineData("MESH0703,IST0101", "*", "", 0)]
    [InlineData("", "", "*", 3)]
    public void Merge_suppresses_findings_of_a_delegate_by_the_delegates_annotation(string codes, string others, string ofRoot, int left)
    {
        var (_, findings) = Expand(
            "- { delegate: { name: leaf, namespace: team } }", Dangling, $"mesh-client/suppress: \"{ofRoot}\"", $"mesh-client/suppress: \"{codes}\", galley.istio.io/analyze-suppress: \"{others}\"");

        Assert.Equal(left, findings.Count);
    }

    /// <summary>The rules of <c>default/root</c>, with <c>team/leaf</c> beside it.</summary>
    private static (IReadOnlyList<HttpRouteConfiguration> Http, IReadOnlyList<MeshFinding> Findings) Expand(
        string root, string leaf, string ofRoot = "", string ofLeaf = "")
    {
        var document = Loading.Yaml(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: root, annotations: { " + ofRoot + " } }\nspec:\n  hosts: [ shop ]\n  http:\n" + Indent(root)
            + "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: leaf, namespace: team, annotations: { " + ofLeaf + " } }\nspec:\n  http:\n" + Indent(leaf));
        Loading.NotRefused(document);
        var (configuration, findings) = ConfigurationMerger.Merge([document]);
        return (Assert.Single(configuration.VirtualServices).Http, findings);
    }

    private static string Indent(string text) => string.Concat(text.Split('\n').Select(line => $"  {line}\n"));
}
