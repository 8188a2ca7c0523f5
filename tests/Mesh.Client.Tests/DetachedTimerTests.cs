using Mesh.Client.TestKit;

namespace Mesh.Client.Tests;

public sealed class DetachedTimerTests
{
    private readonly TestClock _time = new();

    [Fact]
    public void Callback_that_throws_is_told_and_the_timer_fires_again()
    {
        using var logs = new LogCapture();
        using var timer = DetachedTimer.Create(
            _time, static error => throw error, new InvalidOperationException("it broke"), "The work", logs.CreateLogger(Background.Category));
        for (var round = 0; round < 2; round++)
        {
            timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["The work failed; the mesh goes on.", "The work failed; the mesh goes on."], logs.Entries.Select(entry => entry.Message));
        Assert.All(logs.Entries, entry => Assert.Equal("it broke", entry.Exception!.Message));
    }

    [Fact]
    public void Callback_that_throws_without_a_logger_goes_no_further()
    {
        using var timer = DetachedTimer.Create(_time, static error => throw error, new InvalidOperationException("it broke"), "The work", logger: null);
        timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, _time.ArmedTimers);
    }
}
