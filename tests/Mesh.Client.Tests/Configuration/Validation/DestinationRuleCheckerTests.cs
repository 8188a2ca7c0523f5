using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Validation;

public sealed class DestinationRuleCheckerTests
{
    private const string V1 = "\"subsets\": [ { \"name\": \"v1\", \"labels\": { \"version\": \"v1\" } } ]";
    private const string Web = "\"workloadSelector\": { \"matchLabels\": { \"app\": \"web\" } }";
    private const string Policy = "\"trafficPolicy\": { \"loadBalancer\": { \"simple\": \"RANDOM\" } }";

    [Theory]
    [InlineData(V1, V1, "Mesh:DestinationRules:b:subsets:0")]
    [InlineData(Policy, Policy, "Mesh:DestinationRules:b:trafficPolicy")]
    [InlineData(V1, Policy, null)]
    [InlineData(V1 + ", \"exportTo\": [ \"~\" ]", V1, null)]
    public void Check_two_rules_that_say_the_same_of_a_host_name_the_younger(string first, string second, string? path)
    {
        var findings = Findings($$"""{ "DestinationRules": { "a": { "host": "reviews", {{first}} }, "b": { "host": "reviews.default.svc.cluster.local", {{second}} } } }""");

        Assert.Equal(path is null ? [] : [(FindingCodes.SharedDestinationRule, path, "KIA0201")], findings.Select(finding => (finding.Code, finding.Path, finding.Aliases[0])));
    }

    [Theory]
    [InlineData("reviews")]
    [InlineData("*.example")]
    public void Check_rules_of_one_host_with_other_exports_name_the_older(string host)
    {
        var finding = Assert.Single(Findings($$"""
            { "DestinationRules": { "a": { "host": "{{host}}", "exportTo": [ "." ], {{V1}} }, "b": { "host": "{{host}}", {{V1}} } } }
            """));

        Assert.Equal((FindingCodes.SeparateDestinationRules, MeshFindingSeverity.Warning, "Mesh:DestinationRules:a:exportTo"), (finding.Code, finding.Severity, finding.Path));
        Assert.Contains("DestinationRule default/b", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reviews")]
    [InlineData("*.example")]
    public void Check_a_rule_for_all_beside_one_that_selects_this_workload_is_told(string host)
    {
        var finding = Assert.Single(Findings($$"""
            { "Workload": { "Labels": { "app": "web" } },
              "DestinationRules": { "a": { "host": "{{host}}", {{V1}} }, "b": { "host": "{{host}}", {{Web}}, {{V1}} }, "c": { "host": "{{host}}", "workloadSelector": { "matchLabels": { "app": "other" } }, {{V1}} } } }
            """));

        Assert.Equal((FindingCodes.SeparateDestinationRules, MeshFindingSeverity.Info, "DestinationRule default/a"), (finding.Code, finding.Severity, finding.Resource));
        Assert.Contains("DestinationRule default/b", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"version\": \"v1\"", FindingCodes.SeparateDestinationRules, "Mesh:DestinationRules:b:workloadSelector")]
    [InlineData("\"app\": \"web\"", FindingCodes.SharedDestinationRule, "Mesh:DestinationRules:b:subsets:0")]
    public void Check_two_rules_that_select_this_workload_name_what_is_not_used(string labels, string code, string path)
    {
        var finding = Assert.Single(Findings($$"""
            { "Workload": { "Labels": { "app": "web", "version": "v1" } },
              "DestinationRules": { "a": { "host": "*.example", {{Web}}, {{V1}} }, "b": { "host": "*.example", "workloadSelector": { "matchLabels": { {{labels}} } }, {{V1}} } } }
            """));

        Assert.Equal((code, MeshFindingSeverity.Warning, path), (finding.Code, finding.Severity, finding.Path));
    }

    [Theory]
    [InlineData("None", "raitings", true)]
    [InlineData("None", "ratings", false)]
    [InlineData("None", "ratings.default", false)]
    [InlineData("None", "*.nowhere", false)]
    [InlineData("None", "a.example", false)]
    [InlineData("Dns", "raitings", false)]
    public void Check_a_host_that_nothing_declares_is_told_where_none_is_looked_up(string discovery, string host, bool isTold)
    {
        var findings = Findings($$"""
            { "DefaultDiscovery": "{{discovery}}", "Services": { "ratings": {} }, "ServiceEntries": { "e": { "hosts": [ "*.example" ] } }, "DestinationRules": { "a": { "host": "{{host}}" } } }
            """);

        Assert.Equal(isTold ? [FindingCodes.UnknownRuleHost] : [], findings.Select(finding => finding.Code));
    }

    [Theory]
    [InlineData("""{ "Address": "127.0.0.1:1", "Labels": { "version": "v2" } }""", MeshFindingSeverity.Warning)]
    [InlineData("""{ "Address": "127.0.0.1:1", "Labels": { "version": "v1" } }""", null)]
    [InlineData("", null)]
    public void Check_a_subset_that_no_endpoint_belongs_to_is_told(string endpoint, MeshFindingSeverity? severity)
    {
        var findings = Findings($$"""
            { "Services": { "reviews": { "Endpoints": [ {{endpoint}} ] } }, "DestinationRules": { "a": { "host": "reviews", {{V1}} } },
              "VirtualServices": { "a": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews", "subset": "v1" } } ] } ] } } }
            """);

        Assert.Equal(severity is null ? [] : [(FindingCodes.SubsetWithoutEndpoints, severity)], findings.Select(finding => (finding.Code, (MeshFindingSeverity?)finding.Severity)));
    }

    [Theory]
    [InlineData("Dns", 1)]
    [InlineData("ServiceDiscovery", 0)]
    public void Check_a_subset_that_no_endpoint_belongs_to_is_told_where_the_endpoints_are_used(string discovery, int expected) =>
        Assert.Equal(expected, Findings($$"""
            { "Services": { "reviews": { "Discovery": "{{discovery}}", "Endpoints": [ { "Address": "one.example", "Labels": { "version": "v2" } } ] } },
              "DestinationRules": { "a": { "host": "reviews", {{V1}} } } }
            """).Count(finding => finding.Code == FindingCodes.SubsetWithoutEndpoints));

    [Fact]
    public void Check_a_subset_without_endpoints_that_no_rule_uses_is_worth_knowing()
        => Assert.Equal(MeshFindingSeverity.Info, Assert.Single(Findings($$"""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "DNS", "endpoints": [ { "address": "b.example" } ] } }, "DestinationRules": { "a": { "host": "a.example", {{V1}} } } }
            """)).Severity);

    [Theory]
    [InlineData("NONE", true)]
    [InlineData("DYNAMIC_DNS", true)]
    [InlineData("DNS", false)]
    public void Check_labels_of_a_subset_where_the_host_is_dialled_as_called_are_told(string resolution, bool isTold)
        => Assert.Equal(isTold ? [(FindingCodes.SubsetWithoutEndpoints, MeshFindingSeverity.Info)] : [], Findings($$"""
            { "ServiceEntries": { "e": { "hosts": [ "a.example" ], "resolution": "{{resolution}}" } }, "DestinationRules": { "a": { "host": "a.example", {{V1}} } } }
            """).Select(finding => (finding.Code, finding.Severity)));

    [Theory]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": { \"interval\": \"5s\" } }", "trafficPolicy:outlierDetection")]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": { \"maxEjectionPercent\": 33 } }", "trafficPolicy:outlierDetection")]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": { \"maxEjectionPercent\": 34 } }", null)]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": { \"maxEjectionPercent\": 0 } }", null)]
    [InlineData("\"x-mesh\": { \"trafficPolicy\": { \"outlierDetection\": { \"successRate\": {} } } }", "")]
    [InlineData("\"x-mesh\": { \"trafficPolicy\": { \"outlierDetection\": { \"alwaysEjectOneHost\": true } } }", null)]
    [InlineData("\"subsets\": [ { \"name\": \"v1\", \"labels\": { \"version\": \"v1\" }, \"trafficPolicy\": { \"outlierDetection\": { \"maxEjectionPercent\": 34 } } } ]", "subsets:0:trafficPolicy:outlierDetection")]
    [InlineData("\"subsets\": [ { \"name\": \"v1\", \"labels\": { \"version\": \"v1\" }, \"trafficPolicy\": { \"outlierDetection\": { \"maxEjectionPercent\": 50 } } } ]", null)]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": { \"maxEjectionPercent\": 34 } }, \"subsets\": [ { \"name\": \"v1\", \"labels\": { \"version\": \"v1\" } } ]", "subsets:0")]
    public void Check_an_outlier_detection_that_can_eject_nobody_is_told(string rule, string? place)
    {
        var findings = Findings($$"""
            { "Services": { "reviews": { "Endpoints": [ { "Address": "127.0.0.1:1", "Labels": { "version": "v1" } }, { "Address": "127.0.0.1:2", "Labels": { "version": "v1" } }, { "Address": "127.0.0.1:3", "Labels": { "version": "v2" } } ] } },
              "DestinationRules": { "a": { "host": "reviews", {{rule}} } },
              "VirtualServices": { "a": { "hosts": [ "reviews" ], "http": [ { "route": [ { "destination": { "host": "reviews"{{(rule.Contains("v1", StringComparison.Ordinal) ? ", \"subset\": \"v1\"" : "")}} } } ] } ] } } }
            """);

        Assert.Equal(
            place is null ? [] : [(FindingCodes.IdleOutlierDetection, MeshFindingSeverity.Warning, $"Mesh:DestinationRules:a:{place}".TrimEnd(':'))],
            findings.Select(finding => (finding.Code, finding.Severity, finding.Path)));
    }

    [Theory]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": {} }, \"x-mesh\": { \"trafficPolicy\": { \"circuitBreaker\": { \"endpoint\": {} } } }", "")]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": {} }, \"x-mesh\": { \"trafficPolicy\": { \"circuitBreaker\": { \"cluster\": {} } } }", null)]
    [InlineData("\"x-mesh\": { \"trafficPolicy\": { \"circuitBreaker\": { \"endpoint\": {} } } }", null)]
    [InlineData("\"trafficPolicy\": { \"outlierDetection\": {} }, \"subsets\": [ { \"name\": \"v1\" } ], \"x-mesh\": { \"subsets\": { \"v1\": { \"trafficPolicy\": { \"circuitBreaker\": { \"endpoint\": {} } } } } }", "subsets:0")]
    public void Check_a_breaker_of_endpoints_beside_outlier_detection_is_told(string rule, string? place)
    {
        var findings = Findings($$"""
            { "Services": { "reviews": { "Endpoints": [ { "Address": "127.0.0.1:1" } ] } }, "DestinationRules": { "a": { "host": "reviews", {{rule}} } } }
            """).Where(finding => finding.Code == FindingCodes.BreakerBesideOutlierDetection);

        Assert.Equal(
            place is null ? [] : [(MeshFindingSeverity.Info, $"Mesh:DestinationRules:a:{place}".TrimEnd(':'))], findings.Select(finding => (finding.Severity, finding.Path)));
    }

    private static IReadOnlyList<MeshFinding> Findings(string section)
    {
        var document = Loading.Section(section);
        Loading.NotRefused(document);
        return ConfigurationMerger.Merge([document]).Findings;
    }
}
