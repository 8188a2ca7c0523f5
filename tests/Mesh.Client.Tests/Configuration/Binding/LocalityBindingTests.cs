using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class LocalityBindingTests
{
    private const string Outliers = "  outlierDetection: { interval: 5s }\n";
    private const string Setting = "spec.trafficPolicy.loadBalancer.localityLbSetting";

    [Fact]
    public void Load_distribute_is_read_as_written()
    {
        var document = Load("distribute: [ { from: us-west/*, to: { us-west/zone1/*: 80, us-east: 20 } }, { from: \"*\", to: { us-east: 100 } } ]");

        Loading.Clean(document);
        var bound = Bound(document);
        Assert.Equal([new("us-west", "*", ""), new("*", "", "")], bound.Distribute.Select(entry => entry.From));
        Assert.Equal([new(new("us-west", "zone1", "*"), 80), new(new("us-east", "", ""), 20)], bound.Distribute[0].To);
    }

    [Fact]
    public void Load_failover_is_read_as_written()
    {
        var document = Load("failover: [ { from: eu, to: us } ], failoverPriority: [ cluster, tier=1 ]", Outliers);

        Loading.Clean(document);
        Assert.Equal([new("eu", "us")], Bound(document).Failover);
        Assert.Equal(["cluster", "tier=1"], Bound(document).FailoverPriority);
        Assert.True(Bound(document).IsEnabled);
    }

    [Theory]
    [InlineData("distribute: [ { from: a, to: { b: 100 } } ], failover: [ { from: a, to: b } ]", FindingCodes.Conflict, ".failover")]
    [InlineData("distribute: [ { from: a, to: { b: 100 } } ], failoverPriority: [ c ]", FindingCodes.Conflict, ".failoverPriority")]
    [InlineData("failover: [ { from: a, to: b } ], failoverPriority: [ topology.kubernetes.io/region ]", FindingCodes.Conflict, ".failoverPriority[0]")]
    [InlineData("failover: [ { from: a, to: b } ], failoverPriority: [ topology.kubernetes.io/zone ]", FindingCodes.Conflict, ".failoverPriority[0]")]
    [InlineData("failover: [ { from: a, to: b } ], failoverPriority: [ x, topology.istio.io/subzone ]", FindingCodes.Conflict, ".failoverPriority[1]")]
    [InlineData("failoverPriority: [ \"=x\" ]", FindingCodes.BadLabel, ".failoverPriority[0]")]
    [InlineData("failover: [ { from: a, to: a } ]", FindingCodes.BadLocalitySetting, ".failover[0]")]
    [InlineData("failover: [ { from: a/b, to: c } ]", FindingCodes.BadLocality, ".failover[0].from")]
    [InlineData("failover: [ { from: a, to: \"*\" } ]", FindingCodes.BadLocality, ".failover[0].to")]
    [InlineData("failover: [ { from: a } ]", FindingCodes.MissingField, ".failover[0]")]
    [InlineData("distribute: [ { from: a, to: { b: 99 } } ]", FindingCodes.BadLocalitySetting, ".distribute[0].to")]
    [InlineData("distribute: [ { from: a, to: { b: 0, c: 100 } } ]", FindingCodes.OutOfRange, ".distribute[0].to.b")]
    [InlineData("distribute: [ { from: a, to: { b: 101 } } ]", FindingCodes.OutOfRange, ".distribute[0].to.b")]
    [InlineData("distribute: [ { from: a } ]", FindingCodes.MissingField, ".distribute[0]")]
    [InlineData("distribute: [ { to: { b: 100 } } ]", FindingCodes.MissingField, ".distribute[0]")]
    [InlineData("distribute: [ { from: a//b, to: { b: 100 } } ]", FindingCodes.BadLocality, ".distribute[0].from")]
    [InlineData("distribute: [ { from: \"*/b\", to: { b: 100 } } ]", FindingCodes.BadLocality, ".distribute[0].from")]
    [InlineData("distribute: [ { from: a, to: { b: 100 } }, { from: a/x, to: { b: 100 } } ]", FindingCodes.BadLocalitySetting, ".distribute[1].from")]
    [InlineData("distribute: [ { from: a/x, to: { b: 100 } }, { from: a, to: { b: 100 } } ]", FindingCodes.BadLocalitySetting, ".distribute[1].from")]
    [InlineData("distribute: [ { from: \"*\", to: { b: 100 } }, { from: a, to: { b: 100 } } ]", FindingCodes.BadLocalitySetting, ".distribute[1].from")]
    [InlineData("distribute: [ { from: a/x/1, to: { b: 100 } }, { from: a/x/1, to: { b: 100 } } ]", FindingCodes.BadLocalitySetting, ".distribute[1].from")]
    [InlineData("distribute: [ { from: a, to: { b/x: 50, b/*: 50 } } ]", FindingCodes.BadLocalitySetting, ".distribute[0].to.b/*")]
    public void Load_a_locality_setting_that_Istio_refuses_is_refused(string setting, string code, string path)
        => Loading.Refused(Load(setting, Outliers), code, Setting + path);

    [Theory]
    [InlineData("distribute: [ { from: a/x, to: { b: 100 } }, { from: a/*, to: { b: 100 } } ]")]
    [InlineData("distribute: [ { from: a/x/1, to: { b: 100 } }, { from: a/x/2, to: { b: 100 } }, { from: \"*\", to: { b: 100 } } ]")]
    [InlineData("enabled: false")]
    [InlineData("{}")]
    public void Load_a_locality_setting_that_Istio_takes_is_clean(string setting) => Loading.Clean(Load(setting == "{}" ? "" : setting, Outliers));

    [Theory]
    [InlineData("failover: [ { from: a, to: b } ]")]
    [InlineData("failoverPriority: [ a ]")]
    public void Load_failover_without_outlier_detection_warns(string setting)
        => Loading.Warned(Load(setting), FindingCodes.BadLocalitySetting, Setting);

    [Fact]
    public void Load_failover_of_a_subset_finds_the_outlier_detection_of_the_rule()
        => Loading.Clean(Loading.Destination(
            $"trafficPolicy:\n{Outliers}subsets:\n- name: v1\n  labels: {{ a: b }}\n  trafficPolicy: {{ loadBalancer: {{ localityLbSetting: {{ failoverPriority: [ a ] }} }} }}\n"));

    [Fact]
    public void Load_a_wildcard_for_the_rest_of_a_part_warns_that_it_takes_nothing()
        => Loading.Warned(Load("distribute: [ { from: us-*, to: { b: 100 } } ]"), FindingCodes.BadLocalitySetting, Setting + ".distribute[0].from");

    [Fact]
    public void Load_both_settings_is_refused()
        => Loading.Refused(
            Loading.Destination("trafficPolicy: { loadBalancer: { localityLbSetting: {}, zoneAwareLbSetting: {} } }\n"),
            FindingCodes.Conflict,
            "spec.trafficPolicy.loadBalancer.zoneAwareLbSetting");

    [Fact]
    public void Load_zone_aware_says_what_is_assumed()
    {
        var document = Loading.Destination("trafficPolicy: { loadBalancer: { zoneAwareLbSetting: { minClusterSize: 3 } } }\n");

        Loading.Informed(document, FindingCodes.ZonesAssumed, "spec.trafficPolicy.loadBalancer.zoneAwareLbSetting");
        Assert.Equal((true, 3), (Bound(document).IsZoneAware, Bound(document).MinClusterSize));
    }

    [Theory]
    [InlineData("warmup: {}", FindingCodes.MissingField, "")]
    [InlineData("warmup: { duration: 5s, minimumPercent: 101 }", FindingCodes.BadWarmup, ".minimumPercent")]
    [InlineData("warmup: { duration: 5s, minimumPercent: -1 }", FindingCodes.BadWarmup, ".minimumPercent")]
    [InlineData("warmup: { duration: 5s, aggression: 0 }", FindingCodes.BadWarmup, ".aggression")]
    public void Load_a_warm_up_that_Istio_refuses_is_refused(string warmup, string code, string path)
        => Loading.Refused(Loading.Destination($"trafficPolicy: {{ loadBalancer: {{ {warmup} }} }}\n"), code, "spec.trafficPolicy.loadBalancer.warmup" + path);

    [Fact]
    public void Load_warm_up_has_the_defaults_of_Envoy()
    {
        var document = Loading.Destination("trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN, warmup: { duration: 30s } } }\n");

        Loading.Clean(document);
        Assert.Equal(new() { Duration = TimeSpan.FromSeconds(30), MinimumPercent = 10, Aggression = 1 }, Loading.FirstDestination(document).TrafficPolicy!.LoadBalancer!.Warmup);
    }

    [Fact]
    public void Load_the_older_form_of_warm_up_works_and_is_told()
    {
        var document = Loading.Destination("trafficPolicy: { loadBalancer: { warmupDurationSecs: 30s } }\n");

        Loading.Informed(document, FindingCodes.Deprecated, "spec.trafficPolicy.loadBalancer.warmupDurationSecs");
        Assert.Equal(TimeSpan.FromSeconds(30), Loading.FirstDestination(document).TrafficPolicy!.LoadBalancer!.Warmup!.Duration);
    }

    [Fact]
    public void Load_warm_up_of_a_policy_that_does_none_warns()
        => Loading.Warned(
            Loading.Destination("trafficPolicy: { loadBalancer: { simple: RANDOM, warmup: { duration: 30s } } }\n"), FindingCodes.BadWarmup, "spec.trafficPolicy.loadBalancer.warmup");

    [Theory]
    [InlineData("distribute: [ { from: eu, to: { eu: 100 } } ]", null, true)]
    [InlineData("distribute: [ { from: \"*\", to: { eu: 100 } } ]", null, false)]
    [InlineData("failoverPriority: [ tier ]", null, false)]
    [InlineData("enabled: true", null, true)]
    [InlineData("enabled: true", "eu", false)]
    [InlineData("enabled: false", null, false)]
    public void Merge_tells_where_a_rule_goes_by_a_place_that_is_not_known(string setting, string? locality, bool isTold)
    {
        var findings = ConfigurationMerger.Merge([Load(setting, Outliers)], name => name == WorkloadPlace.Variable ? locality : null).Findings;

        Assert.Equal(isTold, findings.Any(finding => finding is { Code: FindingCodes.UnknownClientLocality, Severity: MeshFindingSeverity.Info, Path: Setting }));
    }

    private static LoadedDocument Load(string setting, string more = "")
        => Loading.Destination($"trafficPolicy:\n{more}  loadBalancer: {{ localityLbSetting: {{ {setting} }} }}\n");

    private static LocalityConfiguration Bound(LoadedDocument document) => Loading.FirstDestination(document).TrafficPolicy!.LoadBalancer!.Locality!;
}
