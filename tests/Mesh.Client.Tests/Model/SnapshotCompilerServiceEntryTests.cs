using Mesh.Client.Configuration;
using Mesh.Client.Model;
using Mesh.Client.Routing;
using Mesh.Client.Tests.Configuration;

namespace Mesh.Client.Tests.Model;

public sealed class SnapshotCompilerServiceEntryTests
{
    [Fact]
    public void Compile_static_endpoints_keep_what_is_written_of_them()
    {
        var snapshot = Entry("""
            "hosts": [ "a.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "http", "targetPort": 8080 } ],
            "endpoints": [ { "address": "10.0.0.1", "labels": { "version": "v1" }, "locality": "eu", "weight": 2 }, { "address": "fd00::1", "ports": { "http": 9090 } } ]
            """);

        var service = snapshot.Hosts["a.example"].Service!;
        Assert.Equal(DiscoveryKind.Static, service.Discovery);
        Assert.Equal(["10.0.0.1", "[fd00::1]:9090"], service.Endpoints.Select(endpoint => endpoint.Address));
        Assert.Equal(("v1", "eu", 2), (service.Endpoints[0].Labels["version"], service.Endpoints[0].Locality, service.Endpoints[0].Weight));
        Assert.Equal(8080, Assert.Single(service.Ports).TargetPort);
    }

    [Fact]
    public void Compile_an_endpoint_with_a_port_of_its_own_for_one_of_two_serves_each_port_at_its_address()
    {
        var snapshot = Entry("""
            "hosts": [ "a.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "http" }, { "number": 81, "name": "admin", "targetPort": 8081 } ],
            "endpoints": [ { "address": "10.0.0.1", "ports": { "http": 8080 } } ]
            """);

        var endpoints = snapshot.Hosts["a.example"].Service!.Endpoints;
        Assert.Equal([("10.0.0.1:8080", 80), ("10.0.0.1:8081", 81)], endpoints.Select(endpoint => (endpoint.Address, Assert.Single(endpoint.ServicePorts))));
    }

    [Fact]
    public void Compile_a_selector_takes_the_workloads_of_its_namespace_that_carry_its_labels()
    {
        var snapshot = Compiled.Section("""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "STATIC", "workloadSelector": { "labels": { "app": "a" } } } },
              "WorkloadEntries": {
                "one": { "address": "10.0.0.1", "labels": { "app": "a", "version": "v1" } },
                "two": { "address": "10.0.0.2", "labels": { "app": "a" } },
                "three": { "address": "10.0.0.3", "labels": { "app": "b" } },
                "prod/four": { "address": "10.0.0.4", "labels": { "app": "a" } } } }
            """);

        Assert.Equal(["10.0.0.1", "10.0.0.2"], Compiled.Addresses(snapshot, "a.example"));
    }

    [Theory]
    [InlineData("NONE")]
    [InlineData("DYNAMIC_DNS")]
    [InlineData("DNS_ROUND_ROBIN")]
    public void Compile_a_host_that_the_transport_resolves_is_one_endpoint_by_name(string resolution)
    {
        var snapshot = Entry($$"""
            "hosts": [ "a.example" ], "resolution": "{{resolution}}", "ports": [ { "number": 443, "name": "https" } ]
            """);

        Assert.Equal(DiscoveryKind.Static, snapshot.Hosts["a.example"].Service!.Discovery);
        Assert.Equal(["a.example"], Compiled.Addresses(snapshot, "a.example"));
    }

    [Fact]
    public void Compile_none_dials_the_port_that_the_caller_wrote()
        => Assert.Equal(80, Assert.Single(Entry("\"hosts\": [ \"a.example\" ], \"ports\": [ { \"number\": 80, \"name\": \"http\", \"targetPort\": 8080 } ]").Hosts["a.example"].Ports).TargetPort);

    [Theory]
    [InlineData("", true, "")]
    [InlineData(", \"endpoints\": [ { \"address\": \"one.example\" }, { \"address\": \"two.example\" } ]", true, "one.example two.example")]
    [InlineData(", \"workloadSelector\": { \"labels\": { \"app\": \"none\" } }", false, "")]
    public void Compile_dns_looks_up_its_endpoints_or_else_the_host(string endpoints, bool isLookedUp, string names)
    {
        var snapshot = Entry("\"hosts\": [ \"a.example\" ], \"resolution\": \"DNS\"" + endpoints);

        Assert.Equal((isLookedUp ? DiscoveryKind.Dns : DiscoveryKind.Static, "a.example"), (snapshot.Hosts["a.example"].Service!.Discovery, snapshot.Hosts["a.example"].Service!.DiscoveryName));
        Assert.Equal(names, string.Join(' ', Compiled.Addresses(snapshot, "a.example")));
    }

    [Theory]
    [InlineData("", true, false)]
    [InlineData("\"location\": \"MESH_EXTERNAL\", ", true, false)]
    [InlineData("\"location\": \"MESH_INTERNAL\", ", false, true)]
    public void Compile_location_says_whether_context_goes_there(string location, bool isExternal, bool receives)
    {
        var snapshot = Entry(location + "\"hosts\": [ \"a.example\" ]");

        Assert.Equal((isExternal, receives), (snapshot.Hosts["a.example"].Service!.External, snapshot.Hosts["a.example"].ReceivesContext));
    }

    [Fact]
    public void Compile_a_short_host_belongs_to_the_namespace_of_the_entry()
    {
        var snapshot = Compiled.Section("""{ "ServiceEntries": { "prod/e": { "hosts": [ "shop" ] } } }""");

        Assert.True(snapshot.Hosts.ContainsKey("shop.prod"));
        Assert.False(snapshot.Hosts.ContainsKey("shop"));
    }

    [Fact]
    public void Compile_a_wildcard_makes_no_host_and_lets_calls_pass()
    {
        var snapshot = Entry("\"hosts\": [ \"*.example\" ], \"ports\": [ { \"number\": 443, \"name\": \"http\" } ]");

        Assert.False(HostTable.TryFind(snapshot, new Uri("https://a.example/"), out _));
        Assert.NotNull(PassThroughTable.Find(snapshot, new Uri("https://a.example/")));
    }

    [Theory]
    [InlineData("https://a.b.example./", true)]
    [InlineData("https://A.EXAMPLE/", true)]
    [InlineData("https://example/", false)]
    [InlineData("http://a.example/", false)]
    [InlineData("https://a.example:444/", false)]
    [InlineData("https://a.examples/", false)]
    public void Covers_holds_for_hosts_below_the_wildcard_on_its_ports(string uri, bool isCovered)
        => Assert.Equal(isCovered, PassThroughTable.Find(Entry("\"hosts\": [ \"*.example\" ], \"ports\": [ { \"number\": 443, \"name\": \"http\" } ]"), new Uri(uri)) is not null);

    [Fact]
    public void Compile_a_name_below_a_wildcard_that_a_rule_leads_to_has_the_ports_and_location_of_the_entry()
    {
        var snapshot = Compiled.Section("""
            { "ServiceEntries": { "e": { "hosts": [ "*.example" ], "location": "MESH_INTERNAL", "ports": [ { "number": 8080, "name": "http" } ] } },
              "VirtualServices": { "v": { "hosts": [ "shop" ], "http": [ { "route": [ { "destination": { "host": "a.example" } } ] } ] } } }
            """);

        var cluster = Assert.Single(Given.ClustersOf(snapshot, "shop"));
        Assert.Equal(("outbound|8080||a.example", false), (cluster.Key.ToString(), cluster.Service.External));
        Assert.Equal("a.example", Assert.Single(cluster.Service.Endpoints).Address);
    }

    [Fact]
    public void Compile_a_logical_dns_endpoint_serves_each_port_where_it_listens()
    {
        var snapshot = Entry("""
            "hosts": [ "a.example" ], "resolution": "DNS_ROUND_ROBIN", "ports": [ { "number": 80, "name": "http" }, { "number": 81, "name": "admin", "targetPort": 8081 } ],
            "endpoints": [ { "address": "gw.example", "ports": { "http": 8080 } } ]
            """);

        Assert.Equal("gw.example:8080 for 80, gw.example:8081 for 81", Served(snapshot, "a.example"));
    }

    [Theory]
    [InlineData("\"ports\": [ { \"number\": 80, \"name\": \"p80\" } ]")]
    [InlineData("\"ports\": []")]
    public void Compile_logical_dns_takes_the_first_of_several_workloads(string ports)
    {
        var snapshot = Compiled.Section($$"""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "DNS_ROUND_ROBIN", {{ports}}, "workloadSelector": { "labels": { "app": "a" } } } },
              "WorkloadEntries": { "one": { "address": "one.example", "labels": { "app": "a" } }, "two": { "address": "two.example", "labels": { "app": "a" } } } }
            """);

        Assert.Equal(["one.example"], Compiled.Addresses(snapshot, "a.example"));
    }

    [Theory]
    [InlineData("NONE")]
    [InlineData("DYNAMIC_DNS")]
    public void Compile_a_subset_of_a_host_that_is_dialled_as_called_has_its_one_endpoint(string resolution)
    {
        var snapshot = Compiled.Section($$"""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "{{resolution}}", "ports": [ { "number": 80, "name": "p80" } ] } },
              "DestinationRules": { "r": { "host": "a.example", "subsets": [ { "name": "v1", "labels": { "version": "v1" } } ] } },
              "VirtualServices": { "v": { "hosts": [ "shop" ], "http": [ { "route": [ { "destination": { "host": "a.example", "subset": "v1" } } ] } ] } } }
            """);

        var cluster = Assert.Single(Given.ClustersOf(snapshot, "shop"));
        Assert.Equal("outbound|80|v1|a.example", cluster.Key.ToString());
        Assert.Empty(cluster.SubsetLabels);
    }

    [Fact]
    public void Compile_endpoints_as_before_are_the_same_list()
    {
        var loaded = Loading.Section("""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "a" }, { "number": 81, "name": "b" } ],
              "endpoints": [ { "address": "10.0.0.1", "ports": { "a": 8080 } }, { "address": "fd00::1" } ] } } }
            """);
        var configuration = ConfigurationMerger.Merge([loaded]).Configuration;
        var first = SnapshotCompiler.Compile(configuration, 1);

        Assert.Same(first.Hosts["a.example"].Service!.Endpoints, SnapshotCompiler.Compile(configuration, 2, first).Hosts["a.example"].Service!.Endpoints);
    }

    private static string Served(MeshSnapshot snapshot, string host)
        => string.Join(", ", snapshot.Hosts[host].Service!.Endpoints.Select(endpoint => $"{endpoint.Address} for {string.Join('+', endpoint.ServicePorts)}"));

    private static MeshSnapshot Entry(string spec) => Compiled.Section("{ \"ServiceEntries\": { \"e\": { " + spec + " } } }");
}
