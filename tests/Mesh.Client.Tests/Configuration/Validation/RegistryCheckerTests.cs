using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Validation;

public sealed class RegistryCheckerTests
{
    private const string Entry = "\"hosts\": [ \"a.example\" ]";

    [Fact]
    public void Check_a_host_of_Services_and_of_an_entry_names_the_one_that_is_not_used()
    {
        var finding = Assert.Single(Findings($$"""{ "Services": { "a.example": {} }, "ServiceEntries": { "e": { {{Entry}} } } }"""));

        Assert.Equal((FindingCodes.SharedServiceHost, MeshFindingSeverity.Warning, "ServiceEntry default/e"), (finding.Code, finding.Severity, finding.Resource));
        Assert.Contains("Service default/a.example", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_a_host_of_two_entries_of_one_resolution_is_theirs_together()
        => Assert.Empty(Findings($$"""{ "ServiceEntries": { "f": { {{Entry}}, "ports": [ { "number": 80, "name": "p80" } ] }, "e": { {{Entry}}, "ports": [ { "number": 81, "name": "p81" } ] } } }"""));

    [Fact]
    public void Check_a_host_of_entries_of_two_resolutions_is_told_of_the_younger()
    {
        var finding = Assert.Single(Findings($$"""{ "ServiceEntries": { "f": { {{Entry}}, "resolution": "DNS" }, "e": { {{Entry}} } } }"""));

        Assert.Equal((FindingCodes.SharedServiceHost, "ServiceEntry default/f"), (finding.Code, finding.Resource));
        Assert.Contains("NONE there and DNS here", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"exportTo\": [ \"*\" ], \"ports\": [ { \"number\": 81, \"name\": \"p81\" } ]", "'exportTo' differ")]
    [InlineData("\"metadata\": { \"labels\": { \"a\": \"b\" } }, \"ports\": [ { \"number\": 81, \"name\": \"p81\" } ]", "'metadata.labels' differ")]
    [InlineData("\"ports\": [ { \"number\": 80, \"name\": \"web\" } ]", "is named 'http' in ServiceEntry default/e")]
    [InlineData("\"ports\": [ { \"number\": 80, \"name\": \"http\" } ], \"location\": \"MESH_INTERNAL\"", "location of 'a.example' differs")]
    public void Check_what_an_entry_cannot_add_to_an_older_one_is_told(string younger, string told)
    {
        var finding = Assert.Single(Findings($$"""
            { "ServiceEntries": { "f": { {{Entry}}, {{younger}} }, "e": { {{Entry}}, "ports": [ { "number": 80, "name": "http" } ] } } }
            """));

        Assert.Equal((FindingCodes.SharedServiceHost, "ServiceEntry default/f"), (finding.Code, finding.Resource));
        Assert.Contains(told, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_workloads_of_logical_dns_beyond_the_first_are_told()
    {
        var finding = Assert.Single(Findings($$"""
            { "ServiceEntries": { "e": { {{Entry}}, "resolution": "DNS_ROUND_ROBIN", "workloadSelector": { "labels": { "app": "a" } } } },
              "WorkloadEntries": { "v": { "address": "b.example", "labels": { "app": "a" } }, "w": { "address": "c.example", "labels": { "app": "a" } } } }
            """));

        Assert.Equal((FindingCodes.DiscoveryMismatch, MeshFindingSeverity.Warning), (finding.Code, finding.Severity));
        Assert.Contains("WorkloadEntry default/v is used", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTPS", true)]
    [InlineData("HTTP", false)]
    public void Check_one_port_with_two_protocols_is_told(string protocol, bool isTold)
    {
        var findings = Findings($$"""
            { "ServiceEntries": { "e": { {{Entry}}, "ports": [ { "number": 80, "name": "web", "protocol": "HTTP" } ] }, "f": { {{Entry}}, "ports": [ { "number": 80, "name": "web", "protocol": "{{protocol}}" } ] } } }
            """);

        Assert.Equal(isTold, findings.Any(finding => finding.Code == FindingCodes.ConflictingProtocol && finding.Aliases is ["IST0177", "KIA1212"]));
    }

    [Fact]
    public void Check_an_entry_that_is_not_exported_here_shares_nothing()
        => Assert.Empty(Findings($$"""{ "ServiceEntries": { "e": { {{Entry}} }, "prod/e": { {{Entry}}, "exportTo": [ "." ] } } }"""));

    [Fact]
    public void Check_selectors_and_workloads_that_miss_each_other_are_told()
    {
        var findings = Findings($$"""
            { "ServiceEntries": { "e": { {{Entry}}, "resolution": "STATIC", "workloadSelector": { "labels": { "app": "a" } } } },
              "WorkloadEntries": { "w": { "address": "10.0.0.1", "labels": { "app": "b" } } } }
            """);

        Assert.All(findings, finding => Assert.Equal(FindingCodes.IdleSelector, finding.Code));
        Assert.Equal([("ServiceEntry default/e", MeshFindingSeverity.Warning), ("WorkloadEntry default/w", MeshFindingSeverity.Info)],
            findings.Select(finding => (finding.Resource, finding.Severity)));
    }

    [Theory]
    [InlineData("a.example", "a.example", false)]
    [InlineData("*.example", "a.example", false)]
    [InlineData("a.example", "b.example", true)]
    public void Check_a_destination_that_an_entry_declares_is_known_without_discovery(string host, string destination, bool isWarned)
    {
        var findings = Findings($$"""
            { "DefaultDiscovery": "None", "ServiceEntries": { "e": { "hosts": [ "{{host}}" ] } },
              "VirtualServices": { "a": { "hosts": [ "x" ], "http": [ { "route": [ { "destination": { "host": "{{destination}}" } } ] } ] } } }
            """);

        Assert.Equal(isWarned, findings.Any(finding => finding.Code == FindingCodes.DanglingHost));
    }

    private static IReadOnlyList<MeshFinding> Findings(string section) => ConfigurationMerger.Merge([Loading.Section(section)]).Findings;
}
