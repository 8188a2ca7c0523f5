using Mesh.Client.Configuration;

namespace Mesh.Client.Tests.Configuration.Binding;

/// <summary><c>circuitBreaker</c>, <c>adaptiveConcurrency</c> and <c>clientThrottling</c>.</summary>
public sealed class LimitBindingTests
{
    private const string Path = "x-mesh.trafficPolicy.";

    [Fact]
    public void Load_a_circuit_breaker_of_endpoints_and_of_the_cluster()
        => Assert.Equal(
            new CircuitBreakerConfiguration
            {
                Endpoint = new() { FailureRatio = 0.5, MinimumThroughput = 20, SamplingDuration = TimeSpan.FromSeconds(10), BreakDuration = TimeSpan.FromSeconds(7) },
                Cluster = new(),
            },
            Policy("circuitBreaker: { endpoint: { failureRatio: 0.5, minimumThroughput: 20, samplingDuration: 10s, breakDuration: 7s }, cluster: {} }").CircuitBreaker);

    [Fact]
    public void Load_adaptive_concurrency()
        => Assert.Equal(
            new AdaptiveConcurrencyConfiguration
            {
                SampleAggregatePercentile = 90,
                MaxConcurrencyLimit = 200,
                ConcurrencyUpdateInterval = TimeSpan.FromMilliseconds(200),
                MinRttInterval = TimeSpan.FromSeconds(30),
                MinRttRequestCount = 20,
                MinRttJitter = 10,
                MinConcurrency = 5,
                MinRttBuffer = 50,
            },
            Policy(
                "adaptiveConcurrency: { sampleAggregatePercentile: 90, concurrencyLimitParams: { maxConcurrencyLimit: 200, concurrencyUpdateInterval: 200ms }, "
                    + "minRttCalcParams: { interval: 30s, requestCount: 20, jitter: 10, minConcurrency: 5, buffer: 50 } }").AdaptiveConcurrency);

    [Fact]
    public void Load_client_throttling()
        => Assert.Equal(
            new ClientThrottlingConfiguration { Multiplier = 1.1, Window = TimeSpan.FromSeconds(30), MinimumRequests = 50, MaxRejectionPercent = 90 },
            Policy("clientThrottling: { multiplier: 1.1, window: 30s, minimumRequests: 50, maxRejectionPercent: 90 }").ClientThrottling);

    [Fact]
    public void Load_empty_blocks_have_the_defaults()
    {
        var policy = Policy("adaptiveConcurrency: {}\n    clientThrottling: {}");

        Assert.Equal(new AdaptiveConcurrencyConfiguration(), policy.AdaptiveConcurrency);
        Assert.Equal(new ClientThrottlingConfiguration(), policy.ClientThrottling);
        Assert.Null(policy.CircuitBreaker);
    }

    [Theory]
    [InlineData("circuitBreaker: {}", FindingCodes.MissingField, "circuitBreaker")]
    [InlineData("circuitBreaker: { endpoint: { failureRatio: 1.5 } }", FindingCodes.OutOfRange, "circuitBreaker.endpoint.failureRatio")]
    [InlineData("circuitBreaker: { cluster: { failureRatio: -0.1 } }", FindingCodes.OutOfRange, "circuitBreaker.cluster.failureRatio")]
    [InlineData("circuitBreaker: { cluster: { minimumThroughput: 1 } }", FindingCodes.OutOfRange, "circuitBreaker.cluster.minimumThroughput")]
    [InlineData("circuitBreaker: { cluster: { samplingDuration: 499ms } }", FindingCodes.OutOfRange, "circuitBreaker.cluster.samplingDuration")]
    [InlineData("circuitBreaker: { cluster: { breakDuration: 25h } }", FindingCodes.OutOfRange, "circuitBreaker.cluster.breakDuration")]
    [InlineData("circuitBreaker: { cluster: { breakTime: 5s } }", FindingCodes.UnknownField, "circuitBreaker.cluster.breakTime")]
    [InlineData("adaptiveConcurrency: { sampleAggregatePercentile: 0 }", FindingCodes.OutOfRange, "adaptiveConcurrency.sampleAggregatePercentile")]
    [InlineData("adaptiveConcurrency: { concurrencyLimitParams: { maxConcurrencyLimit: 2 } }", FindingCodes.Conflict, "adaptiveConcurrency")]
    [InlineData("adaptiveConcurrency: { minRttCalcParams: { requestCount: 0 } }", FindingCodes.OutOfRange, "adaptiveConcurrency.minRttCalcParams.requestCount")]
    [InlineData("adaptiveConcurrency: { minRttCalcParams: { buffer: 1001 } }", FindingCodes.OutOfRange, "adaptiveConcurrency.minRttCalcParams.buffer")]
    [InlineData("clientThrottling: { multiplier: 0.9 }", FindingCodes.OutOfRange, "clientThrottling.multiplier")]
    [InlineData("clientThrottling: { window: 100ms }", FindingCodes.OutOfRange, "clientThrottling.window")]
    [InlineData("clientThrottling: { maxRejectionPercent: 101 }", FindingCodes.OutOfRange, "clientThrottling.maxRejectionPercent")]
    public void Load_a_limit_that_cannot_be_used_is_refused(string limit, string code, string place)
        => Loading.Refused(Rule(limit), code, Path + place);

    private static PolicyExtension Policy(string limits)
    {
        var document = Rule(limits);
        Loading.Clean(document);
        return Loading.FirstDestination(document).TrafficPolicy!.Extension!;
    }

    private static LoadedDocument Rule(string limits)
        => Loading.Yaml($"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{ name: reviews }}\nx-mesh:\n  trafficPolicy:\n    {limits}\nspec: {{ host: reviews }}\n");
}
