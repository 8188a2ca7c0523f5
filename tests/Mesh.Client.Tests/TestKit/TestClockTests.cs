using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.TestKit;

public sealed class TestClockTests
{
    [Fact]
    public void Advance_moves_wall_time_and_timestamps_by_exactly_the_same()
    {
        var clock = new TestClock();
        var (wall, timestamp) = (clock.GetUtcNow(), clock.GetTimestamp());

        clock.Advance(TimeSpan.FromTicks(12_345_677));

        Assert.Equal(TimeSpan.FromTicks(12_345_677), clock.GetUtcNow() - wall);
        Assert.Equal(TimeSpan.FromTicks(12_345_677), clock.GetElapsedTime(timestamp));
    }

    [Fact]
    public void Timestamps_are_neither_ticks_nor_zero_at_the_start()
    {
        var clock = new TestClock();

        Assert.NotEqual(TimeSpan.TicksPerSecond, clock.TimestampFrequency);
        Assert.NotEqual(0, clock.GetTimestamp());
    }

    [Fact]
    public void Timers_fire_in_order_of_their_moments_and_see_them()
    {
        var clock = new TestClock();
        var fired = new List<(string, TimeSpan)>();
        using var late = clock.CreateTimer(_ => fired.Add(("late", clock.Elapsed)), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var soon = clock.CreateTimer(_ => fired.Add(("soon", clock.Elapsed)), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(
            [("soon", TimeSpan.FromSeconds(1)), ("soon", TimeSpan.FromSeconds(2)), ("late", TimeSpan.FromSeconds(3)), ("soon", TimeSpan.FromSeconds(3))],
            fired);
    }

    [Fact]
    public void Advance_just_short_of_the_moment_fires_nothing()
    {
        var clock = new TestClock();
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.Equal(0, fired);

        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void Census_counts_armed_and_live_timers()
    {
        var clock = new TestClock();
        var timer = clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        Assert.Equal((1, 1), (clock.ArmedTimers, clock.LiveTimers));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 1), (clock.ArmedTimers, clock.LiveTimers));

        timer.Dispose();
        Assert.Equal((0, 0), (clock.ArmedTimers, clock.LiveTimers));
        Assert.False(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.Zero));
    }

    [Fact]
    public async Task Delays_and_cancellation_sources_run_on_it()
    {
        var clock = new TestClock();
        var delay = Task.Delay(TimeSpan.FromMinutes(1), clock, TestContext.Current.CancellationToken);
        using var source = new CancellationTokenSource(TimeSpan.FromMinutes(2), clock);

        clock.Advance(TimeSpan.FromMinutes(1));
        await Eventually.EndsAsync(delay);
        Assert.False(source.IsCancellationRequested);

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(source.IsCancellationRequested);
    }
}
