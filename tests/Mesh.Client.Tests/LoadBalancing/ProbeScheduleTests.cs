using CsCheck;
using Mesh.Client.LoadBalancing;

namespace Mesh.Client.Tests.LoadBalancing;

public sealed class ProbeScheduleTests
{
    private const long Now = 5_000_000;

    private readonly ProbeSchedule _schedule = new(MeshRandom.Seeded(1));

    [Fact]
    public void First_round_may_begin_at_once_and_only_one_at_a_time()
    {
        Assert.True(_schedule.IsDue(0));
        Assert.True(_schedule.TryBegin(0));

        Assert.False(_schedule.IsDue(long.MaxValue - 1));
        Assert.False(_schedule.TryBegin(long.MaxValue - 1));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, 1)]
    [InlineData(0, 0)]
    public void Round_after_one_that_brought_a_report_or_asked_nobody_waits_for_the_pause(int asked, int reports)
    {
        Round(Now, asked, reports);

        Assert.False(_schedule.IsDue(Now + ProbeSchedule.Pause - 1));
        Assert.True(_schedule.IsDue(Now + ProbeSchedule.Pause));
    }

    [Fact]
    public void Rounds_without_a_report_back_off_exponentially_to_a_bound_with_jitter()
    {
        var waits = new List<long>();
        var now = Now;
        for (var round = 0; round < 100; round++)
        {
            var wait = RoundAndWait(now, 0);
            var longest = Math.Min(ProbeSchedule.MaximumBackOff, ProbeSchedule.FirstBackOff << Math.Min(round, 30));
            Assert.InRange(wait, longest / 2, longest);
            waits.Add(wait);
            now += wait;
        }

        Assert.True(waits.Skip(20).Distinct().Count() > 70);
    }

    [Fact]
    public void Report_ends_the_back_off()
    {
        var now = Now;
        for (var round = 0; round < 5; round++)
        {
            now += RoundAndWait(now, 0);
        }

        Assert.Equal(ProbeSchedule.Pause, RoundAndWait(now, 1));
        Assert.InRange(RoundAndWait(now + ProbeSchedule.Pause, 0), ProbeSchedule.FirstBackOff / 2, ProbeSchedule.FirstBackOff);
    }

    [Fact]
    public void Round_that_asks_nobody_leaves_the_back_off_as_it_was()
    {
        var first = RoundAndWait(Now, 0);
        var second = RoundAndWait(Now + first, 0, asked: 0);
        Assert.InRange(second, ProbeSchedule.FirstBackOff / 2, ProbeSchedule.FirstBackOff);
    }

    [Fact]
    public void Nothing_begins_after_the_end()
    {
        Assert.True(_schedule.TryBegin(Now));
        _schedule.Stop();
        _schedule.End(Now, 3, 3);

        Assert.False(_schedule.IsDue(long.MaxValue - 1));
        Assert.False(_schedule.TryBegin(long.MaxValue - 1));
    }

    [Fact]
    public void However_rounds_end_a_fleet_that_reports_nothing_is_asked_no_more_often_than_the_bound()
        => Gen.Select(Gen.Long, Gen.Int[20, 200]).Sample((seed, rounds) =>
        {
            var schedule = new ProbeSchedule(MeshRandom.Seeded(seed));
            var now = 0L;
            for (var round = 0; round < rounds; round++)
            {
                Assert.True(schedule.TryBegin(now));
                schedule.End(now, 3, 0);
                now = NextOf(schedule, now);
            }

            // The doublings take ten minutes at most, and then half of the bound at least passes between two.
            return now >= (rounds - 10) * (ProbeSchedule.MaximumBackOff / 2);
        });

    private void Round(long now, int asked, int reports)
    {
        Assert.True(_schedule.TryBegin(now));
        _schedule.End(now, asked, reports);
    }

    private long RoundAndWait(long now, int reports, int asked = 3)
    {
        Round(now, asked, reports);
        return NextOf(_schedule, now) - now;
    }

    /// <summary>The first time at which a round is due, by halving.</summary>
    private static long NextOf(ProbeSchedule schedule, long now)
    {
        var (early, late) = (now, now + (2 * ProbeSchedule.MaximumBackOff));
        Assert.True(schedule.IsDue(late));
        while (late - early > 1)
        {
            var middle = early + ((late - early) / 2);
            (early, late) = schedule.IsDue(middle) ? (early, middle) : (middle, late);
        }

        return late;
    }
}
