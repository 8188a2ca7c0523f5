using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;
using Polly;
using Polly.CircuitBreaker;

namespace Mesh.Client.Tests.Resilience.Limits;

/// <summary>The breaker beside Polly's own, through the same history in the same time.</summary>
public sealed class CircuitBreakerPollyTests
{
    [Fact]
    public void Breaker_agrees_with_that_of_Polly_after_any_history_of_overlapping_attempts()
    {
        var settings = Gen.Select(Gen.Int[0, 10], Gen.Int[2, 6], Gen.Int[5, 40], Gen.Int[5, 40]).Select(
            (ratio, throughput, sampling, pause) => new BreakerConfiguration
            {
                FailureRatio = ratio / 10.0,
                MinimumThroughput = throughput,
                SamplingDuration = TimeSpan.FromMilliseconds(100 * sampling),
                BreakDuration = TimeSpan.FromMilliseconds(100 * pause),
            });

        // What happens: an attempt begins, or one of those under way ends well or badly; then so many tenths of a second pass.
        var history = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 9], Gen.Frequency((3, Gen.Const(0)), (3, Gen.Int[1, 5]), (1, Gen.Int[6, 60]))).Array[0, 200];
        Gen.Select(settings, history).Sample((with, steps) =>
        {
            var time = new TestClock();
            var ours = new CircuitBreaker(with, time);
            var theirs = new PollyBreaker(with, time);
            foreach (var (what, which, tenths) in steps)
            {
                if (what <= 2 || theirs.UnderWay == 0)
                {
                    Assert.Equal(theirs.TryBegin(), ours.TryEnter(time.GetTimestamp()) != CircuitEntry.Refused);
                }
                else
                {
                    theirs.End(which % theirs.UnderWay, isFailure: what != 3);
                    ours.Report(time.GetTimestamp(), isFailure: what != 3);
                }

                Assert.Equal(theirs.State, ours.State.ToString());
                time.Advance(TimeSpan.FromMilliseconds(100 * tenths));
            }
        });
    }

    [Fact]
    public void Defaults_are_those_of_Polly()
    {
        var theirs = new CircuitBreakerStrategyOptions();

        Assert.Equal(
            new BreakerConfiguration
            {
                FailureRatio = theirs.FailureRatio,
                MinimumThroughput = theirs.MinimumThroughput,
                SamplingDuration = theirs.SamplingDuration,
                BreakDuration = theirs.BreakDuration,
            },
            new());
    }

    /// <summary>Attempts that are held inside of a pipeline until they are told how to end.</summary>
    private sealed class PollyBreaker
    {
        private readonly CircuitBreakerStateProvider _provider = new();
        private readonly ResiliencePipeline<bool> _pipeline;
        private readonly List<(TaskCompletionSource<bool> Outcome, Task<bool> Attempt)> _underWay = [];

        public PollyBreaker(BreakerConfiguration settings, TimeProvider time) => _pipeline = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                FailureRatio = settings.FailureRatio,
                MinimumThroughput = settings.MinimumThroughput,
                SamplingDuration = settings.SamplingDuration,
                BreakDuration = settings.BreakDuration,
                ShouldHandle = static arguments => new(arguments.Outcome.Result),
                StateProvider = _provider,
            })
            .Build();

        public int UnderWay => _underWay.Count;

        public string State => _provider.CircuitState.ToString();

        public bool TryBegin()
        {
            var outcome = new TaskCompletionSource<bool>();
            var attempt = _pipeline.ExecuteAsync(static async (outcome, _) => await outcome.Task, outcome, CancellationToken.None).AsTask();
            if (attempt.IsFaulted)
            {
                Assert.IsType<BrokenCircuitException>(attempt.Exception.InnerException);
                return false;
            }

            _underWay.Add((outcome, attempt));
            return true;
        }

        public void End(int index, bool isFailure)
        {
            var (outcome, attempt) = _underWay[index];
            _underWay.RemoveAt(index);
            outcome.SetResult(isFailure);
            Assert.True(attempt.IsCompletedSuccessfully);
        }
    }
}
