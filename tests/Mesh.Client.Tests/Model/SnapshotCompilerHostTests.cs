using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>Which names there are and who rules them.</summary>
public sealed class SnapshotCompilerHostTests
{
    private const string Reviews = "reviews.default.svc.cluster.local";

    [Fact]
    public void Service_of_the_own_namespace_answers_to_all_its_names()
    {
        var snapshot = Given.Snapshot([Given.Service("reviews", 9080)]);

        Assert.Equal(["reviews", "reviews.default", "reviews.default.svc", Reviews], snapshot.Hosts.Keys.Order(StringComparer.Ordinal));
        Assert.All(snapshot.Hosts.Values, host => Assert.Same(snapshot.Hosts[Reviews], host));
        Assert.Equal(Reviews, snapshot.Hosts["reviews"].Name);
    }

    [Fact]
    public void Service_of_another_namespace_has_no_bare_name()
    {
        var snapshot = Given.Snapshot([Given.Service("prod/reviews", 9080)]);

        Assert.Equal(
            ["reviews.prod", "reviews.prod.svc", "reviews.prod.svc.cluster.local"], snapshot.Hosts.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("reviews.prod", snapshot.Hosts["reviews.prod"].Service!.DiscoveryName);
    }

    [Fact]
    public void Service_with_dots_is_a_name_as_it_stands()
    {
        var snapshot = Given.Snapshot([Given.Service("api.example.com", 443)]);

        Assert.Equal(["api.example.com"], snapshot.Hosts.Keys);
        Assert.Equal("api.example.com", snapshot.Hosts["api.example.com"].Service!.ShortName);
    }

    [Fact]
    public void Service_written_with_its_full_name_is_the_same_service()
    {
        var snapshot = Given.Snapshot([Given.Service(Reviews, 9080)]);

        var service = snapshot.Hosts["reviews"].Service!;
        Assert.Equal((Reviews, "reviews", "default", Reviews), (service.Name, service.ShortName, service.Namespace, service.DiscoveryName));
    }

    [Fact]
    public void Full_name_goes_before_the_alias_of_another_service()
    {
        var snapshot = Given.Snapshot([Given.Service("reviews", 9080), Given.Service("reviews.default", 1)]);

        Assert.Equal("reviews.default", snapshot.Hosts["reviews.default"].Name);
        Assert.Equal(Reviews, snapshot.Hosts["reviews"].Name);
    }

    [Fact]
    public void Name_in_two_namespaces_is_that_of_the_own()
    {
        var snapshot = Given.Snapshot([Given.Service("prod/api.example.com", 1), Given.Service("api.example.com", 2)]);

        Assert.Equal("default", snapshot.Hosts["api.example.com"].Service!.Namespace);
    }

    [Fact]
    public void Names_are_found_without_regard_to_case()
        => Assert.True(Given.Snapshot([Given.Service("Reviews")]).Hosts.ContainsKey("REVIEWS.Default"));

    [Fact]
    public void Gotcha_01_oldest_of_two_VirtualServices_takes_all()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [
                Given.VirtualService("a-younger", 2, ["reviews"], Given.Route([Given.Match(Given.Exact("/a"))], Given.To("reviews"))),
                Given.VirtualService("b-older", 1, ["reviews"], Given.Route([Given.Match(Given.Exact("/b"))], Given.To("reviews"))),
            ]);

        var virtualService = snapshot.Hosts["reviews"].VirtualService!;
        Assert.Equal("VirtualService default/b-older", virtualService.Resource);
        Assert.Single(virtualService.Rules);
    }

    [Fact]
    public void Gotcha_02_VirtualService_of_an_unrelated_namespace_may_win_by_age()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [
                Given.VirtualService("reviews", 2, ["reviews"], Given.Route("reviews")),
                Given.VirtualService("elsewhere/reviews", 1, [Reviews], Given.Route(Reviews)),
            ]);

        Assert.Equal("VirtualService elsewhere/reviews", snapshot.Hosts["reviews"].VirtualService!.Resource);
    }

    [Theory]
    [InlineData("default/b", null, "default/a", null, "default/a")]
    [InlineData("prod/a", null, "default/a", null, "default/a")]
    [InlineData("default/a", 5, "default/b", null, "default/b")]
    [InlineData("prod/a", 5, "default/b", 5, "prod/a")]
    public void Ties_of_age_break_by_name_then_namespace_and_no_age_is_oldest_as_in_Istio(
        string first, int? firstCreated, string second, int? secondCreated, string winner)
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [
                Given.VirtualService(first, firstCreated, [Reviews], Given.Route(Reviews)),
                Given.VirtualService(second, secondCreated, [Reviews], Given.Route(Reviews)),
            ]);

        Assert.Equal($"VirtualService {winner}", snapshot.Hosts["reviews"].VirtualService!.Resource);
    }

    [Fact]
    public void Gotcha_10_short_names_resolve_in_the_namespace_of_the_rule()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 1), Given.Service("prod/reviews", 2)],
            [Given.VirtualService("prod/rule", ["reviews"], Given.Route("reviews"))]);

        Assert.Null(snapshot.Hosts["reviews"].VirtualService);
        Assert.NotNull(snapshot.Hosts["reviews.prod"].VirtualService);
        Assert.Equal("reviews.prod.svc.cluster.local", Given.ClustersOf(snapshot, "reviews.prod")[0].Key.Service);
    }

    [Fact]
    public void Exact_host_beats_an_older_wildcard()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("a.foo.com", 80)],
            [
                Given.VirtualService("wild", 1, ["*.foo.com"], Given.Route("a.foo.com")),
                Given.VirtualService("exact", 2, ["a.foo.com"], Given.Route("a.foo.com")),
            ]);

        Assert.Equal("VirtualService default/exact", snapshot.Hosts["a.foo.com"].VirtualService!.Resource);
    }

    [Fact]
    public void Longest_wildcard_rules_a_known_service()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("a.b.foo.com", 80), Given.Service("a.foo.com", 80)],
            [
                Given.VirtualService("short", 1, ["*.foo.com"], Given.Route("a.foo.com")),
                Given.VirtualService("long", 2, ["*.b.foo.com"], Given.Route("a.foo.com")),
            ]);

        Assert.Equal("VirtualService default/long", snapshot.Hosts["a.b.foo.com"].VirtualService!.Resource);
        Assert.Equal("VirtualService default/short", snapshot.Hosts["a.foo.com"].VirtualService!.Resource);
        Assert.Equal([".b.foo.com", ".foo.com"], snapshot.Wildcards.Select(wildcard => wildcard.Suffix));
    }

    [Fact]
    public void Longest_wildcard_rules_a_known_service_also_where_it_ends_inside_a_label()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("a-x.foo.com", 80), Given.Service("a.foo.com", 80)],
            [
                Given.VirtualService("short", 1, ["*.foo.com"], Given.Route("a.foo.com")),
                Given.VirtualService("long", 2, ["*-x.foo.com"], Given.Route("a.foo.com")),
            ],
            [Given.DestinationRule("all", "*foo.com", Given.Subset("v1")), Given.DestinationRule("some", "*x.foo.com", Given.Subset("v2"))]);

        Assert.Equal("VirtualService default/long", snapshot.Hosts["a-x.foo.com"].VirtualService!.Resource);
        Assert.Equal("VirtualService default/short", snapshot.Hosts["a.foo.com"].VirtualService!.Resource);
        Assert.Equal(
            ["a-x.foo.com v2", "a.foo.com v1"],
            snapshot.Clusters.Where(cluster => cluster.Key.Subset is not null).Select(cluster => $"{cluster.Service.Name} {cluster.Key.Subset}").Order());
    }

    [Fact]
    public void Wildcard_as_a_destination_is_no_service()
    {
        var snapshot = Given.Snapshot([], [Given.VirtualService("r", ["shop"], Given.Route("*.foo.com"))]);

        Assert.DoesNotContain(snapshot.Clusters, cluster => cluster.Service.Name.Contains('*'));
    }

    [Fact]
    public void Gotcha_12_wildcard_does_not_cover_its_own_end()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("foo.com", 80)], [Given.VirtualService("wild", ["*.foo.com"], Given.Route("foo.com"))]);

        Assert.Null(snapshot.Hosts["foo.com"].VirtualService);
    }

    [Fact]
    public void Wildcard_over_the_cluster_domain_rules_its_services_under_every_name()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [Given.VirtualService("wild", ["*.default.svc.cluster.local"], Given.Route("reviews"))]);

        Assert.NotNull(snapshot.Hosts["reviews"].VirtualService);
    }

    [Fact]
    public void Bare_star_rules_no_client() => Assert.Empty(
        Given.Snapshot([], [Given.VirtualService("all", ["*"], Given.Route("reviews"))]).Wildcards);

    [Fact]
    public void VirtualService_for_gateways_only_is_none_of_the_clients()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [Given.VirtualService("edge", ["reviews"], Given.Route("reviews")) with { Gateways = ["bookinfo-gateway"] }]);

        Assert.Null(snapshot.Hosts["reviews"].VirtualService);
    }

    [Fact]
    public void VirtualService_whose_matches_are_all_bound_to_gateways_is_none_of_the_clients()
    {
        var bound = Given.Match(Given.Prefix("/")) with { Gateways = ["bookinfo-gateway"] };
        var snapshot = Given.Snapshot(
            [Given.Service("reviews", 9080)],
            [Given.VirtualService("edge", ["reviews"], Given.Route([bound], Given.To("reviews"))) with { Gateways = ["mesh", "bookinfo-gateway"] }]);

        Assert.Null(snapshot.Hosts["reviews"].VirtualService);
    }

    [Fact]
    public void VirtualService_without_http_rules_leaves_the_defaults()
        => Assert.Null(Given.Snapshot([Given.Service("reviews", 1)], [Given.VirtualService("tcp", ["reviews"])]).Hosts["reviews"].VirtualService);

    [Fact]
    public void Service_that_is_looked_up_has_the_endpoints_that_are_written()
    {
        var service = Given.Snapshot([Given.Service("a", 80) with { Discovery = DiscoveryKind.Dns, Endpoints = [Given.Endpoint("one.example:81", ("version", "v1"))] }]).Hosts["a"].Service!;

        Assert.Equal(("one.example:81", "v1"), (service.Endpoints.Single().Address, service.Endpoints.Single().Labels["version"]));
    }

    [Fact]
    public void Service_is_asked_for_by_its_discovery_name_where_it_has_one() =>
        Assert.Equal("b.example", Given.Snapshot([Given.Service("a", 80) with { Discovery = DiscoveryKind.Dns, DiscoveryName = "b.example" }]).Hosts["a"].Service!.DiscoveryName);

    [Fact]
    public void Gotcha_11_rule_for_an_unregistered_host_takes_any_port_by_the_default_discovery()
    {
        var snapshot = Given.Snapshot([], [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews"))]);

        var service = snapshot.Hosts["reviews"].Service!;
        Assert.Equal((DiscoveryKind.Dns, "reviews", 0), (service.Discovery, service.DiscoveryName, service.Ports.Length));
        Assert.Equal("outbound|0||reviews.default.svc.cluster.local", Given.ClustersOf(snapshot, "reviews")[0].Key.ToString());
    }

    [Fact]
    public void Default_discovery_None_leaves_a_ruled_host_without_a_service()
    {
        var snapshot = Given.Snapshot(
            [], [Given.VirtualService("reviews", ["reviews"], Given.Route("reviews"))], defaultDiscovery: DiscoveryKind.None);

        Assert.Null(snapshot.Hosts["reviews"].Service);
        var destination = snapshot.Hosts["reviews"].VirtualService!.Rules[0].Destinations[0];
        Assert.Empty(destination.Clusters);
        Assert.Equal(
            "default/reviews http[0]: destination reviews is not declared under Services, and DefaultDiscovery is None", destination.Missing);
    }

    [Fact]
    public void Destination_alone_makes_no_host()
    {
        var snapshot = Given.Snapshot([Given.Service("reviews", 1)], [Given.VirtualService("reviews", ["reviews"], Given.Route("canary"))]);

        Assert.False(snapshot.Hosts.ContainsKey("canary"));
        Assert.Equal("canary.default.svc.cluster.local", Given.ClustersOf(snapshot, "reviews")[0].Key.Service);
    }

    [Fact]
    public void DestinationRule_makes_its_host_known_where_the_default_discovery_finds_it()
    {
        DestinationRuleConfiguration[] rules = [Given.DestinationRule("reviews", "reviews", Given.Subset("v1"))];

        Assert.Equal(DiscoveryKind.Dns, Given.Snapshot(destinationRules: rules).Hosts["reviews"].Service!.Discovery);
        Assert.Empty(Given.Snapshot(destinationRules: rules, defaultDiscovery: DiscoveryKind.None).Hosts);
    }

    [Fact]
    public void Rule_for_a_dotted_alias_rules_that_spelling_alone()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("prod/reviews", 9080)], [Given.VirtualService("alias", ["reviews.prod"], Given.Route("reviews.prod"))]);

        Assert.NotNull(snapshot.Hosts["reviews.prod"].VirtualService);
        Assert.Null(snapshot.Hosts["reviews.prod.svc"].VirtualService);
        Assert.Same(snapshot.Hosts["reviews.prod.svc"].Service, snapshot.Hosts["reviews.prod"].Service);
        Assert.Equal(9080, Given.ClustersOf(snapshot, "reviews.prod")[0].Key.Port);
    }

    [Fact]
    public void Rule_for_a_dotted_alias_yields_to_an_older_rule_for_the_service()
    {
        var snapshot = Given.Snapshot(
            [Given.Service("prod/reviews", 9080)],
            [
                Given.VirtualService("alias", 2, ["reviews.prod"], Given.Route("reviews.prod")),
                Given.VirtualService("prod/whole", 1, ["reviews"], Given.Route("reviews")),
            ]);

        Assert.Equal("VirtualService prod/whole", snapshot.Hosts["reviews.prod"].VirtualService!.Resource);
    }

    [Fact]
    public void Default_clusters_are_one_per_declared_port()
    {
        var host = Given.Snapshot([Given.Service("reviews", 80, 9080)]).Hosts["reviews"];

        Assert.Equal([80, 9080], host.DefaultClusters.Select(cluster => cluster.Key.Port));
    }

    [Fact]
    public void Discovery_defaults_to_static_where_endpoints_are_written()
    {
        var snapshot = Given.Snapshot(
        [
            Given.Service("a", [], Given.Endpoint("127.0.0.1:1", ("version", "v1")), Given.Endpoint("127.0.0.1:1", ("version", "v1"))),
            Given.Service("b"),
            Given.Service("c") with { Discovery = DiscoveryKind.ServiceDiscovery },
        ]);

        Assert.Equal(
            [DiscoveryKind.Static, DiscoveryKind.Dns, DiscoveryKind.ServiceDiscovery],
            new[] { "a", "b", "c" }.Select(name => snapshot.Hosts[name].Service!.Discovery));
        var endpoint = Assert.Single(snapshot.Hosts["a"].Service!.Endpoints);
        Assert.Equal(("127.0.0.1:1", "v1"), (endpoint.Address, endpoint.Labels["version"]));
    }

    [Fact]
    public void Context_goes_to_known_hosts_of_the_mesh_and_to_listed_ones()
    {
        var snapshot = Given.Snapshot(
            [
                Given.Service("reviews", 1),
                Given.Service("api.example.com", 1),
                Given.Service("out.example.com", 1) with { External = true },
                Given.Service("listed.example.com", 1) with { External = true },
            ],
            [
                Given.VirtualService("ruled", ["ruled"], Given.Route("ruled")),
                Given.VirtualService("foreign", ["foreign.example.com"], Given.Route("foreign.example.com")),
                Given.VirtualService("wild", ["*.wild.example.com", "*.prod.svc.cluster.local"], Given.Route("reviews")),
            ],
            externalHosts: ["LISTED.example.com"]);

        string[] receiving = ["reviews", "api.example.com", "listed.example.com", "ruled"];
        Assert.All(receiving, name => Assert.True(snapshot.Hosts[name].ReceivesContext, name));
        string[] others = ["out.example.com", "foreign.example.com"];
        Assert.All(others, name => Assert.False(snapshot.Hosts[name].ReceivesContext, name));
        Assert.Equal(
            [(".prod.svc.cluster.local", true), (".wild.example.com", false)],
            snapshot.Wildcards.Select(wildcard => (wildcard.Suffix, wildcard.Host.ReceivesContext)));
    }
}
