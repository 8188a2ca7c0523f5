using CsCheck;
using Mesh.Client.Configuration;
using Mesh.Client.Resilience;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience.Limits;

public sealed class AdaptiveConcurrencyTests
{
    private readonly TestClock _clock = new();

    private static readonly AdaptiveConcurrencyConfiguration Defaults = new();

    private long Now => _clock.GetTimestamp();

    [Fact]
    public void Limit_is_the_minimum_until_enough_answers_tell_the_latency_without_load()
    {
        var limit = Create(Defaults);

        Answer(limit, Defaults.MinRttRequestCount - 1, TimeSpan.FromMilliseconds(10));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((3, true, TimeSpan.Zero), (limit.Limit, limit.IsMeasuring, limit.MinRtt));

        Answer(limit, 1, TimeSpan.FromMilliseconds(10));
        Assert.Equal((3, false), (limit.Limit, limit.IsMeasuring));
        Assert.InRange(limit.MinRtt.TotalMilliseconds, 9.7, 10.3);
    }

    [Theory]
    // gradient x 3 + sqrt(gradient x 3), cut to whole calls: at 1.25, at 2 (the largest), at 0.5 (the least, where 1.5 + 1.2 is below the minimum).
    [InlineData(10, 5)]
    [InlineData(1, 8)]
    [InlineData(100, 3)]
    public void Window_changes_the_limit_by_its_gradient(int milliseconds, int expected)
    {
        var limit = Measured();

        Answer(limit, 5, TimeSpan.FromMilliseconds(milliseconds));
        EndWindow(limit);

        Assert.Equal(expected, limit.Limit);
    }

    [Fact]
    public void Window_without_answers_changes_nothing()
    {
        var limit = Measured();
        Answer(limit, 5, TimeSpan.FromMilliseconds(10));
        EndWindow(limit);

        EndWindow(limit);

        Assert.Equal(5, limit.Limit);
    }

    [Fact]
    public void Latency_without_load_is_measured_anew_after_the_interval_and_its_jitter()
    {
        var limit = Measured(random: new ScriptedRandom().Double(0.5).Double(0.5));
        Answer(limit, 5, TimeSpan.FromMilliseconds(10));
        EndWindow(limit);

        // 60 s and half of 15 % of them: 64.5 s from the end of the last measurement, which lies two windows back.
        _clock.Advance(TimeSpan.FromSeconds(64.2));
        EndWindow(limit, TimeSpan.Zero);
        Assert.False(limit.IsMeasuring);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        EndWindow(limit, TimeSpan.Zero);
        Assert.Equal((3, true), (limit.Limit, limit.IsMeasuring));

        Answer(limit, 50, TimeSpan.FromMilliseconds(20));
        Assert.Equal((5, false), (limit.Limit, limit.IsMeasuring));
        Assert.InRange(limit.MinRtt.TotalMilliseconds, 19.4, 20.6);
    }

    [Fact]
    public void Latency_without_load_is_measured_anew_after_five_windows_at_the_minimum()
    {
        var limit = Measured();
        for (var window = 0; window < 4; window++)
        {
            Answer(limit, 5, TimeSpan.FromMilliseconds(50));
            EndWindow(limit);
            Assert.False(limit.IsMeasuring);
        }

        Answer(limit, 5, TimeSpan.FromMilliseconds(50));
        EndWindow(limit);

        Assert.True(limit.IsMeasuring);
    }

    [Fact]
    public void Answers_to_attempts_from_before_the_measurement_do_not_count()
    {
        var limit = Measured(random: new ScriptedRandom().Double(0));
        var sentAt = Now;
        _clock.Advance(TimeSpan.FromSeconds(61));
        EndWindow(limit, TimeSpan.Zero);
        Assert.True(limit.IsMeasuring);

        for (var call = 0; call < 50; call++)
        {
            limit.Learn(sentAt, Now);
        }

        Assert.True(limit.IsMeasuring);
    }

    [Fact]
    public void Calls_beyond_the_limit_are_refused_until_one_leaves()
    {
        var limit = Create(Defaults);

        Assert.Equal([true, true, true, false], Enter(limit, MeshCriticality.Critical, 4));
        limit.Leave();
        Assert.Equal([true, false], Enter(limit, MeshCriticality.Critical, 2));
        Assert.Equal(3, limit.UnderWay);
    }

    [Theory]
    [InlineData(MeshCriticality.Sheddable, 10)]
    [InlineData(MeshCriticality.SheddablePlus, 15)]
    [InlineData(MeshCriticality.Critical, 20)]
    [InlineData(MeshCriticality.CriticalPlus, 20)]
    public void Class_takes_its_share_of_the_limit(MeshCriticality criticality, int expected)
        => Assert.Equal(expected, Enter(Create(Defaults with { MinConcurrency = 20 }), criticality, 30).Count(entered => entered));

    [Fact]
    public void Tenth_of_the_limit_is_kept_for_critical_plus_once_there_are_such_calls()
    {
        var limit = Create(Defaults with { MinConcurrency = 20 });
        Enter(limit, MeshCriticality.CriticalPlus, 1);
        limit.Leave();

        Assert.Equal(18, Enter(limit, MeshCriticality.Critical, 30).Count(entered => entered));
        Assert.Equal(2, Enter(limit, MeshCriticality.CriticalPlus, 30).Count(entered => entered));
    }

    [Fact]
    public void Limit_is_within_its_bounds_after_any_history()
    {
        var settings = Gen.Select(Gen.Int[1, 10], Gen.Int[0, 200], Gen.Int[1, 20], Gen.Int[1, 100]).Select((least, more, count, percentile) => Defaults with
        {
            MinConcurrency = least,
            MaxConcurrencyLimit = least + more,
            MinRttRequestCount = count,
            SampleAggregatePercentile = percentile,
            MinRttInterval = TimeSpan.FromSeconds(5),
        });

        // What happens: a call enters, one leaves with an answer or without; how long it took; what time passes.
        var history = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3000], Gen.Int[0, 300]).Array[0, 400];
        Gen.Select(settings, history, Gen.Long).Sample((with, steps, seed) =>
        {
            var clock = new TestClock();
            var limit = new AdaptiveConcurrency(with, clock, MeshRandom.Seeded(seed), clock.GetTimestamp());
            var underWay = 0;
            foreach (var (what, criticality, latency, pause) in steps)
            {
                clock.Advance(TimeSpan.FromMilliseconds(pause));
                if (what == 0 && underWay > 0)
                {
                    underWay--;
                    limit.Leave();
                }
                else if (what == 1)
                {
                    limit.Learn(clock.GetTimestamp() - DetachedTimer.After(clock, 0, TimeSpan.FromMilliseconds(latency)), clock.GetTimestamp());
                }
                else if (limit.TryEnter((MeshCriticality)criticality, clock.GetTimestamp()))
                {
                    underWay++;
                    Assert.InRange(limit.UnderWay, 1, limit.Limit);
                }

                Assert.Equal(underWay, limit.UnderWay);
                Assert.InRange(limit.Limit, with.MinConcurrency, with.MaxConcurrencyLimit);
            }
        });
    }

    [Fact]
    public void Limit_finds_what_the_server_can_bear()
        => Gen.Select(Gen.Int[5, 200], Gen.Int[2, 40], Gen.Long).Sample(
            (capacity, milliseconds, seed) =>
            {
                var clock = new TestClock();
                var limit = new AdaptiveConcurrency(Defaults, clock, MeshRandom.Seeded(seed), clock.GetTimestamp());
                var server = new SharedServer(capacity, TimeSpan.FromMilliseconds(milliseconds));
                var limits = new List<int>();
                for (var millisecond = 0; millisecond < 15_000; millisecond++)
                {
                    server.Run(limit, clock);
                    if (millisecond > 10_000)
                    {
                        limits.Add(limit.Limit);
                    }
                }

                // Where the limit comes to rest the latency is its buffer above that without load, and the square root stands on top.
                var fixedPoint = (1.25 * capacity) + Math.Sqrt(1.25 * capacity);
                Assert.InRange(limits.Average(), capacity, (fixedPoint * 1.1) + 2);
            },
            iter: 20);

    [Fact]
    public void Admission_and_answer_allocate_nothing()
    {
        var limit = Measured();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var call = 0; call < 1_000; call++)
        {
            limit.TryEnter(MeshCriticality.Critical, Now);
            limit.Learn(Now, Now);
            limit.Leave();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Restart_measures_the_latency_without_load_anew_and_keeps_the_calls_under_way()
    {
        var limit = Measured();
        Answer(limit, 5, TimeSpan.FromMilliseconds(10));
        EndWindow(limit);
        Assert.Equal([true, true], Enter(limit, MeshCriticality.Critical, 2));

        _clock.Advance(TimeSpan.FromMinutes(1));
        limit.Restart(Defaults with { MinConcurrency = 4 }, Now);

        Assert.Equal((4, true, 2), (limit.Limit, limit.IsMeasuring, limit.UnderWay));
        Answer(limit, Defaults.MinRttRequestCount, TimeSpan.FromMilliseconds(40));
        Assert.InRange(limit.MinRtt.TotalMilliseconds, 38, 42);
    }

    private AdaptiveConcurrency Create(AdaptiveConcurrencyConfiguration settings, MeshRandom? random = null) => new(settings, _clock, random ?? new SeededRandom(1), Now);

    /// <summary>10 ms without load.</summary>
    private AdaptiveConcurrency Measured(MeshRandom? random = null)
    {
        var limit = Create(Defaults, random);
        Answer(limit, Defaults.MinRttRequestCount, TimeSpan.FromMilliseconds(10));
        Assert.False(limit.IsMeasuring);
        return limit;
    }

    private void Answer(AdaptiveConcurrency limit, int count, TimeSpan latency)
    {
        var sentAt = Now;
        _clock.Advance(latency);
        for (var call = 0; call < count; call++)
        {
            limit.Learn(sentAt, Now);
        }
    }

    private void EndWindow(AdaptiveConcurrency limit, TimeSpan? after = null)
    {
        _clock.Advance(after ?? Defaults.ConcurrencyUpdateInterval);
        Assert.True(limit.TryEnter(MeshCriticality.CriticalPlus, Now));
        limit.Leave();
    }

    private bool[] Enter(AdaptiveConcurrency limit, MeshCriticality criticality, int calls)
        => [.. Enumerable.Range(0, calls).Select(_ => limit.TryEnter(criticality, Now))];

    /// <summary>A server that works on so many calls at once, and on more of them the slower, with as many callers as it gets.</summary>
    private sealed class SharedServer(int capacity, TimeSpan latency)
    {
        private readonly PriorityQueue<long, long> _ends = new();

        /// <summary>One millisecond.</summary>
        public void Run(AdaptiveConcurrency limit, TestClock clock)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            var now = clock.GetTimestamp();
            while (_ends.TryPeek(out var sentAt, out var end) && end <= now)
            {
                _ends.Dequeue();
                limit.Leave();
                limit.Learn(sentAt, now);
            }

            while (limit.TryEnter(MeshCriticality.Critical, now))
            {
                var factor = Math.Max(1, (_ends.Count + 1) / (double)capacity);
                _ends.Enqueue(now, DetachedTimer.After(clock, now, latency * factor));
            }
        }
    }
}
