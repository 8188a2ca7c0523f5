using Mesh.Client.Model;
using Mesh.Client.Routing;

namespace Mesh.Client.Tests.Model;

/// <summary>Egress listeners of a Sidecar that are for one port.</summary>
public sealed class SnapshotCompilerSidecarPortTests
{
    private const string All = """{ "hosts": [ "*/*" ] }""";

    [Theory]
    [InlineData("""{ "hosts": [ "./reviews" ], "port": { "number": 81 } }""", "http://reviews:81/")]
    [InlineData("""{ "hosts": [ "./reviews" ], "port": { "number": 80 } }, { "hosts": [ "./any" ] }""", "http://reviews/ http://any:81/ http://any:82/")]
    [InlineData("""{ "hosts": [ "./reviews" ], "port": { "number": 80 } }, { "hosts": [ "*/*" ] }""",
        "http://reviews/ http://reviews:81/ http://any:81/ http://any:82/ http://a.wild.example:81/")]
    [InlineData("""{ "hosts": [ "~/*" ], "port": { "number": 80 } }, { "hosts": [ "*/*" ] }""",
        "http://reviews:81/ http://any:81/ http://any:82/ http://a.wild.example:81/")]
    [InlineData("""{ "hosts": [ "./any", "prod/*" ], "port": { "number": 81 } }""", "http://any:81/ http://a.wild.example:81/")]
    [InlineData("""{ "hosts": [ "./reviews", "prod/*" ], "port": { "number": 9 } }""", "")]
    public void Compile_calls_to_a_port_see_the_hosts_of_its_listener_or_else_of_those_without_one(string egress, string expected)
    {
        var snapshot = Compile(egress);
        string[] uris = ["http://reviews/", "http://reviews:81/", "http://any:81/", "http://any:82/", "http://a.wild.example/", "http://a.wild.example:81/"];

        Assert.Equal(expected, string.Join(' ', uris.Where(uri => HostTable.TryFind(snapshot, new Uri(uri), out _) || PassThroughTable.Find(snapshot, new Uri(uri)) is not null)));
    }

    [Fact]
    public void Compile_a_port_that_is_hidden_is_not_replaced_by_one_that_is_seen()
        => Assert.Equal(HostMiss.Port, HostTable.Find(Compile("""{ "hosts": [ "./reviews" ], "port": { "number": 81 } }"""), new Uri("http://reviews/"), out _));

    [Fact]
    public void Compile_a_default_port_that_the_service_lacks_falls_to_the_only_one_that_is_seen()
    {
        Assert.True(HostTable.TryFind(Compile("""{ "hosts": [ "./reviews" ], "port": { "number": 81 } }"""), new Uri("https://reviews/"), out var match));
        Assert.Equal(81, match.Port);
    }

    [Fact]
    public void Compile_a_rule_leads_to_a_port_that_calls_do_not_see()
    {
        var snapshot = Compile("""{ "hosts": [ "./shop", "./reviews" ], "port": { "number": 81 } }""");

        Assert.Equal(80, Assert.Single(Given.ClustersOf(snapshot, "shop")).Key.Port);
        Assert.Equal([81], snapshot.Hosts["reviews"].Ports.Select(port => port.Number));
    }

    [Fact]
    public void Compile_a_service_that_only_a_rule_leads_to_has_all_of_its_ports()
        => Assert.Equal([80, 81], Compile("""{ "hosts": [ "./shop" ], "port": { "number": 81 } }""").Hosts["reviews"].Ports.Select(port => port.Number));

    [Fact]
    public void Compile_an_exclusion_holds_for_its_own_listener()
        => Assert.Equal([81], Compile($$"""{ "hosts": [ "*/*", "~default/reviews.default.svc.cluster.local" ], "port": { "number": 80 } }, {{All}}""")
            .Hosts["reviews"].Ports.Select(port => port.Number));

    private static MeshSnapshot Compile(string egress) => Compiled.Section($$"""
        { "Services": { "reviews": { "Ports": [ { "Number": 80, "Name": "http" }, { "Number": 81 } ] }, "any": {} },
          "ServiceEntries": { "prod/wild": { "hosts": [ "*.wild.example" ], "ports": [ { "number": 81, "name": "p81" } ] } },
          "VirtualServices": { "shop": { "hosts": [ "shop" ], "http": [ { "route": [ { "destination": { "host": "reviews", "port": { "number": 80 } } } ] } ] } },
          "Sidecars": { "s": { "egress": [ {{egress}} ] } } }
        """);
}
