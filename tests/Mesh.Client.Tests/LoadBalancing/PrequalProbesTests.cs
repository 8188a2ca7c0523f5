using Mesh.Client.LoadBalancing;
using Mesh.Client.Model;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.LoadBalancing;

/// <summary>When PREQUAL asks servers for their load beside the calls, and what becomes of the answers.</summary>
public sealed class PrequalProbesTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMicroseconds(ProbeSchedule.Pause);
    private static readonly AsyncLocal<string?> Ambient = new();

    private readonly TestClock _time = new();
    private readonly ActiveClock _clock;
    private readonly Ear _ear = new();
    private readonly ScriptedLoadProbe _probe = new();
    private readonly PrequalBalancer _balancer;

    public PrequalProbesTests()
    {
        _clock = new ActiveClock(_time);

        // There are no pauses in fake time, and its beats would be timers among those that are looked at here.
        _clock.Dispose();
        _balancer = new PrequalBalancer(MeshRandom.Seeded(1), _clock, 2, _ear);
    }

    public void Dispose() => _balancer.Stop();

    [Fact]
    public void Pool_that_is_starved_again_wants_probes()
    {
        var set = Set(5);
        Pick(set);
        Assert.False(_balancer.WantsProbes);

        _time.Advance(TimeSpan.FromMilliseconds(900));
        Pick(set);

        Assert.True(_balancer.WantsProbes);
    }

    [Fact]
    public void Calls_rarer_than_reports_grow_old_want_none()
    {
        var set = Set(5);
        for (var pick = 0; pick < 100; pick++)
        {
            Pick(set);
            _time.Advance(TimeSpan.FromSeconds(1.1));
        }

        Assert.False(_balancer.WantsProbes);
    }

    [Fact]
    public void Pool_that_calls_feed_wants_none()
    {
        var set = Set(2);
        Pick(set);
        foreach (var endpoint in set.All)
        {
            _balancer.Report(endpoint, new LoadReport(1, 1000), _clock.GetTimestamp());
            while (!ReportPool.Of(set.Groups[0]).Contains(Array.IndexOf(set.All, endpoint)))
            {
                _balancer.Pick(set, new([set.All[endpoint == set.All[0] ? 1 : 0]], _time));
            }
        }

        for (var pick = 0; pick < 100; pick++)
        {
            Pick(set);
        }

        Assert.False(_balancer.WantsProbes);
    }

    [Fact]
    public void Retry_whose_choice_is_smaller_wants_none()
    {
        var set = Set(3);
        for (var pick = 0; pick < 10; pick++)
        {
            _balancer.Pick(set, new([set.All[0]], _time));
        }

        Assert.False(_balancer.WantsProbes);
    }

    [Fact]
    public void Single_endpoint_is_not_probed()
    {
        var set = Set(1);
        Starve(set);

        Assert.False(_balancer.WantsProbes);
    }

    [Fact]
    public async Task Round_asks_three_distinct_endpoints_and_later_picks_go_by_what_they_said()
    {
        var set = Set(10);
        var order = 0;
        _probe.Answer = (_, _) => Report(Interlocked.Increment(ref order) == 2 ? 100 : 90_000);

        await RoundAsync(set);

        Assert.Equal(3, _probe.Asked.Distinct().Count());
        Assert.Equal(3, _probe.Asked.Count);
        Assert.Equal(3, _ear.Count(LoadProbeOutcome.Answered));
        var fast = _probe.Asked[1];
        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => Pick(set) == fast), 850, 1000);
    }

    [Fact]
    public async Task Reports_of_probes_end_the_starvation_until_they_are_old()
    {
        var set = Set(10);
        await RoundAsync(set);
        _time.Advance(Pause);
        Starve(set);
        Assert.False(_balancer.WantsProbes);

        _time.Advance(TimeSpan.FromSeconds(1.1));
        Starve(set);
        Assert.True(_balancer.WantsProbes);
    }

    [Fact]
    public async Task All_of_a_small_group_are_asked_once()
    {
        var set = Set(2);
        await RoundAsync(set, probes: 2);

        Assert.Equal(set.All.ToHashSet(), _probe.Asked.ToHashSet());
    }

    [Fact]
    public async Task Endpoints_that_could_not_be_picked_are_not_asked()
    {
        var set = Set(6);
        set.All[0].ConnectFailedUntil = DetachedTimer.After(_time, _time.GetTimestamp(), TimeSpan.FromMinutes(1));
        for (var call = 0; call < 20; call++)
        {
            End(set.All[1], CallOutcome.GatewayError);
            End(set.All[2], CallOutcome.Success);
        }

        for (var round = 0; round < 5; round++)
        {
            await RoundAsync(set, probes: 3 * (round + 1));
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(set.All.Skip(2).ToHashSet(), _probe.Asked.ToHashSet());
    }

    [Fact]
    public async Task Endpoint_whose_report_is_fresh_comes_into_the_pool_of_a_new_group_without_being_asked()
    {
        var set = Set(2);
        await RoundAsync(set, probes: 2);
        _time.Advance(Pause);
        var regrouped = new EndpointSet(set.All, set.All);
        Starve(regrouped);
        _balancer.StartProbes(_probe);

        await Eventually.TrueAsync(() => ReportPool.Of(regrouped.Groups[0]) is var pool && pool.Contains(0) && pool.Contains(1));
        Assert.Equal(2, _probe.Asked.Count);
    }

    [Fact]
    public async Task Round_asks_no_more_servers_than_may_be_asked()
    {
        _probe.Budget = 2;

        await RoundAsync(Set(100), probes: 2);

        Assert.Equal(2, _probe.Asked.Count);
    }

    [Fact]
    public async Task Round_that_may_ask_nobody_says_nothing_of_servers_and_the_next_one_comes_after_the_pause()
    {
        var set = Set(100);
        _probe.Budget = 0;
        Starve(set);
        _balancer.StartProbes(_probe);
        await Eventually.TrueAsync(() => _probe.Budget < 0 && _time.LiveTimers == 0);
        _probe.Budget = int.MaxValue;
        _time.Advance(Pause);

        await RoundAsync(set, probes: 3);

        Assert.Equal(3, _probe.Asked.Count);
    }

    [Fact]
    public async Task Endpoints_that_wait_for_first_answers_make_room_for_those_that_reported()
    {
        var set = Set(100);
        for (var pick = 0; pick < 100; pick++)
        {
            _balancer.Begin(Pick(set), _clock.GetTimestamp());
        }

        await RoundAsync(set);

        var pool = ReportPool.Of(set.Groups[0]);
        Assert.All(_probe.Asked, asked => Assert.True(pool.Contains(Array.IndexOf(set.All, asked))));
    }

    [Fact]
    public async Task Servers_that_report_nothing_are_left_alone_for_longer_and_longer()
    {
        var set = Set(10);
        _probe.Answer = (_, _) => Task.FromResult(default(LoadAnswer));
        var rounds = 0;
        for (var second = 0; second < 3600; second++)
        {
            Starve(set);
            if (_balancer.WantsProbes)
            {
                rounds++;
                await RoundAsync(set, probes: 3 * rounds);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        // Ten doublings and then one round in two and a half to five minutes.
        Assert.InRange(rounds, 12, 35);
        Assert.Equal(3 * rounds, _ear.Count(LoadProbeOutcome.NoReport));
    }

    [Fact]
    public async Task Servers_that_know_of_no_latency_have_answered_and_are_not_gone_by()
    {
        var set = Set(10);
        _probe.Answer = (_, _) => Report(0);

        await RoundAsync(set);

        Assert.Equal(3, _ear.Count(LoadProbeOutcome.Answered));
        Assert.All(Enumerable.Range(0, 10), place => Assert.False(HasReport(set, place)));
        _time.Advance(Pause);
        Starve(set);
        Assert.True(_balancer.WantsProbes);
    }

    [Fact]
    public async Task Answers_that_do_not_come_are_given_up_at_the_deadline()
    {
        var set = Set(10);
        _probe.Answer = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return default;
        };
        Starve(set);
        _balancer.StartProbes(_probe);
        await Eventually.TrueAsync(() => _probe.Asked.Count == 3);
        await _time.UntilArmedAsync();
        _time.Advance(ProbeRound.Deadline - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_ear.Outcomes);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Eventually.TrueAsync(() => _ear.Count(LoadProbeOutcome.Failed) == 3);
        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
        _time.Advance(Pause);
        Starve(set);
        Assert.False(_balancer.WantsProbes);
    }

    [Fact]
    public async Task Report_that_cannot_be_used_is_told_and_not_used()
    {
        var set = Set(10);
        _probe.Answer = (_, _) => Task.FromResult(new LoadAnswer(LoadReportState.Malformed, default, "busy"));

        await RoundAsync(set);

        Assert.Equal(3, _ear.Count(LoadProbeOutcome.NoReport));
        Assert.Equal(_probe.Asked.Select(asked => (asked, LoadReportState.Malformed, "busy")).ToHashSet(), _ear.Refused.ToHashSet());
        Assert.All(Enumerable.Range(0, 10), place => Assert.False(HasReport(set, place)));
    }

    [Fact]
    public async Task Stop_cancels_what_is_asked_and_nothing_is_asked_again()
    {
        var set = Set(10);
        var cancelled = 0;
        _probe.Answer = async (_, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return default;
            }
            finally
            {
                Interlocked.Increment(ref cancelled);
            }
        };
        Starve(set);
        _balancer.StartProbes(_probe);
        await Eventually.TrueAsync(() => _probe.Asked.Count == 3);

        _balancer.Stop();

        await Eventually.TrueAsync(() => Volatile.Read(ref cancelled) == 3);
        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
        Assert.Empty(_ear.Outcomes);
        _time.Advance(TimeSpan.FromMinutes(10));
        Starve(set);
        Assert.False(_balancer.WantsProbes);
    }

    [Fact]
    public async Task Probes_run_in_nobodys_context()
    {
        var set = Set(10);
        var seen = new List<string?>();
        _probe.Answer = (_, _) =>
        {
            lock (seen)
            {
                seen.Add(Ambient.Value);
            }

            return Report(1000);
        };
        Ambient.Value = "of the call";

        await RoundAsync(set);

        Assert.Equal([null, null, null], seen);
    }

    [Fact]
    public void Pick_that_leaves_word_allocates_nothing()
    {
        var set = Set(20);
        Starve(set);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pick = 0; pick < 1000; pick++)
        {
            _balancer.TryBeginProbes(out _);
            _balancer.EndProbes(0, 0);
            Starve(set);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static bool HasReport(EndpointSet set, int place)
        => EndpointLoad.Of(set.All[place]).Reported != default;

    private static Task<LoadAnswer> Report(long latency) => Task.FromResult(new LoadAnswer(LoadReportState.Usable, new LoadReport(1, latency), ""));

    /// <summary>A round from its cause to its end.</summary>
    /// <param name="set">Whose endpoints.</param>
    /// <param name="probes">Of this round and those before it.</param>
    private async Task RoundAsync(EndpointSet set, int probes = ProbeRound.MaximumProbes)
    {
        Starve(set);
        Assert.True(_balancer.WantsProbes);
        _balancer.StartProbes(_probe);
        await Eventually.TrueAsync(() => _ear.Outcomes.Count == probes);
        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }

    /// <summary>Two picks, of which the second leaves word where the pool is starved.</summary>
    private void Starve(EndpointSet set)
    {
        Pick(set);
        Pick(set);
    }

    private EndpointState Pick(EndpointSet set) => _balancer.Pick(set, new([], _time))!;

    private void End(EndpointState endpoint, CallOutcome outcome)
    {
        var started = _clock.GetTimestamp();
        _balancer.Begin(endpoint, started);
        _balancer.End(endpoint, new(started, DetachedTimer.After(_time, started, TimeSpan.FromMilliseconds(5)), outcome, null));
    }

    private static EndpointSet Set(int count)
    {
        var endpoints = Enumerable.Range(0, count).Select(index => new EndpointState(new() { Address = $"e{index}", Host = $"e{index}" })).ToArray();
        return new EndpointSet(endpoints, endpoints);
    }

    private sealed class Ear : ILoadReportListener
    {
        private readonly Lock _gate = new();
        private readonly List<LoadProbeOutcome> _outcomes = [];
        private readonly List<(EndpointState, LoadReportState, string)> _refused = [];

        public List<LoadProbeOutcome> Outcomes => Copy(_outcomes);

        public List<(EndpointState, LoadReportState, string)> Refused => Copy(_refused);

        public int Count(LoadProbeOutcome outcome) => Outcomes.Count(heard => heard == outcome);

        public void OnRefused(EndpointState endpoint, LoadReportState state, string text) => Add(_refused, (endpoint, state, text));

        public void OnProbed(LoadProbeOutcome outcome) => Add(_outcomes, outcome);

        private void Add<T>(List<T> list, T item)
        {
            lock (_gate)
            {
                list.Add(item);
            }
        }

        private List<T> Copy<T>(List<T> list)
        {
            lock (_gate)
            {
                return [.. list];
            }
        }
    }
}
