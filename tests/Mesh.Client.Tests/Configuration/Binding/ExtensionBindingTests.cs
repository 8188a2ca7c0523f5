using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class ExtensionBindingTests
{
    private const string Block = "{ trafficPolicy: { loadBalancer: { policy: RANDOM, choiceCount: 3 } } }";

    [Theory]
    [InlineData("metadata: { name: reviews }\nx-mesh: " + Block + "\n")]
    [InlineData("""metadata: { name: reviews, annotations: { mesh-client/x-mesh: '{ "trafficPolicy": { "loadBalancer": { "policy": "RANDOM", "choiceCount": 3 } } }' } }""" + "\n")]
    public void Load_x_mesh_stands_beside_spec_or_in_the_annotation(string lines)
    {
        var document = Rule(lines);

        Loading.Clean(document);
        Assert.Equal(
            new LoadBalancerExtension { Policy = LoadBalancerPolicy.Random, ChoiceCount = 3 },
            Loading.FirstDestination(document).TrafficPolicy!.Extension!.LoadBalancer);
    }

    [Fact]
    public void Load_x_mesh_says_more_about_outlier_detection()
    {
        var document = Rule("""
            metadata: { name: reviews }
            x-mesh:
              trafficPolicy:
                outlierDetection:
                  successRate: { minimumHosts: 3, requestVolume: 10, stdevFactor: 1000, enforcing: 50 }
                  failurePercentage: { threshold: 40, minimumHosts: 2, requestVolume: 20, enforcing: 60 }
                  maxEjectionTime: 60s
                  maxEjectionTimeJitter: 5s
                  alwaysEjectOneHost: true
                  enforcingConsecutive5xxErrors: 1
                  enforcingConsecutiveGatewayErrors: 2
                  enforcingConsecutiveLocalOriginFailures: 3

            """);

        Loading.Clean(document);
        Assert.Equal(
            new OutlierDetectionExtension
            {
                SuccessRate = new() { MinimumHosts = 3, RequestVolume = 10, StdevFactor = 1000, Enforcing = 50 },
                FailurePercentage = new() { Threshold = 40, MinimumHosts = 2, RequestVolume = 20, Enforcing = 60 },
                MaxEjectionTime = TimeSpan.FromSeconds(60),
                MaxEjectionTimeJitter = TimeSpan.FromSeconds(5),
                AlwaysEjectOneHost = true,
                EnforcingConsecutive5xxErrors = 1,
                EnforcingConsecutiveGatewayErrors = 2,
                EnforcingConsecutiveLocalOriginFailures = 3,
            },
            Loading.FirstDestination(document).TrafficPolicy!.Extension!.OutlierDetection);
    }

    [Fact]
    public void Load_x_mesh_stands_beside_host_in_a_section()
    {
        var document = Loading.Section(
            """{ "DestinationRules": { "a": { "host": "a", "x-mesh": { "trafficPolicy": { "loadBalancer": { "choiceCount": 3 } } } } } }""");

        Loading.Clean(document);
        Assert.Equal(3, Loading.FirstDestination(document).TrafficPolicy!.Extension!.LoadBalancer!.ChoiceCount);
    }

    [Fact]
    public void Load_x_mesh_written_twice_is_refused()
        => Loading.Refused(
            Rule("metadata: { name: reviews, annotations: { mesh-client/x-mesh: '{}' } }\nx-mesh: {}\n"),
            FindingCodes.Conflict, "metadata.annotations.mesh-client/x-mesh");

    [Fact]
    public void Load_an_annotation_that_is_not_JSON_is_refused()
        => Loading.Refused(
            Rule("metadata: { name: reviews, annotations: { mesh-client/x-mesh: '{ a' } }\n"), FindingCodes.NotReadable, "metadata.annotations.mesh-client/x-mesh");

    [Fact]
    public void Load_what_x_mesh_says_of_a_subset_belongs_to_it()
    {
        var document = Rule(
            "metadata: { name: reviews }\nx-mesh: { subsets: { v1: " + Block + " } }\n", "host: reviews, subsets: [ { name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } } ]");

        Loading.Clean(document);
        var rule = Loading.FirstDestination(document);
        Assert.Equal((3, null), (rule.Subsets[0].TrafficPolicy!.Extension!.LoadBalancer!.ChoiceCount, rule.Subsets[1].TrafficPolicy));
    }

    [Fact]
    public void Load_a_subset_that_the_rule_does_not_have_is_told()
        => Loading.Warned(
            Rule("metadata: { name: reviews }\nx-mesh: { subsets: { v9: " + Block + " } }\n"), FindingCodes.DanglingSubset, "x-mesh.subsets.v9");

    [Theory]
    [InlineData("[]", FindingCodes.WrongType, "x-mesh")]
    [InlineData("{ trafficPolicy: 1 }", FindingCodes.WrongType, "x-mesh.trafficPolicy")]
    [InlineData("{ subsets: [] }", FindingCodes.WrongType, "x-mesh.subsets")]
    [InlineData("{ trafficPolicy: { loadBalancer: { policy: FASTEST } } }", FindingCodes.UnknownValue, "x-mesh.trafficPolicy.loadBalancer.policy")]
    [InlineData("{ trafficPolicy: { loadBalancer: { choiceCount: 1 } } }", FindingCodes.OutOfRange, "x-mesh.trafficPolicy.loadBalancer.choiceCount")]
    [InlineData("{ trafficPolicies: {} }", FindingCodes.UnknownField, "x-mesh.trafficPolicies")]
    public void Load_x_mesh_with_a_mistake_is_refused(string block, string code, string path)
        => Loading.Refused(Rule($"metadata: {{ name: reviews }}\nx-mesh: {block}\n"), code, path);

    private static LoadedDocument Rule(string lines, string spec = "host: reviews")
        => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: DestinationRule\n{lines}spec: {{ {spec} }}\n");
}
