using Mesh.Client.LoadBalancing;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class ActiveClockTests
{
    private readonly LateClock _time = new();

    [Fact]
    public void Time_without_pauses_is_that_of_the_mesh()
    {
        using var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.FromSeconds(3), Since(clock, start));
        Assert.True(clock.IsBeating);
    }

    [Fact]
    public void Time_stands_still_while_a_beat_is_overdue()
    {
        using var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        _time.Pause(TimeSpan.FromSeconds(5));

        Assert.Equal(ActiveClock.Period + ActiveClock.Tolerance, Since(clock, start));
    }

    [Fact]
    public void Pause_is_left_out_once_the_late_beat_has_come()
    {
        using var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        _time.Pause(TimeSpan.FromSeconds(5));
        _time.Resume();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ActiveClock.Period + ActiveClock.Tolerance + TimeSpan.FromSeconds(2), Since(clock, start));
    }

    [Fact]
    public void Pauses_add_up()
    {
        using var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        for (var pause = 0; pause < 3; pause++)
        {
            _time.Pause(TimeSpan.FromSeconds(1));
            _time.Resume();
            clock.GetTimestamp();
        }

        Assert.Equal(3 * (ActiveClock.Period + ActiveClock.Tolerance), Since(clock, start));
    }

    [Fact]
    public void Lateness_within_the_tolerance_is_time()
    {
        using var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        _time.Pause(ActiveClock.Period + ActiveClock.Tolerance);
        _time.Resume();

        Assert.Equal(ActiveClock.Period + ActiveClock.Tolerance, Since(clock, start));
    }

    [Fact]
    public void Timer_is_made_by_the_first_look_and_stops_after_the_last()
    {
        using var clock = new ActiveClock(_time);
        Assert.Equal(0, _time.LiveTimers);

        clock.GetTimestamp();
        _time.Advance(ActiveClock.Patience / 2);
        Assert.Equal(1, _time.ArmedTimers);

        _time.Advance(ActiveClock.Patience);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Look_after_the_timer_stopped_starts_it_again()
    {
        using var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromHours(1), Since(clock, start));
        _time.Pause(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromHours(1) + ActiveClock.Period + ActiveClock.Tolerance, Since(clock, start));
    }

    [Fact]
    public void Beat_is_the_time_of_at_most_a_period_ago_while_the_clock_beats()
    {
        using var clock = new ActiveClock(_time);
        Assert.False(clock.TryGetBeat(out _));
        clock.GetTimestamp();

        for (var step = 0; step < 1_000; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(15));
            Assert.True(clock.TryGetBeat(out var beat));
            Assert.InRange(clock.ToMicroseconds(clock.GetTimestamp()) - beat, 0, ActiveClock.Period.TotalMicroseconds);
        }
    }

    [Fact]
    public void Disposed_clock_goes_on_without_a_timer()
    {
        var clock = new ActiveClock(_time);
        var start = clock.GetTimestamp();
        clock.Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), Since(clock, start));
        Assert.Equal(0, _time.LiveTimers);
    }

    private TimeSpan Since(ActiveClock clock, long start) => _time.GetElapsedTime(start, clock.GetTimestamp());

    /// <summary>A clock that goes on while timers wait, as in a paused process.</summary>
    private sealed class LateClock : TimeProvider
    {
        private readonly TestClock _timers = new();
        private TimeSpan _ahead;

        public int LiveTimers => _timers.LiveTimers;

        public int ArmedTimers => _timers.ArmedTimers;

        public override long TimestampFrequency => _timers.TimestampFrequency;

        public override long GetTimestamp() => DetachedTimer.After(this, _timers.GetTimestamp(), _ahead);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => _timers.CreateTimer(callback, state, dueTime, period);

        public void Advance(TimeSpan by) => _timers.Advance(by);

        public void Pause(TimeSpan duration) => _ahead += duration;

        /// <summary>Timers that were due fire now: as late as the pause was long.</summary>
        public void Resume()
        {
            var due = _timers.NextDueIn ?? TimeSpan.Zero;
            _ahead -= due;
            _timers.Advance(due);
        }
    }
}
