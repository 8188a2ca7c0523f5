using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience;

public sealed class RetryBudgetTests
{
    private readonly TestClock _time = new();

    private RetryBudget Budget(double percent = 10, double minimum = 0, bool isEnabled = true)
        => new(new() { Percent = percent, MinRetriesPerSecond = minimum, IsEnabled = isEnabled }, _time);

    private void Call(RetryBudget budget, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            budget.OnCall(_time.GetTimestamp());
        }
    }

    /// <summary>How many of so many retries are granted now.</summary>
    private static int Take(RetryBudget budget, int asked = 1000) => Enumerable.Range(0, asked).Count(_ => budget.TryTake());

    [Fact]
    public void Default_grants_a_tenth_of_the_calls_and_one_for_each_second_of_the_window()
    {
        var budget = new RetryBudget(RetryBudgetExtension.Default, _time);
        Assert.Equal(10, budget.Available);
        Call(budget, 200);

        Assert.Equal(30, budget.Available);
        Assert.Equal(30, Take(budget));
        Assert.Equal(0, budget.Available);
    }

    [Theory]
    [InlineData(29, 100, 29)]
    [InlineData(7, 100, 7)]
    [InlineData(10, 9, 0)]
    [InlineData(10, 19, 1)]
    [InlineData(12.5, 8, 1)]
    [InlineData(100, 3, 3)]
    [InlineData(0, 1000, 0)]
    public void Share_is_exact_and_rounded_down(double percent, int calls, int granted)
    {
        var budget = Budget(percent);
        Call(budget, calls);

        Assert.Equal(granted, Take(budget));
    }

    [Theory]
    [InlineData(0.1, 1)]
    [InlineData(0.05, 0)]
    [InlineData(2.5, 25)]
    public void Minimum_holds_without_any_call(double minimum, int granted) => Assert.Equal(granted, Take(Budget(minimum: minimum)));

    [Fact]
    public void What_calls_grant_is_gone_after_the_window()
    {
        var budget = Budget();
        Call(budget, 100);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(10, budget.Available);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, budget.Available);
        Assert.False(budget.TryTake());
    }

    [Fact]
    public void What_a_call_grants_is_spent_once()
    {
        var budget = Budget();
        Call(budget, 100);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(10, Take(budget));

        // The calls are gone before the retries are.
        for (var second = 0; second < 9; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Call(budget, 10);
            Assert.Equal(0, Take(budget));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(9, Take(budget));
    }

    [Fact]
    public void Minimum_comes_back_as_retries_leave_the_window()
    {
        var budget = Budget(minimum: 1);
        Assert.Equal(10, Take(budget));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(budget.TryTake());
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(10, Take(budget));
    }

    [Fact]
    public void Nothing_of_long_ago_counts_after_a_silence()
    {
        // 16 s and more is where counters are used again.
        foreach (var silence in (int[])[10, 15, 16, 17, 26, 32, 100_000])
        {
            var budget = Budget();
            Call(budget, 1000);
            Take(budget, 50);
            _time.Advance(TimeSpan.FromSeconds(silence));
            Call(budget, 20);

            Assert.Equal(2, Take(budget));
        }
    }

    [Fact]
    public void Call_that_began_before_its_cluster_was_known_counts()
    {
        var began = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(20));
        var budget = Budget(percent: 100);
        budget.OnCall(began);

        Assert.Equal(1, Take(budget));
    }

    [Fact]
    public void Newer_rules_judge_the_same_past()
    {
        var budget = Budget();
        Call(budget, 100);
        Assert.Equal(6, Take(budget, 6));
        budget.Policy = new() { Percent = 20, MinRetriesPerSecond = 0 };
        Assert.Equal(14, Take(budget));
        budget.Policy = new() { Percent = 10, MinRetriesPerSecond = 0 };

        Assert.Equal(0, budget.Available);
        Assert.False(budget.TryTake());
    }

    [Fact]
    public void Switched_off_grants_everything_and_goes_on_counting()
    {
        var budget = Budget(isEnabled: false);
        Call(budget, 100);
        Assert.Equal(1000, Take(budget));
        Assert.Equal(0, budget.Refused);
        budget.Policy = RetryBudgetExtension.Default;

        Assert.False(budget.TryTake());
    }

    [Fact]
    public void Refusals_are_counted()
    {
        var budget = Budget(minimum: 1);
        Take(budget, 13);

        Assert.Equal(3, budget.Refused);
    }

    [Fact]
    public void Threads_that_take_at_once_get_exactly_what_is_there()
    {
        for (var round = 0; round < 50; round++)
        {
            var budget = Budget();
            var granted = 0;
            Parallel.For(0, 4, _ => Call(budget, 250));
            Parallel.For(0, 4, _ => Interlocked.Add(ref granted, Take(budget, 100)));

            Assert.Equal(100, granted);
            Assert.Equal(0, budget.Available);
        }
    }

    /// <summary>Each round two look at once at the last one, which is taken between look and count in some rounds of a thousand at least.</summary>
    [Fact]
    public void Last_one_goes_to_one_of_those_who_look_at_once()
    {
        const int Rounds = 20_000;
        var budgets = Enumerable.Range(0, Rounds).Select(_ => Budget(minimum: 0.1)).ToArray();
        var granted = new int[Rounds];
        var arrived = 0;
        Parallel.Invoke(TakeAll, TakeAll);

        Assert.All(granted, number => Assert.Equal(1, number));

        void TakeAll()
        {
            for (var round = 0; round < Rounds; round++)
            {
                // Not a barrier, whose threads wake one after the other.
                Interlocked.Increment(ref arrived);
                var spin = new SpinWait();
                while (Volatile.Read(ref arrived) < 2 * (round + 1))
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }

                if (budgets[round].TryTake())
                {
                    Interlocked.Increment(ref granted[round]);
                }
            }
        }
    }

    [Fact]
    public void What_no_call_waits_for_gets_half_of_the_window()
    {
        var budget = Budget();
        Call(budget, 1000);

        Assert.Equal(50, Enumerable.Range(0, 100).Count(_ => budget.TryTakeSpare()));
        Assert.Equal(50, Take(budget, 100));
    }

    [Fact]
    public void What_no_call_waits_for_gets_nothing_where_retries_have_half_of_the_window()
    {
        var budget = Budget();
        Call(budget, 1000);
        Take(budget, 50);

        Assert.False(budget.TryTakeSpare());
        Assert.Equal(0, budget.Refused);
    }

    [Fact]
    public void Counting_and_taking_allocate_nothing()
    {
        var budget = Budget(minimum: 1);

        // What the runtime makes for a thread that asks for the first time where it runs.
        budget.OnCall(_time.GetTimestamp());
        budget.TryTake();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            budget.OnCall(_time.GetTimestamp());
            budget.TryTake();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
