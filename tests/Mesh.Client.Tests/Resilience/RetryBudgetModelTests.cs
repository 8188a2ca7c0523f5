using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience;

/// <summary>The budget against a list of everything that ever happened.</summary>
public sealed class RetryBudgetModelTests
{
    private static readonly Gen<RetryBudgetExtension> Policies = Gen.Select(
        Gen.Int[0, 100], Gen.Int[0, 40], (percent, minimum) => new RetryBudgetExtension { Percent = percent, MinRetriesPerSecond = minimum / 10.0 });

    /// <summary>Calls, then retries asked for, then seconds and ticks that pass.</summary>
    private static readonly Gen<(int Calls, int Asked, int Seconds, int Ticks)[]> Scripts =
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 30], Gen.Int[-3, 20], Gen.Int[0, (int)TimeSpan.TicksPerSecond]).Array[1, 100];

    [Fact]
    public void Any_script_is_granted_exactly_what_the_window_allows() => Gen.Select(Policies, Scripts).Sample((policy, script) =>
    {
        var time = new TestClock();
        var budget = new RetryBudget(policy, time);
        var (calls, retries) = (new List<long>(), new List<long>());
        foreach (var (called, asked, seconds, ticks) in script)
        {
            var now = (long)time.Elapsed.TotalSeconds;
            for (var i = 0; i < called; i++)
            {
                budget.OnCall(time.GetTimestamp());
                calls.Add(now);
            }

            for (var i = 0; i < asked; i++)
            {
                var allowed = InWindow(calls, now) * policy.Percent / 100 + (policy.MinRetriesPerSecond * 10);
                var isGranted = InWindow(retries, now) + 1 <= allowed;
                Assert.Equal(isGranted, budget.TryTake());
                if (isGranted)
                {
                    retries.Add(now);
                }
            }

            time.Advance(TimeSpan.FromSeconds(Math.Max(0, seconds)) + TimeSpan.FromTicks(ticks));
        }

        static int InWindow(List<long> seconds, long now) => seconds.Count(second => second > now - 10);
    });

    [Fact]
    public void Retries_of_all_time_stay_below_the_share_of_all_calls_and_the_minimum() => Gen.Select(Policies, Scripts).Sample((policy, script) =>
    {
        var time = new TestClock();
        var budget = new RetryBudget(policy, time);
        var (calls, retries) = (0, 0);
        foreach (var (called, asked, seconds, ticks) in script)
        {
            for (var i = 0; i < called; i++, calls++)
            {
                budget.OnCall(time.GetTimestamp());
            }

            for (var i = 0; i < asked; i++)
            {
                retries += budget.TryTake() ? 1 : 0;
            }

            // The minimum of the window under way is there at once.
            Assert.True(retries <= calls * policy.Percent / 100 + (policy.MinRetriesPerSecond * (time.Elapsed.TotalSeconds + 10)) + 1e-6);
            time.Advance(TimeSpan.FromSeconds(Math.Max(0, seconds)) + TimeSpan.FromTicks(ticks));
        }
    });

    /// <summary>Calls, retries and time by threads of their own: whatever their order, no more was granted than all of it allows.</summary>
    [Fact]
    public void Threads_in_any_order_get_no_more_than_the_window_allows() => Gen.Select(Policies, Gen.Int[0, 300], Gen.Int[0, 8]).Sample(
        (policy, called, seconds) =>
        {
            var time = new TestClock();
            var budget = new RetryBudget(policy, time);
            var granted = 0;
            Parallel.Invoke(
                () => Calls(called),
                () => Calls(called),
                Takes,
                Takes,
                () => time.Advance(TimeSpan.FromSeconds(seconds)));

            // All in one window.
            Assert.True(granted <= 2 * called * policy.Percent / 100 + (policy.MinRetriesPerSecond * 10));

            void Calls(int number)
            {
                for (var i = 0; i < number; i++)
                {
                    budget.OnCall(time.GetTimestamp());
                }
            }

            void Takes()
            {
                for (var i = 0; i < 200; i++)
                {
                    Interlocked.Add(ref granted, budget.TryTake() ? 1 : 0);
                }
            }
        },
        iter: 200,
        threads: 1);
}
