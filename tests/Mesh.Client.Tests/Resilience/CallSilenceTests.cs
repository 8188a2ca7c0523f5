using CsCheck;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience;

/// <summary>The limit of silence of a <see cref="CallDeadline"/>.</summary>
public sealed class CallSilenceTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly TestClock _clock = new();

    [Fact]
    public void Transfer_that_moves_nothing_ends_the_call_after_the_silence()
    {
        var deadline = Start();
        Advance(3);
        deadline.BeginTransfer();

        Advance(4.9);
        Assert.False(deadline.Token.IsCancellationRequested);
        Advance(0.1);

        Assert.True(deadline.Token.IsCancellationRequested);
        Assert.Equal(DeadlineCause.Silence, deadline.Cause);
        Assert.True(deadline.HasExpired);
    }

    [Fact]
    public void Byte_begins_the_silence_anew()
    {
        var deadline = Start();
        deadline.BeginTransfer();
        for (var i = 0; i < 10; i++)
        {
            Advance(4.9);
            deadline.NoteByte();
        }

        Assert.False(deadline.Token.IsCancellationRequested);
        Advance(5);
        Assert.Equal(DeadlineCause.Silence, deadline.Cause);
    }

    [Fact]
    public void Nobody_who_waits_is_no_silence()
    {
        var deadline = Start();
        deadline.BeginTransfer();
        deadline.EndTransfer();

        Advance(1_000);

        Assert.False(deadline.Token.IsCancellationRequested);
    }

    [Fact]
    public void Other_limits_hold_beside_the_silence()
    {
        var deadline = CallDeadline.Start(TimeSpan.FromSeconds(12), _clock, logger: null, CancellationToken.None);
        deadline.LimitSilence(Silence);
        deadline.BeginTransfer();
        Advance(4);
        deadline.NoteByte();
        Advance(4);
        deadline.NoteByte();
        Advance(4);

        Assert.Equal(DeadlineCause.Timeout, deadline.Cause);
    }

    [Fact]
    public void Attempt_that_runs_out_leaves_the_limit_to_the_next()
    {
        var deadline = Start();
        deadline.BeginAttempt(TimeSpan.FromSeconds(2));
        Advance(2);
        Assert.True(deadline.HasAttemptExpired);
        Assert.Equal(DeadlineCause.None, deadline.Cause);

        var next = deadline.EndAttempt();
        next.BeginTransfer();
        Advance(5);

        Assert.Equal(DeadlineCause.Silence, next.Cause);
    }

    [Fact]
    public void Byte_that_comes_after_the_end_of_the_call_does_nothing_to_the_next()
    {
        var deadline = CallDeadline.Start(null, TimeProvider.System, logger: null, CancellationToken.None);
        deadline.LimitSilence(TimeSpan.FromMinutes(10));
        deadline.BeginTransfer();
        deadline.Dispose();

        var next = CallDeadline.Start(null, TimeProvider.System, logger: null, CancellationToken.None);
        Assert.NotSame(deadline, next);
        deadline.NoteByte();
        deadline.EndTransfer();
        next.Dispose();
    }

    [Fact]
    public void Busy_stream_leaves_the_timer_alone()
    {
        var deadline = Start();
        deadline.BeginTransfer();
        for (var i = 0; i < 49; i++)
        {
            Advance(0.1);
            deadline.NoteByte();
        }

        Assert.Equal(TimeSpan.FromSeconds(0.1), _clock.NextDueIn);
        Advance(0.1);
        Assert.Equal(TimeSpan.FromSeconds(4.9), _clock.NextDueIn);
    }

    /// <summary>Against the sentence itself: it ends at the first moment at which a transfer has waited since the last byte, or since the first of
    /// the transfers began, for the whole silence.</summary>
    [Fact]
    public void Call_ends_when_the_sentence_says_so()
        => Gen.Select(Gen.Int[0, 3], Gen.Int[1, 60]).Array[1, 40].Sample(steps =>
        {
            var clock = new TestClock();
            var deadline = CallDeadline.Start(null, clock, logger: null, CancellationToken.None);
            deadline.LimitSilence(Silence);
            var (transfers, last, ended) = (0, TimeSpan.Zero, (TimeSpan?)null);
            foreach (var (act, tenths) in steps)
            {
                switch (act)
                {
                    case 0:
                        deadline.BeginTransfer();
                        (transfers, last) = (transfers + 1, clock.Elapsed);
                        break;
                    case 1 when transfers > 0:
                        deadline.EndTransfer();
                        transfers--;
                        break;
                    case 2 when transfers > 0:
                        deadline.NoteByte();
                        last = clock.Elapsed;
                        break;
                    default:
                        break;
                }

                var wait = TimeSpan.FromSeconds(tenths / 10.0);
                if (transfers > 0 && clock.Elapsed + wait >= last + Silence)
                {
                    ended ??= last + Silence;
                }

                clock.Advance(wait);
                Assert.Equal(ended is not null, deadline.Token.IsCancellationRequested);
                if (ended is not null)
                {
                    break;
                }
            }
        }, seed: "0000KOIPe3a2");

    private CallDeadline Start()
    {
        var deadline = CallDeadline.Start(null, _clock, logger: null, CancellationToken.None);
        deadline.LimitSilence(Silence);
        return deadline;
    }

    private void Advance(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
