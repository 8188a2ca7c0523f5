using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Validation;

public sealed class SidecarCheckerTests
{
    private const string Selector = "\"workloadSelector\": { \"labels\": { \"app\": \"web\" } }";

    [Theory]
    [InlineData("", "KIA0002")]
    [InlineData(Selector, "KIA0003")]
    public void Check_two_sidecars_for_this_workload_name_the_one_that_is_not_used(string spec, string alias)
    {
        var finding = Assert.Single(Findings($$"""{ "a": { {{spec}} }, "b": { {{spec}} } }"""));

        Assert.Equal((FindingCodes.SharedSidecar, "Sidecar default/b", MeshFindingSeverity.Warning), (finding.Code, finding.Resource, finding.Severity));
        Assert.Equal([alias], finding.Aliases);
    }

    [Fact]
    public void Check_a_selecting_sidecar_beside_one_for_all_is_as_it_should_be()
        => Assert.Empty(Findings($$"""{ "a": { {{Selector}} }, "b": {} }"""));

    [Fact]
    public void Check_a_selector_in_the_root_namespace_is_told()
        => Assert.Equal(FindingCodes.SelectorInRootNamespace, Assert.Single(Findings($$"""{ "istio-system/a": { {{Selector}} } }""")).Code);

    [Theory]
    [InlineData("./reviews", false)]
    [InlineData("*/reviews.default.svc.cluster.local", false)]
    [InlineData("*/a.example", false)]
    [InlineData("*/*.nowhere", false)]
    [InlineData("./raitings", true)]
    public void Check_an_egress_host_that_nothing_declares_is_told(string host, bool isTold)
    {
        var findings = Findings($$"""{ "a": { "egress": [ { "hosts": [ "{{host}}" ] } ] } }""");

        Assert.Equal(isTold ? [FindingCodes.UnknownEgressHost] : [], findings.Select(finding => finding.Code));
    }

    private static IReadOnlyList<MeshFinding> Findings(string sidecars) => ConfigurationMerger.Merge(
        [Loading.Section($$"""
            { "Workload": { "Labels": { "app": "web" } }, "Services": { "reviews": {} }, "ServiceEntries": { "e": { "hosts": [ "*.example" ] } }, "Sidecars": {{sidecars}} }
            """)]).Findings;
}
