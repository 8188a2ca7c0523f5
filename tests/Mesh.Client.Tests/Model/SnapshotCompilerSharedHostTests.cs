using Mesh.Client.Configuration;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Model;

/// <summary>ServiceEntries that declare one host.</summary>
public sealed class SnapshotCompilerSharedHostTests
{
    [Fact]
    public void Compile_ports_and_endpoints_of_two_entries_are_those_of_both_port_by_port()
    {
        var service = Shared(
            """ "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ { "address": "10.0.0.1" } ] """,
            """ "ports": [ { "number": 81, "name": "admin", "targetPort": 8081 } ], "endpoints": [ { "address": "10.0.0.2" }, { "address": "10.0.0.3", "ports": { "admin": 9 } } ] """);

        Assert.Equal([80, 81], service.Ports.Select(port => port.Number));
        Assert.Equal("10.0.0.1 for 80, 10.0.0.2 for 81, 10.0.0.3:9 for 81", Served(service));
    }

    [Fact]
    public void Compile_a_port_of_both_is_the_older_ones_and_each_endpoint_listens_as_its_own_entry_says()
    {
        var service = Shared(
            """ "ports": [ { "number": 80, "name": "http", "targetPort": 8080 } ], "endpoints": [ { "address": "10.0.0.1" } ] """,
            """ "ports": [ { "number": 80, "name": "http", "targetPort": 9090 } ], "endpoints": [ { "address": "10.0.0.2" } ] """);

        Assert.Equal(8080, Assert.Single(service.Ports).TargetPort);
        Assert.Equal("10.0.0.1 for , 10.0.0.2:9090 for ", Served(service));
    }

    [Fact]
    public void Compile_ports_of_one_name_and_two_numbers_are_each_served_by_the_endpoints_of_their_own_entry()
        => Assert.Equal("10.0.0.1 for 80, 10.0.0.2 for 81", Served(Shared(
            """ "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ { "address": "10.0.0.1" } ] """,
            """ "ports": [ { "number": 81, "name": "http" } ], "endpoints": [ { "address": "10.0.0.2" } ] """)));

    [Fact]
    public void Compile_a_port_of_another_name_is_not_served_by_the_younger_ones_endpoints()
        => Assert.Equal("10.0.0.1 for ", Served(Shared(
            """ "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ { "address": "10.0.0.1" } ] """,
            """ "ports": [ { "number": 80, "name": "web" } ], "endpoints": [ { "address": "10.0.0.2" } ] """)));

    [Theory]
    [InlineData("\"exportTo\": [ \"*\" ]")]
    [InlineData("\"metadata\": { \"labels\": { \"a\": \"b\" } }")]
    public void Compile_ports_are_not_added_by_an_entry_that_differs_otherwise(string difference)
    {
        var service = Shared(
            """ "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ { "address": "10.0.0.1" } ] """,
            $$""" {{difference}}, "ports": [ { "number": 81, "name": "admin" }, { "number": 82, "name": "http" } ], "endpoints": [ { "address": "10.0.0.2" } ] """);

        Assert.Equal([80], service.Ports.Select(port => port.Number));
        Assert.Equal("10.0.0.1 for , 10.0.0.2:82 for ", Served(service));
    }

    [Fact]
    public void Compile_the_oldest_entry_has_the_host_alone_where_resolutions_differ()
    {
        var service = Shared(
            """ "ports": [ { "number": 80, "name": "p80" } ], "endpoints": [ { "address": "10.0.0.1" } ] """,
            """ "resolution": "DNS", "ports": [ { "number": 81, "name": "p81" } ], "endpoints": [ { "address": "b.example" } ] """);

        Assert.Equal([80], service.Ports.Select(port => port.Number));
        Assert.Equal("10.0.0.1 for ", Served(service));
    }

    [Fact]
    public void Compile_entries_of_other_namespaces_add_nothing()
    {
        var snapshot = Compiled.Section("""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "STATIC", "ports": [ { "number": 80, "name": "p80" } ], "endpoints": [ { "address": "10.0.0.1" } ] },
              "prod/f": { "hosts": [ "a.example" ], "resolution": "STATIC", "ports": [ { "number": 81, "name": "p81" } ], "endpoints": [ { "address": "10.0.0.2" } ] } } }
            """);

        Assert.Equal("10.0.0.1 for ", Served(snapshot.Hosts["a.example"].Service!));
    }

    [Fact]
    public void Compile_a_host_looked_up_by_one_entry_stands_beside_the_endpoints_of_the_other()
    {
        var service = Shared(
            """ "resolution": "DNS", "ports": [ { "number": 80, "name": "http" } ] """,
            """ "resolution": "DNS", "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ { "address": "b.example" } ] """);

        Assert.Equal((DiscoveryKind.Dns, "a.example for , b.example for "), (service.Discovery, Served(service)));
    }

    [Fact]
    public void Compile_logical_dns_of_two_entries_has_one_endpoint_for_each_port()
        => Assert.Equal("b.example for 80, c.example for 81", Served(Shared(
            """ "resolution": "DNS_ROUND_ROBIN", "ports": [ { "number": 80, "name": "http" } ], "endpoints": [ { "address": "b.example" } ] """,
            """ "resolution": "DNS_ROUND_ROBIN", "ports": [ { "number": 80, "name": "http" }, { "number": 81, "name": "admin" } ], "endpoints": [ { "address": "c.example" } ] """)));

    [Fact]
    public void Compile_a_wildcard_of_two_entries_lets_calls_pass_on_the_ports_of_both()
    {
        var snapshot = Compiled.Section("""
            { "ServiceEntries": { "e": { "hosts": [ "*.example" ], "ports": [ { "number": 80, "name": "p80" } ] }, "f": { "hosts": [ "*.example" ], "ports": [ { "number": 443, "name": "p443" } ] } } }
            """);

        Assert.Equal([80, 443], Assert.Single(snapshot.PassThrough).Ports.Select(port => port.Number));
    }

    /// <summary>Of two entries for <c>a.example</c>, the first of which is the older; STATIC where nothing else is written.</summary>
    private static ServiceModel Shared(string older, string younger)
        => Compiled.Section($$""" { "ServiceEntries": { "e": { {{Spec(older)}} }, "f": { {{Spec(younger)}} } } } """).Hosts["a.example"].Service!;

    private static string Spec(string spec)
        => "\"hosts\": [ \"a.example\" ], " + (spec.Contains("\"resolution\"", StringComparison.Ordinal) ? "" : "\"resolution\": \"STATIC\", ") + spec;

    private static string Served(ServiceModel service)
        => string.Join(", ", service.Endpoints.Select(endpoint => $"{endpoint.Address} for {string.Join('+', endpoint.ServicePorts)}"));
}
