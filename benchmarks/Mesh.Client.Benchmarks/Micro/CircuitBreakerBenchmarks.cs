using BenchmarkDotNet.Attributes;
using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Polly;
using Polly.CircuitBreaker;

namespace Mesh.Client.Benchmarks.Micro;

/// <summary>What a closed circuit breaker costs a call: the mesh's, and Polly's in the two ways in which it could be asked.</summary>
[MemoryDiagnoser]
public class CircuitBreakerBenchmarks
{
    private readonly CircuitBreaker _own = new(new(), TimeProvider.System);

    private readonly ResiliencePipeline<bool> _pipeline = new ResiliencePipelineBuilder<bool>()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool> { ShouldHandle = static arguments => new(arguments.Outcome.Result) })
        .Build();

    [Benchmark(Baseline = true)]
    public bool Own()
    {
        var now = TimeProvider.System.GetTimestamp();
        var entry = _own.TryEnter(now);
        _own.Report(now, isFailure: false);
        return entry == CircuitEntry.Passed;
    }

    /// <summary>The call goes past the pipeline, which hears of its outcome.</summary>
    [Benchmark]
    public bool PollyOutcome()
    {
        var context = ResilienceContextPool.Shared.Get();
        var outcome = _pipeline.ExecuteOutcomeAsync(static (_, result) => new ValueTask<Outcome<bool>>(Outcome.FromResult(result)), context, false);
        var result = outcome.IsCompletedSuccessfully && outcome.Result.Result;
        ResilienceContextPool.Shared.Return(context);
        return result;
    }

    /// <summary>The call, which does not end at once, inside of the pipeline.</summary>
    [Benchmark]
    public async Task<bool> PollyCall()
    {
        var context = ResilienceContextPool.Shared.Get();
        var outcome = await _pipeline.ExecuteOutcomeAsync(static async (_, result) =>
        {
            await Task.Yield();
            return Outcome.FromResult(result);
        }, context, false);
        ResilienceContextPool.Shared.Return(context);
        return outcome.Result;
    }

    [Benchmark]
    public async Task<bool> BareCall()
    {
        await Task.Yield();
        return false;
    }
}
