using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Health;
using Mesh.Client.Model;

namespace Mesh.Client.Tests.Health;

/// <summary>When a check changes its mind, against a reading of the whole history.</summary>
public sealed class EndpointCheckModelTests
{
    private static readonly HealthCheckResult[] Results = [HealthCheckResult.Passed, ScriptedProbe.Fail, ScriptedProbe.Unhealthy];

    [Fact]
    public void Check_agrees_with_the_model_after_any_history()
        => Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Bool, Gen.Int[0, 2].Array[0, 60]).Sample((unhealthy, healthy, isFailing, history) =>
        {
            var configuration = new HealthCheckConfiguration
            {
                Timeout = TimeSpan.FromSeconds(1),
                Interval = TimeSpan.FromSeconds(1),
                UnhealthyThreshold = unhealthy,
                HealthyThreshold = healthy,
                Protocol = new GrpcHealthCheck(""),
            };
            var check = new EndpointCheck(new EndpointState(EndpointAddress.Parse("10.0.0.1")), isFailing);
            var expected = isFailing;
            var sinceChange = 0;
            for (var index = 0; index < history.Length; index++)
            {
                var changed = check.Take(Results[history[index]], configuration);

                // As far back as results of one kind go, but not beyond the last change.
                var run = 1;
                while (run <= index - sinceChange && (history[index - run] == 0) == (history[index] == 0))
                {
                    run++;
                }

                var next = history[index] == 0
                    ? expected && index > 0 && run < healthy
                    : expected || index == 0 || history[index] == 2 || run >= unhealthy;
                Assert.Equal((next, next != expected), (check.IsFailing, changed));

                // A pass of one that still fails, or a failure of one that is still well.
                Assert.Equal(history[index] == 0 ? next : !next, check.IsPending);
                if (next != expected)
                {
                    sinceChange = index + 1;
                }

                expected = next;
            }
        });
}
