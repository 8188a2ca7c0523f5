using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Validation;

public sealed class VirtualServiceValidatorTests
{
    [Theory]
    [InlineData("[ \"*\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ a, a ]", FindingCodes.DuplicateHost, "spec.hosts[1]")]
    [InlineData("[ a, A ]", FindingCodes.DuplicateHost, "spec.hosts[1]")]
    [InlineData("[ a.b.com, \"*.b.com\" ]", FindingCodes.DuplicateHost, "spec.hosts[0]")]
    [InlineData("[ \"*.a.b.com\", \"*.b.com\" ]", FindingCodes.DuplicateHost, "spec.hosts[0]")]
    [InlineData("[ a b ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ \"a.*.com\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ \"a*.com\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ \"*.*.com\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ \"**.com\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ \"*--x.com\" ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ foo.5 ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ 10.0.0 ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ 10.0.0.1/8 ]", FindingCodes.BadHost, "spec.hosts[0]")]
    [InlineData("[ \"*foo.com\", foo.com ]", FindingCodes.DuplicateHost, "spec.hosts[1]")]
    [InlineData("[ a-x.foo.com, \"*-x.foo.com\" ]", FindingCodes.DuplicateHost, "spec.hosts[0]")]
    [InlineData("[ \"*-x.foo.com\", \"*.com\" ]", FindingCodes.DuplicateHost, "spec.hosts[0]")]
    [InlineData("[ 10.0.0.1, 10.0.0.1 ]", FindingCodes.DuplicateHost, "spec.hosts[1]")]
    [InlineData("[ 5 ]", FindingCodes.WrongType, "spec.hosts[0]")]
    [InlineData("a", FindingCodes.WrongType, "spec.hosts")]
    public void Load_hosts_that_cannot_be_are_refused(string hosts, string code, string path) => Loading.Refused(Hosts(hosts), code, path);

    [Theory]
    [InlineData("[ \"*.b.com\", b.com ]")]
    [InlineData("[ \"*-x.b.com\", x.b.com, a.b.com ]")]
    [InlineData("[ \"*b.com\", bb ]")]
    [InlineData("[ 10.0.0.1, 10.0.0.2, \"::1\" ]")]
    [InlineData("[ \"5\", a.5. ]")]
    [InlineData("[ a, a.default, a.default.svc.cluster.local ]")]
    public void Load_hosts_that_only_look_alike_are_fine(string hosts) => Loading.Clean(Hosts(hosts));

    [Fact]
    public void Load_everything_is_allowed_for_gateways_and_told_not_to_apply()
    {
        var document = Hosts("[ \"*\" ]\n  gateways: [ edge ]");

        Loading.Informed(document, FindingCodes.GatewayOnly, "spec.gateways");
        Assert.False(document.Configuration.VirtualServices[0].AppliesToMesh);
    }

    [Theory]
    [InlineData("gateways: []")]
    [InlineData("gateways: [ edge, mesh ]")]
    public void Load_no_gateways_or_mesh_among_them_applies_to_clients(string gateways)
        => Assert.True(Hosts("[ a ]\n  " + gateways).Configuration.VirtualServices[0].AppliesToMesh);

    [Theory]
    [InlineData("- timeout: 1s", FindingCodes.BadAction, "spec.http[0]")]
    [InlineData("- route: []", FindingCodes.BadAction, "spec.http[0]")]
    [InlineData("- redirect: { uri: /a }\n  directResponse: { status: 200 }", FindingCodes.BadAction, "spec.http[0]")]
    [InlineData("- redirect: { uri: /a }\n  fault: { abort: { httpStatus: 500, percent: 1 } }", FindingCodes.Conflict, "spec.http[0]")]
    [InlineData("- route:\n  - destination: { host: a }\n    weight: -1", FindingCodes.OutOfRange, "spec.http[0].route[0].weight")]
    [InlineData("- route:\n  - destination: { host: a }\n  - destination: { host: b }", FindingCodes.BadWeights, "spec.http[0].route")]
    [InlineData("- route:\n  - { destination: { host: a }, weight: 0 }\n  - { destination: { host: b }, weight: 0 }", FindingCodes.BadWeights, "spec.http[0].route")]
    [InlineData("- route:\n  - { destination: { host: a }, weight: 2000000000 }\n  - { destination: { host: b }, weight: 2000000000 }", FindingCodes.BadWeights, "spec.http[0].route")]
    public void Load_rules_that_cannot_act_are_refused(string http, string code, string path) => Loading.Refused(Loading.Route(http), code, path);

    [Fact]
    public void Load_weights_need_not_sum_to_a_hundred() => Loading.Clean(Loading.Route("- route:\n  - { destination: { host: a }, weight: 1 }\n  - { destination: { host: b }, weight: 2 }"));

    [Fact]
    public void Load_a_single_destination_with_a_weight_is_told()
        => Loading.Informed(Loading.Route("- route:\n  - { destination: { host: a }, weight: 5 }"), FindingCodes.WeightWithoutEffect, "spec.http[0].route");

    [Theory]
    [InlineData("timeout: 1s")]
    [InlineData("match: []")]
    [InlineData("match: [ {} ]")]
    [InlineData("match: [ { uri: { prefix: / } } ]")]
    [InlineData("match: [ { uri: { exact: /a } }, { uri: { regex: \".*\" } } ]")]
    public void Load_a_rule_after_one_that_always_matches_is_told(string first)
    {
        var document = Loading.Route($"- {first}\n  route:\n  - destination: {{ host: a }}\n- match: [ {{ uri: {{ prefix: /b }} }} ]\n  route:\n  - destination: {{ host: b }}\n");

        Assert.Equal(["IST0130"], Loading.Warned(document, FindingCodes.Unreachable, "spec.http[1]").Aliases);
    }

    [Theory]
    [InlineData("{ uri: { prefix: /a } }")]
    [InlineData("{ uri: { prefix: / }, method: { exact: GET } }")]
    [InlineData("{ headers: { a: {} } }")]
    [InlineData("{ port: 80 }")]
    [InlineData("{ sourceLabels: { a: b } }")]
    [InlineData("{ sourceNamespace: prod }")]
    [InlineData("{ queryParams: { a: {} } }")]
    [InlineData("{ withoutHeaders: { a: {} } }")]
    public void Load_a_rule_after_one_with_a_condition_is_reachable(string match)
        => Assert.DoesNotContain(
            Loading.Route($"- match: [ {match} ]\n  route:\n  - destination: {{ host: a }}\n- route:\n  - destination: {{ host: b }}\n").Findings,
            finding => finding.Code == FindingCodes.Unreachable);

    [Fact]
    public void Load_the_same_destination_twice_in_one_rule_is_told()
    {
        var document = Loading.Route("- route:\n  - { destination: { host: a, subset: v1 }, weight: 1 }\n  - { destination: { host: a, subset: v2 }, weight: 1 }\n  - { destination: { host: A, subset: v1 }, weight: 1 }\n");

        Assert.Equal(["KIA1105"], Loading.Warned(document, FindingCodes.DuplicateDestination, "spec.http[0].route[2]").Aliases);
        Assert.Single(document.Findings);
    }

    [Theory]
    [InlineData("a/b/c")]
    [InlineData("/b")]
    [InlineData("a/")]
    [InlineData("A")]
    public void Load_gateways_that_cannot_be_names_are_refused(string gateway)
        => Loading.Refused(Hosts($"[ a ]\n  gateways: [ mesh, \"{gateway}\" ]"), FindingCodes.BadName, "spec.gateways[1]");

    private static LoadedDocument Hosts(string hosts) => Loading.Yaml(
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ name: a }}\nspec:\n  http:\n  - route:\n    - destination: {{ host: a }}\n  hosts: {hosts}\n");
}
