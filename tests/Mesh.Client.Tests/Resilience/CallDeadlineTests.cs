using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience;

public sealed class CallDeadlineTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Token_is_cancelled_when_the_time_of_the_call_is_over_and_not_before()
    {
        var deadline = Start(10);

        Advance(9.9);
        Assert.False(deadline.Token.IsCancellationRequested);

        Advance(0.1);
        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.True(deadline.HasExpired);
        Assert.False(deadline.HasAttemptExpired);
    }

    [Fact]
    public void Attempt_that_runs_out_leaves_the_call_the_rest_of_its_time()
    {
        var deadline = Start(10);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));

        Advance(2);
        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.True(deadline.HasAttemptExpired);
        Assert.False(deadline.HasExpired);

        var next = deadline.EndAttempt();
        Advance(7.9);
        Assert.False(next.Token.IsCancellationRequested);
        Advance(0.1);
        Assert.True(next.HasExpired);
    }

    [Fact]
    public void Attempt_that_ends_in_time_leaves_the_same_token_to_the_call()
    {
        var deadline = Start(10);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(1);

        Assert.Same(deadline, deadline.EndAttempt());

        Advance(8.9);
        Assert.False(deadline.Token.IsCancellationRequested);
        Advance(0.1);
        Assert.True(deadline.HasExpired);
    }

    [Fact]
    public void Attempt_with_more_time_than_the_call_ends_with_the_call()
    {
        var deadline = Start(2);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));

        Advance(2);

        Assert.True(deadline.HasExpired);
        Assert.False(deadline.HasAttemptExpired);
    }

    [Fact]
    public void Attempt_of_a_call_without_a_limit_is_limited()
    {
        var deadline = CallDeadline.Start(null, _clock, logger: null, CancellationToken.None);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(2);
        Assert.True(deadline.HasAttemptExpired);

        var next = deadline.EndAttempt();
        Advance(1_000_000);
        Assert.False(next.Token.IsCancellationRequested);
    }

    [Fact]
    public void Headers_that_do_not_come_in_time_end_the_call()
    {
        var deadline = Start(10);
        deadline.LimitHeaders(TimeSpan.FromSeconds(2));

        Advance(2);

        Assert.True(deadline.HasExpired);
        Assert.Same(deadline, deadline.EndAttempt());
    }

    [Fact]
    public void Body_has_the_time_of_the_call_whatever_the_headers_had()
    {
        var deadline = Start(10);
        deadline.LimitHeaders(TimeSpan.FromSeconds(2));
        deadline.BeginAttempt(TimeSpan.FromSeconds(1));
        Assert.Same(deadline, deadline.EndAttempt());

        Assert.Same(deadline, deadline.BeginBody());

        Advance(9.9);
        Assert.False(deadline.Token.IsCancellationRequested);
        Advance(0.1);
        Assert.True(deadline.HasExpired);
    }

    [Fact]
    public void Attempt_that_runs_out_leaves_the_headers_the_rest_of_their_time()
    {
        var deadline = CallDeadline.Start(null, _clock, logger: null, CancellationToken.None);
        deadline.LimitHeaders(TimeSpan.FromSeconds(3));
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(2);
        Assert.True(deadline.HasAttemptExpired);

        var next = deadline.EndAttempt();
        next.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(0.9);
        Assert.False(next.Token.IsCancellationRequested);
        Advance(0.1);
        Assert.True(next.HasExpired);
    }

    [Fact]
    public void Headers_that_come_as_their_time_ends_leave_the_body_its_own()
    {
        var deadline = Start(10);
        deadline.LimitHeaders(TimeSpan.FromSeconds(2));
        Advance(2);

        var body = deadline.BeginBody();

        Assert.NotSame(deadline, body);
        Advance(7.9);
        Assert.False(body.Token.IsCancellationRequested);
        Advance(0.1);
        Assert.True(body.HasExpired);
    }

    [Fact]
    public void Caller_who_gives_up_cancels_the_token_and_is_not_taken_for_the_clock()
    {
        using var caller = new CancellationTokenSource();
        var deadline = CallDeadline.Start(TimeSpan.FromSeconds(10), _clock, logger: null, caller.Token);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));

        caller.Cancel();
        Assert.True(deadline.Token.IsCancellationRequested);

        Advance(10);
        Assert.False(deadline.HasExpired);
        Assert.False(deadline.HasAttemptExpired);
    }

    [Fact]
    public void Caller_who_gives_up_in_the_next_attempt_cancels_its_token()
    {
        using var caller = new CancellationTokenSource();
        var deadline = CallDeadline.Start(TimeSpan.FromSeconds(10), _clock, logger: null, caller.Token);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(2);

        var next = deadline.EndAttempt();
        caller.Cancel();

        Assert.True(next.Token.IsCancellationRequested);
    }

    [Fact]
    public void Timer_is_not_moved_where_it_fires_early_enough()
    {
        var deadline = Start(10);
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(1);
        deadline.EndAttempt();
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));

        // That of the first attempt: it comes too early for the second, and looks again then.
        Assert.Equal(TimeSpan.FromSeconds(1), _clock.NextDueIn);
        Advance(1);
        Assert.False(deadline.Token.IsCancellationRequested);
        Advance(1);
        Assert.True(deadline.HasAttemptExpired);
    }

    [Fact]
    public void Failure_of_what_waits_for_the_token_is_told_and_goes_no_further()
    {
        using var logs = new LogCapture();
        var deadline = CallDeadline.Start(TimeSpan.FromSeconds(1), _clock, logs.CreateLogger("test"), CancellationToken.None);
        deadline.Token.Register(() => throw new InvalidOperationException("of the application"));

        Advance(1);

        Assert.Contains(logs.Entries, entry => entry.Message.Contains("The end of a call's time", StringComparison.Ordinal));
    }

    [Fact]
    public void Ended_call_leaves_no_timer()
    {
        Start(10).Dispose();

        Assert.Equal(0, _clock.LiveTimers);
    }

    [Fact]
    public void Calls_one_after_another_keep_their_own_limits()
    {
        // On the clock of the system, where they are pooled with their timers running.
        for (var call = 0; call < 1_000; call++)
        {
            using var caller = new CancellationTokenSource();
            var deadline = CallDeadline.Start(TimeSpan.FromMinutes(10), TimeProvider.System, logger: null, caller.Token);
            deadline.BeginAttempt(TimeSpan.FromMinutes(call % 2 == 0 ? 1 : 20));
            deadline = deadline.EndAttempt();
            Assert.False(deadline.Token.IsCancellationRequested);
            if (call % 3 == 0)
            {
                caller.Cancel();
                Assert.True(deadline.Token.IsCancellationRequested);
            }

            deadline.Dispose();
        }
    }

    [Fact]
    public async Task Limit_shorter_than_that_of_the_call_before_is_kept()
    {
        CallDeadline.Start(TimeSpan.FromMinutes(10), TimeProvider.System, logger: null, CancellationToken.None).Dispose();
        var deadline = CallDeadline.Start(TimeSpan.FromMilliseconds(20), TimeProvider.System, logger: null, CancellationToken.None);

        await Eventually.TrueAsync(() => deadline.HasExpired);

        Assert.True(deadline.Token.IsCancellationRequested);
        deadline.Dispose();
    }

    private CallDeadline Start(double seconds) => CallDeadline.Start(TimeSpan.FromSeconds(seconds), _clock, logger: null, CancellationToken.None);

    private void Advance(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
