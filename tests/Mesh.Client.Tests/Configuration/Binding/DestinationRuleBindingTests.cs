using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class DestinationRuleBindingTests
{
    [Fact]
    public void Load_settings_of_a_port_without_any_block_are_refused()
        => Loading.Refused(Loading.Destination("trafficPolicy:\n  portLevelSettings:\n  - port: { number: 80 }\n"), FindingCodes.EmptyPolicy, "spec.trafficPolicy.portLevelSettings[0]");

    [Fact]
    public void Load_a_rule_as_in_istios_documentation_reads_like_it()
    {
        var document = Loading.Destination("""
            trafficPolicy:
              loadBalancer: { simple: ROUND_ROBIN }
              connectionPool: { tcp: { connectTimeout: 500ms } }
              outlierDetection: { consecutive5xxErrors: 7, consecutiveGatewayErrors: 3, interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100, minHealthPercent: 50 }
            subsets:
            - name: v1
              labels: { version: v1 }
              trafficPolicy: { loadBalancer: { simple: RANDOM } }
            """);

        Loading.Clean(document);
        var rule = Loading.FirstDestination(document);
        Assert.Equal(LoadBalancerPolicy.RoundRobin, rule.TrafficPolicy!.LoadBalancer!.Policy);
        Assert.Equal(TimeSpan.FromMilliseconds(500), rule.TrafficPolicy.ConnectionPool!.ConnectTimeout);
        Assert.Equal(
            new OutlierDetectionConfiguration
            {
                Consecutive5xxErrors = 7,
                ConsecutiveGatewayErrors = 3,
                Interval = TimeSpan.FromSeconds(1),
                BaseEjectionTime = TimeSpan.FromMinutes(3),
                MaxEjectionPercent = 100,
                MinHealthPercent = 50,
            },
            rule.TrafficPolicy.OutlierDetection);
        Assert.Equal("v1", rule.Subsets[0].Labels["version"]);
        Assert.Equal(LoadBalancerPolicy.Random, rule.Subsets[0].TrafficPolicy!.LoadBalancer!.Policy);
    }

    [Fact]
    public void Load_what_counts_as_an_error_to_outlier_detection()
    {
        var document = Loading.Destination("""
            trafficPolicy:
              outlierDetection: { splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2, outlierDetectionHttpErrorCodes: [ 429, 503, 429 ] }
            """);

        Loading.Clean(document);
        Assert.Equal(
            new OutlierDetectionConfiguration
            {
                SplitsLocalOriginErrors = true,
                ConsecutiveLocalOriginFailures = 2,
                HttpErrorCodes = StatusSet.Of((429, 429), (503, 503)),
            },
            Loading.FirstDestination(document).TrafficPolicy!.OutlierDetection);
    }

    [Fact]
    public void Load_the_older_consecutiveErrors_means_the_same_and_is_told()
    {
        var document = Loading.Destination("trafficPolicy:\n  outlierDetection: { consecutiveErrors: 1 }\n");

        Assert.Equal(1, Loading.FirstDestination(document).TrafficPolicy!.OutlierDetection!.Consecutive5xxErrors);
        Loading.Informed(document, FindingCodes.Deprecated, "spec.trafficPolicy.outlierDetection.consecutiveErrors");
    }

    [Fact]
    public void Load_LEAST_CONN_is_LEAST_REQUEST_and_is_told()
    {
        var document = Loading.Destination("trafficPolicy:\n  loadBalancer: { simple: LEAST_CONN }\n");

        Assert.Equal(LoadBalancerPolicy.LeastRequest, Loading.FirstDestination(document).TrafficPolicy!.LoadBalancer!.Policy);
        Loading.Informed(document, FindingCodes.Deprecated, "spec.trafficPolicy.loadBalancer.simple");
    }

    [Theory]
    [InlineData("version: 1", "number")]
    [InlineData("version: true", "boolean")]
    public void Load_a_label_that_is_not_text_is_an_error_that_says_to_quote_it(string label, string type)
    {
        var finding = Loading.Refused(Loading.Destination($"subsets:\n- name: v1\n  labels: {{ {label} }}\n"), FindingCodes.WrongType, "spec.subsets[0].labels.version");

        Assert.Contains(type, finding.Message, StringComparison.Ordinal);
        Assert.StartsWith("Quote it", finding.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trafficPolicy: {}", FindingCodes.EmptyPolicy, "spec.trafficPolicy")]
    [InlineData("trafficPolicy: null", FindingCodes.NullValue, "spec.trafficPolicy")]
    [InlineData("trafficPolicy: { loadBalancer: { simple: ROUNDROBIN } }", FindingCodes.UnknownValue, "spec.trafficPolicy.loadBalancer.simple")]
    [InlineData("trafficPolicy: { loadBalancer: { simple: RANDOM, consistentHash: {} } }", FindingCodes.Conflict, "spec.trafficPolicy.loadBalancer.consistentHash")]
    [InlineData("trafficPolicy: { outlierDetection: { maxEjectionPercent: 101 } }", FindingCodes.OutOfRange, "spec.trafficPolicy.outlierDetection.maxEjectionPercent")]
    [InlineData("trafficPolicy: { outlierDetection: { minHealthPercent: -1 } }", FindingCodes.OutOfRange, "spec.trafficPolicy.outlierDetection.minHealthPercent")]
    [InlineData("trafficPolicy: { outlierDetection: { interval: 0.1ms } }", FindingCodes.BadDuration, "spec.trafficPolicy.outlierDetection.interval")]
    [InlineData("trafficPolicy: { outlierDetection: { consecutiveLocalOriginFailures: 5 } }", FindingCodes.Conflict, "spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures")]
    [InlineData("trafficPolicy: { outlierDetection: { outlierDetectionHttpErrorCodes: [ 600 ] } }", FindingCodes.OutOfRange, "spec.trafficPolicy.outlierDetection.outlierDetectionHttpErrorCodes[0]")]
    [InlineData("trafficPolicy: { connectionPool: {} }", FindingCodes.EmptyPolicy, "spec.trafficPolicy.connectionPool")]
    [InlineData("trafficPolicy: { tls: { mode: SIMPEL } }", FindingCodes.UnknownValue, "spec.trafficPolicy.tls.mode")]
    [InlineData("trafficPolicy: { portLevelSettings: [ {} ] }", FindingCodes.MissingField, "spec.trafficPolicy.portLevelSettings[0]")]
    [InlineData("subsets: [ { name: v_1, labels: { a: b } } ]", FindingCodes.BadSubsetName, "spec.subsets[0].name")]
    [InlineData("subsets: [ { labels: { a: b } } ]", FindingCodes.MissingField, "spec.subsets[0]")]
    [InlineData("subsets: [ { name: a, labels: { a: b } }, { name: a, labels: { a: c } } ]", FindingCodes.DuplicateSubset, "spec.subsets[1].name")]
    [InlineData("subsets: [ { name: a, labels: { a: \"b c\" } } ]", FindingCodes.BadLabel, "spec.subsets[0].labels.a")]
    [InlineData("subsets: [ { name: a, labels: { a: null } } ]", FindingCodes.NullValue, "spec.subsets[0].labels.a")]
    [InlineData("subsets: [ null ]", FindingCodes.NullValue, "spec.subsets[0]")]
    [InlineData("subset: []", FindingCodes.UnknownField, "spec.subset")]
    public void Load_a_rule_that_cannot_be_honoured_is_refused(string spec, string code, string path) => Loading.Refused(Loading.Destination(spec + "\n"), code, path);

    [Fact]
    public void Load_a_subset_without_labels_is_told()
        => Loading.Informed(Loading.Destination("subsets: [ { name: all } ]\n"), FindingCodes.SubsetWithoutLabels, "spec.subsets[0]");

    [Theory]
    [InlineData("*.example.com", true)]
    [InlineData("*", true)]
    [InlineData("*example.com", true)]
    [InlineData("*-a.example.com", true)]
    [InlineData("a*.example.com", false)]
    [InlineData("example.5", false)]
    [InlineData("::1", false)]
    [InlineData("a..b", false)]
    [InlineData("-a", false)]
    [InlineData("a/b", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("Reviews.Default.svc", true)]
    [InlineData("reviews.default.svc.cluster.local.", true)]
    public void Load_the_host_is_checked(string host, bool isValid)
        => Assert.NotEqual(isValid, Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{ name: a }}\nspec: {{ host: \"{host}\" }}\n").IsRefused);

    [Theory]
    [InlineData("exportTo: [ \".\" ]")]
    [InlineData("exportTo: [ prod, \".\" ]")]
    [InlineData("workloadSelector: { matchLabels: { app: a } }")]
    [InlineData("workloadSelector: { matchLabels: { app: a } }\nexportTo: [ \".\" ]")]
    public void Bind_scopes_are_read_without_a_word(string field) => Loading.Clean(Loading.Destination(field + "\n"));

    [Fact]
    public void Bind_a_selector_that_is_exported_is_refused()
        => Loading.Refused(Loading.Destination("workloadSelector: { matchLabels: { app: a } }\nexportTo: [ \"*\" ]\n"), FindingCodes.BadExportTo, "spec.exportTo");

    [Fact]
    public void Bind_a_selector_without_labels_is_told()
        => Loading.Warned(Loading.Destination("workloadSelector: {}\n"), FindingCodes.SelectorWithoutLabels, "spec.workloadSelector");
}
