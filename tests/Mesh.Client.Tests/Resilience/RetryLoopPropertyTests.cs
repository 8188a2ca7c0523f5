using CsCheck;

namespace Mesh.Client.Tests.Resilience;

/// <summary>The real loop, in fake time, against a model of it over random scripts.</summary>
public sealed class RetryLoopPropertyTests
{
    [Fact]
    public void Loop_does_what_the_model_says_of_attempts_endpoints_waits_outcomes_and_disposals()
        => RetryLoopScript.Any.Sample(
            script =>
            {
                var fault = new RetryLoopModel(script, RetryLoopRun.Of(script)).FindFault();
                return fault is null ? true : throw new InvalidOperationException($"{fault}\n{script}");
            },
            iter: 2_000,
            threads: 2);
}
