using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration;

public sealed class ConfigurationMergerTests
{
    [Theory]
    [InlineData("\"Ports\": [ { \"Number\": 9080 } ]", true)]
    [InlineData("\"Ports\": [ { \"Number\": 9080 }, { \"Number\": 81 } ]", false)]
    [InlineData("\"Ports\": []", false)]
    public void Merge_a_destination_port_that_the_service_does_not_declare_is_told(string ports, bool isTold)
    {
        var (_, findings) = ConfigurationMerger.Merge([Loading.Section($$"""
            { "Services": { "a": { {{ports}} } }, "VirtualServices": { "a": { "hosts": [ "a" ], "http": [ { "route": [ { "destination": { "host": "a", "port": { "number": 81 } } } ] } ] } } }
            """)]);

        Assert.Equal(isTold ? [FindingCodes.UndeclaredPort] : [], findings.Select(finding => finding.Code));
    }

    [Fact]
    public void Merge_a_gateway_named_like_a_host_is_told_how_to_write_it()
    {
        var (_, findings) = ConfigurationMerger.Merge([Loading.Section("""
            { "Gateways": { "infra/edge": {} }, "VirtualServices": { "a": { "hosts": [ "a" ], "gateways": [ "mesh", "edge.infra.svc.cluster.local" ], "http": [ { "route": [ { "destination": { "host": "a" } } ] } ] } } }
            """)]);

        var finding = Assert.Single(findings);
        Assert.Equal((FindingCodes.GatewayNameForm, MeshFindingSeverity.Info, "Write infra/edge."), (finding.Code, finding.Severity, finding.Fix));
    }

    [Fact]
    public void Merge_nothing_is_the_default()
    {
        var (configuration, findings) = ConfigurationMerger.Merge([]);

        Assert.Empty(findings);
        Assert.Equal("default", configuration.Namespace);
        Assert.Empty(configuration.VirtualServices);
    }

    [Fact]
    public void Merge_rules_without_a_namespace_take_the_mesh_namespace_whatever_the_order()
    {
        var (configuration, _) = Merge(Rule("reviews"), Section("""{ "Namespace": "shop", "Services": { "reviews": {} } }"""));

        Assert.Equal("DestinationRule shop/reviews", configuration.DestinationRules[0].Metadata.ToString());
        Assert.Equal("Service shop/reviews", configuration.Services[0].Metadata.ToString());
    }

    [Fact]
    public void Merge_the_later_of_two_same_objects_wins_and_both_places_are_named()
    {
        var (configuration, findings) = Merge(Rule("reviews", "host: old", "one.yaml"), Rule("reviews", "host: new", "two.yaml"));

        Assert.Equal("new", Assert.Single(configuration.DestinationRules).Host);
        var finding = Loading.Find(findings, FindingCodes.ReplacedResource, "spec");
        Assert.Contains("one.yaml(5)", finding.Message, StringComparison.Ordinal);
        Assert.Contains("two.yaml(5)", finding.Message, StringComparison.Ordinal);
        Assert.Equal("DestinationRule default/reviews", finding.Resource);
    }

    [Fact]
    public void Merge_a_written_namespace_and_the_default_one_are_the_same_object()
        => Assert.Single(Merge(Rule("a"), Section("""{ "DestinationRules": { "default/a": { "host": "b" } } }""")).Configuration.DestinationRules);

    [Fact]
    public void Merge_objects_of_other_namespaces_are_others()
        => Assert.Equal(2, Merge(Rule("a"), Section("""{ "DestinationRules": { "prod/a": { "host": "b" } } }""")).Configuration.DestinationRules.Count);

    [Fact]
    public void Merge_the_later_setting_wins_and_both_documents_are_named()
    {
        var (configuration, findings) = Merge(Section("""{ "Seed": 1, "Domain": "a.local" }""", "one.json"), Section("""{ "Seed": 2, "Domain": "a.local" }""", "two.json"));

        Assert.Equal((2L, "a.local"), (configuration.Seed, configuration.Domain));
        var finding = Assert.Single(findings);
        Assert.Equal((FindingCodes.ReplacedSetting, "Mesh:Seed"), (finding.Code, finding.Path));
        Assert.Contains("one.json", finding.Message, StringComparison.Ordinal);
        Assert.Contains("two.json", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_every_setting_is_carried_over()
    {
        var section = Section("""
            { "Namespace": "a", "RootNamespace": "r", "Domain": "b", "Workload": { "Name": "c" }, "OutboundTrafficPolicy": { "Mode": "REGISTRY_ONLY" }, "DefaultDiscovery": "None",
              "Seed": 1, "Propagation": { "Headers": [ "d" ] }, "Dns": { "NameServers": [ "1.1.1.1" ] } }
            """);

        Assert.Equal(SettingsOf(section.Configuration), SettingsOf(Merge(section).Configuration));

        static MeshConfiguration SettingsOf(MeshConfiguration configuration)
            => configuration with { Services = [], VirtualServices = [], DestinationRules = [], ServiceEntries = [], WorkloadEntries = [], Sidecars = [], GatewayRoutes = [], Gateways = [], UnbuiltSecurityPolicies = [] };
    }

    [Fact]
    public void Merge_a_subset_that_nothing_defines_is_a_warning()
    {
        var (_, findings) = Merge(Route("reviews", subset: "v9"), Rule("reviews"));

        var finding = Loading.Find(findings, FindingCodes.DanglingSubset, "spec.http[0].route[0].destination.subset");
        Assert.Equal(MeshFindingSeverity.Warning, finding.Severity);
        Assert.Contains("'v9'", finding.Message, StringComparison.Ordinal);
        Assert.Equal("VirtualService default/reviews", finding.Resource);
    }

    [Theory]
    [InlineData("host: reviews")]
    [InlineData("host: reviews.default.svc.cluster.local")]
    [InlineData("host: \"*.default.svc.cluster.local\"")]
    public void Merge_a_subset_is_found_by_short_and_full_name_and_wildcard(string host)
        => Assert.Empty(Merge(Route("reviews", subset: "v1"), Rule("x", host + ", subsets: [ { name: v1, labels: { a: b } } ]")).Findings);

    [Fact]
    public void Merge_a_short_name_belongs_to_the_namespace_of_the_rule_that_writes_it()
    {
        var (_, findings) = Merge(Route("reviews", subset: "v1"), Section("""{ "DestinationRules": { "prod/x": { "host": "reviews", "subsets": [ { "name": "v1", "labels": { "a": "b" } } ] } } }"""));

        Loading.Find(findings, FindingCodes.DanglingSubset, "spec.http[0].route[0].destination.subset");
    }

    [Theory]
    [InlineData("None", "other", true)]
    [InlineData("None", "reviews", false)]
    [InlineData("Dns", "other", false)]
    public void Merge_a_host_that_will_never_be_found_is_a_warning(string discovery, string service, bool isWarned)
    {
        var (_, findings) = Merge(Section($$"""{ "DefaultDiscovery": "{{discovery}}", "Services": { "{{service}}": {} } }"""), Route("reviews"));

        Assert.Equal(isWarned, findings.Any(finding => finding.Code == FindingCodes.DanglingHost));
    }

    [Theory]
    [InlineData("", "", "first")]
    [InlineData("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", "second")]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "first")]
    [InlineData("2026-01-01T00:00:00Z", "", "second")]
    public void Merge_of_two_rules_for_one_host_the_oldest_is_used_and_the_other_is_told(string first, string second, string winner)
    {
        var (_, findings) = Merge(Route("reviews", name: "first", created: first), Route("reviews.default.svc.cluster.local", name: "second", created: second));

        var finding = Assert.Single(findings);
        Assert.Equal(FindingCodes.SharedHost, finding.Code);
        Assert.Contains($"VirtualService default/{winner} already", finding.Message, StringComparison.Ordinal);
        Assert.NotEqual($"VirtualService default/{winner}", finding.Resource);
    }

    [Fact]
    public void Merge_a_gateway_that_nothing_defines_is_told()
    {
        const string Gateway = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: edge }\nspec: {}\n";
        const string Bound = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec: { hosts: [ a ], gateways: [ edge ], http: [ { route: [ { destination: { host: a } } ] } ] }\n";

        Assert.Equal(FindingCodes.DanglingGateway, Assert.Single(Merge(Loading.Yaml(Bound)).Findings).Code);
        Assert.Empty(Merge(Loading.Yaml(Bound), Loading.Yaml(Gateway)).Findings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Merge_a_fallback_goes_after_all_that_is_written_and_nobody_is_told(bool isFirst)
    {
        var fallback = Fallback("""{ "Namespace": "a", "DefaultDiscovery": "None", "Services": { "reviews": { "Ports": [ { "Number": 1 } ] }, "ratings": {} } }""");
        var written = Section("""{ "Namespace": "b", "Services": { "reviews": { "Ports": [ { "Number": 2 } ] } } }""");

        var (configuration, findings) = isFirst ? Merge(fallback, written) : Merge(written, fallback);

        Assert.Empty(findings);
        Assert.Equal(("b", DiscoveryKind.None), (configuration.Namespace, configuration.DefaultDiscovery.Kind));
        Assert.Equal(["reviews 2", "ratings "], configuration.Services.Select(service => $"{service.Metadata.Name} {string.Join(',', service.Ports.Select(port => port.Number))}"));
    }

    [Fact]
    public void Merge_an_object_that_is_written_twice_is_told_of_beside_a_fallback()
    {
        var (configuration, findings) = Merge(
            Fallback("""{ "DestinationRules": { "reviews": { "host": "none" } } }"""), Rule("reviews", "host: old", "one.yaml"), Rule("reviews", "host: new", "two.yaml"));

        Assert.Equal("new", Assert.Single(configuration.DestinationRules).Host);
        Assert.Equal(FindingCodes.ReplacedResource, Assert.Single(findings).Code);
    }

    [Fact]
    public void Merge_the_workload_is_completed_field_by_field()
    {
        var fallback = Fallback("""{ "Workload": { "Name": "pod", "Labels": { "app": "pod" }, "Locality": "eu/a" } }""");

        var named = Merge(Section("""{ "Workload": { "Name": "mine" } }"""), fallback).Configuration.Workload;
        var placed = Merge(fallback, Section("""{ "Workload": { "Labels": { "version": "v1" }, "Locality": "us" } }""")).Configuration.Workload;

        Assert.Equal(("mine", "pod", "eu/a"), (named.Name, named.Labels["app"], named.Locality));
        Assert.Equal(("pod", "v1", "us"), (placed.Name, placed.Labels["version"], placed.Locality));
        Assert.False(placed.Labels.ContainsKey("app"));
    }

    [Fact]
    public void Merge_the_place_that_the_environment_tells_goes_before_a_fallback()
    {
        var fallback = Fallback("""{ "Workload": { "Locality": "eu/a" } }""");

        var (configuration, _) = ConfigurationMerger.Merge([fallback], name => name == WorkloadPlace.Variable ? "us/b" : null);

        Assert.Equal("us/b", configuration.Workload.Locality);
    }

    private static (MeshConfiguration Configuration, IReadOnlyList<MeshFinding> Findings) Merge(params LoadedDocument[] documents)
    {
        Assert.All(documents, Loading.NotRefused);
        return ConfigurationMerger.Merge(documents);
    }

    private static LoadedDocument Section(string json, string name = "appsettings.json") => DocumentLoader.Load(MeshDocument.FromMeshJson(name, json));

    private static LoadedDocument Fallback(string json) => DocumentLoader.Load(MeshDocument.Fallback("surroundings", json));

    private static LoadedDocument Rule(string name, string spec = "host: reviews", string file = "rules.yaml") => DocumentLoader.Load(MeshDocument.FromIstioYaml(
        file, $"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: {name}\nspec: {{ {spec} }}\n"));

    private static LoadedDocument Route(string host, string? subset = null, string name = "reviews", string created = "") => Loading.Yaml(
        $"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{ name: {name}{(created.Length == 0 ? "" : $", creationTimestamp: \"{created}\"")} }}\n"
        + $"spec: {{ hosts: [ {host} ], http: [ {{ route: [ {{ destination: {{ host: {host}{(subset is null ? "" : $", subset: {subset}")} }} }} ] }} ] }}\n");
}
