using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

public sealed class RetryBudgetBindingTests
{
    [Theory]
    [InlineData("{}", 20, 3)]
    [InlineData("{ percent: 12.5, minRetryConcurrency: 7, budgetInterval: 0ms }", 12.5, 7)]
    [InlineData("{ percent: 0, min_retry_concurrency: 0 }", 0, 3)]
    [InlineData("{ percent: 100 }", 100, 3)]
    public void Load_retryBudget_is_read_with_the_defaults_of_Istio(string block, double percent, int minimum)
    {
        var document = Loading.Destination($"trafficPolicy: {{ retryBudget: {block} }}\n");

        Loading.Clean(document);
        Assert.Equal(
            new RetryBudgetConfiguration { Percent = percent, MinRetryConcurrency = minimum },
            Loading.FirstDestination(document).TrafficPolicy!.RetryBudget);
    }

    [Theory]
    [InlineData("{ percent: 100.5 }", FindingCodes.OutOfRange, "percent")]
    [InlineData("{ percent: -1 }", FindingCodes.OutOfRange, "percent")]
    [InlineData("{ percent: \"20\" }", FindingCodes.WrongType, "percent")]
    [InlineData("{ percent: { value: 20 } }", FindingCodes.WrongType, "percent")]
    [InlineData("{ minRetryConcurrency: -1 }", FindingCodes.OutOfRange, "minRetryConcurrency")]
    [InlineData("{ budgetInterval: 10 }", FindingCodes.BadDuration, "budgetInterval")]
    [InlineData("{ percentage: 10 }", FindingCodes.UnknownField, "percentage")]
    public void Load_a_wrong_retryBudget_is_refused(string block, string code, string path)
        => Loading.Refused(Loading.Destination($"trafficPolicy: {{ retryBudget: {block} }}\n"), code, "spec.trafficPolicy.retryBudget." + path);

    [Theory]
    [InlineData("{}", 10, 1, true)]
    [InlineData("{ percent: 0.5, minRetriesPerSecond: 0.1 }", 0.5, 0.1, true)]
    [InlineData("{ percent: 100, minRetriesPerSecond: 1000000, enabled: true }", 100, 1000000, true)]
    [InlineData("{ enabled: false }", 10, 1, false)]
    public void Load_retryBudget_of_x_mesh_is_read(string block, double percent, double minimum, bool isEnabled)
    {
        var document = Extended(block);

        Loading.Clean(document);
        Assert.Equal(
            new RetryBudgetExtension { Percent = percent, MinRetriesPerSecond = minimum, IsEnabled = isEnabled },
            Loading.FirstDestination(document).TrafficPolicy!.Extension!.RetryBudget);
    }

    [Theory]
    [InlineData("{ percent: 101 }", FindingCodes.OutOfRange, "percent")]
    [InlineData("{ minRetriesPerSecond: -0.1 }", FindingCodes.OutOfRange, "minRetriesPerSecond")]
    [InlineData("{ minRetriesPerSecond: 1000001 }", FindingCodes.OutOfRange, "minRetriesPerSecond")]
    [InlineData("{ enabled: 1 }", FindingCodes.WrongType, "enabled")]
    [InlineData("{ minRetryConcurrency: 3 }", FindingCodes.UnknownField, "minRetryConcurrency")]
    public void Load_a_wrong_retryBudget_of_x_mesh_is_refused(string block, string code, string path)
        => Loading.Refused(Extended(block), code, "x-mesh.trafficPolicy.retryBudget." + path);

    private static LoadedDocument Extended(string block) => Loading.Yaml($$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: reviews }
        x-mesh: { trafficPolicy: { retryBudget: {{block}} } }
        spec: { host: reviews }

        """);
}
