using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Tests.Discovery;

public sealed class EndpointWatcherTests : IDisposable
{
    private readonly TestClock _time = new();
    private readonly ScriptedSource _source = new();
    private readonly EndpointWatcher _watcher;
    private int _changes;

    public EndpointWatcherTests()
    {
        _watcher = Watch(_time, _source, 1);
    }

    public void Dispose() => _watcher.Dispose();

    [Fact]
    public async Task Start_before_the_first_answer_is_pending_and_lets_callers_wait()
    {
        _watcher.Start();
        var waiting = _watcher.WaitUntilReadyAsync(TestContext.Current.CancellationToken);

        Assert.False(_watcher.IsReady);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(DiscoveryState.Pending, _watcher.Status.State);

        await _source.AnswerAsync("10.0.0.1");
        await waiting;
        Assert.True(_watcher.IsReady);
        Assert.Equal(["10.0.0.1"], Addresses);
    }

    [Fact]
    public async Task Start_with_many_waiting_callers_asks_once()
    {
        _watcher.Start();
        var waiting = Enumerable.Range(0, 100).Select(_ => _watcher.WaitUntilReadyAsync(TestContext.Current.CancellationToken)).ToArray();
        await _source.AnswerAsync("10.0.0.1");
        await Task.WhenAll(waiting);

        Assert.Equal(1, _source.Questions);
    }

    [Fact]
    public async Task First_answer_that_does_not_come_stops_holding_calls_up_after_five_seconds()
    {
        _watcher.Start();
        var waiting = _watcher.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.False(_watcher.IsReady);

        _time.Advance(TimeSpan.FromSeconds(0.001));
        await waiting;
        Assert.True(_watcher.IsReady);
        Assert.True(_watcher.WaitUntilReadyAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waiting_ends_when_the_caller_gives_up()
    {
        _watcher.Start();
        using var caller = new CancellationTokenSource();
        var waiting = _watcher.WaitUntilReadyAsync(caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task First_failure_is_repeated_while_the_first_calls_wait()
    {
        _watcher.Start();
        await _source.FailAsync(new DiscoveryException("broken"));
        await Eventually.TrueAsync(() => _time.NextDueIn < TimeSpan.FromSeconds(1));
        Assert.Equal(DiscoveryState.Failed, _watcher.Status.State);
        Assert.False(_watcher.IsReady);

        _time.Advance(TimeSpan.FromSeconds(0.5));
        await _source.AnswerAsync("10.0.0.1");
        await Eventually.TrueAsync(() => _watcher.IsReady);
        Assert.Equal(DiscoveryState.Known, _watcher.Status.State);
    }

    [Fact]
    public async Task Permanent_failure_is_ready_at_once_and_never_repeated()
    {
        _watcher.Start();
        await _source.FailAsync(new DiscoveryException("not built") { IsPermanent = true });
        await Eventually.TrueAsync(() => _watcher.IsReady && _time.NextDueIn is null);

        Assert.Equal(DiscoveryState.Failed, _watcher.Status.State);
        Assert.Equal("not built", _watcher.Status.Problem);
    }

    [Fact]
    public async Task Refresh_comes_ahead_of_the_end_of_the_validity()
    {
        await KnowAsync(TimeSpan.FromSeconds(100), "10.0.0.1");
        var due = _time.NextDueIn!.Value;
        Assert.InRange(due, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(95));

        _time.Advance(due - TimeSpan.FromTicks(1));
        Assert.Equal(1, _source.Questions);
        _time.Advance(TimeSpan.FromTicks(1));
        await _source.AnswerAsync(TimeSpan.FromSeconds(100), "10.0.0.2");
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2"]);
        Assert.Equal(2, _changes);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1_000_000, 3600)]
    public async Task Refresh_stays_between_a_second_and_an_hour(int validFor, int longest)
    {
        await KnowAsync(TimeSpan.FromSeconds(validFor), "10.0.0.1");

        Assert.InRange(_time.NextDueIn!.Value, TimeSpan.FromSeconds(Math.Min(longest, longest * 0.8 > 1 ? longest * 0.8 : 1)), TimeSpan.FromSeconds(longest));
    }

    [Fact]
    public async Task Failure_while_endpoints_are_known_changes_nothing_but_the_state()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1", "10.0.0.2");
        for (var failure = 1; failure <= 10; failure++)
        {
            await AdvanceToNextAsync();
            await _source.FailAsync(new InvalidOperationException("broken"));
            await Eventually.TrueAsync(() => IsWaiting);
        }

        Assert.Equal(["10.0.0.1", "10.0.0.2"], Addresses);
        Assert.Equal(DiscoveryState.Stale, _watcher.Status.State);
        Assert.Equal("broken", _watcher.Status.Problem);
        Assert.True(_watcher.Status.Age > TimeSpan.FromSeconds(60));
        Assert.Equal(1, _changes);
    }

    [Fact]
    public async Task Answer_after_failures_is_known_again_with_age_zero()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        await AdvanceToNextAsync();
        await _source.FailAsync(new InvalidOperationException("broken"));
        await Eventually.TrueAsync(() => IsWaiting);
        await AdvanceToNextAsync();
        await _source.AnswerAsync("10.0.0.1");
        await Eventually.TrueAsync(() => _watcher.Status.State == DiscoveryState.Known);

        Assert.Equal(TimeSpan.Zero, _watcher.Status.Age);
        Assert.Null(_watcher.Status.Problem);
        Assert.Equal(1, _changes);
    }

    [Fact]
    public async Task Hanging_source_has_failed_after_ten_seconds_and_is_asked_again()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        await AdvanceToNextAsync();
        await Eventually.TrueAsync(() => _source.Questions == 2 && _time.NextDueIn == TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(() => _watcher.Status.State == DiscoveryState.Stale && IsWaiting);
        await AdvanceToNextAsync();

        await Eventually.TrueAsync(() => _source.Questions == 3);
        Assert.Equal(["10.0.0.1"], Addresses);
    }

    [Fact]
    public async Task Source_that_times_out_by_itself_has_not_hung()
    {
        _watcher.Start();
        await _source.FailAsync(new TimeoutException("the registry took too long"));
        await Eventually.TrueAsync(() => _watcher.Status.State == DiscoveryState.Failed);

        Assert.Equal("the registry took too long", _watcher.Status.Problem);
    }

    [Fact]
    public async Task Empty_answers_are_believed_at_the_third_in_a_row()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        for (var answer = 1; answer <= 2; answer++)
        {
            await AdvanceToNextAsync();
            await _source.AnswerAsync(TimeSpan.FromSeconds(600));
            await Eventually.TrueAsync(() => _time.NextDueIn == TimeSpan.FromSeconds(5));
            Assert.Equal(DiscoveryState.Stale, _watcher.Status.State);
            Assert.Equal(["10.0.0.1"], Addresses);
        }

        await AdvanceToNextAsync();
        await _source.AnswerAsync(TimeSpan.FromSeconds(600));
        await Eventually.TrueAsync(() => _time.NextDueIn == TimeSpan.FromSeconds(30));
        Assert.Equal(DiscoveryState.Empty, _watcher.Status.State);
        Assert.Empty(Addresses);
    }

    [Fact]
    public async Task Empty_first_answer_is_an_answer()
    {
        _watcher.Start();
        await _source.AnswerAsync(TimeSpan.Zero);
        await Eventually.TrueAsync(() => _watcher.IsReady);

        Assert.Equal(DiscoveryState.Empty, _watcher.Status.State);
        await Eventually.TrueAsync(() => _time.NextDueIn == TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Change_signal_asks_at_once()
    {
        using var change = new CancellationTokenSource();
        _watcher.Start();
        await _source.AnswerAsync(Signalled(change, "10.0.0.1"));
        await Eventually.TrueAsync(() => _watcher.IsReady);
        _time.Advance(TimeSpan.FromSeconds(1));
        await change.CancelAsync();
        await _source.AnswerAsync("10.0.0.2");
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2"] && _time.NextDueIn > TimeSpan.FromSeconds(10));

        Assert.Equal(2, _source.Questions);
    }

    /// <summary>While a question is open, so that the loop cannot answer the first signal before the last one is given.</summary>
    [Fact]
    public async Task Burst_of_signals_asks_once()
    {
        _watcher.Start();
        await Eventually.TrueAsync(() => _source.Questions == 1);
        _watcher.Refresh();
        _watcher.Refresh();
        _watcher.Refresh();
        await _source.AnswerAsync("10.0.0.1");
        await Eventually.TrueAsync(() => _time.NextDueIn == TimeSpan.FromMilliseconds(100));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await _source.AnswerAsync("10.0.0.2");
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2"] && _time.NextDueIn > TimeSpan.FromSeconds(10));

        Assert.Equal(2, _source.Questions);
    }

    [Fact]
    public async Task Failed_is_raised_for_each_failure_and_for_no_answer()
    {
        var failures = 0;
        _watcher.Failed += watcher => failures += watcher == _watcher ? 1 : 0;
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        for (var failure = 1; failure <= 2; failure++)
        {
            await AdvanceToNextAsync();
            await _source.FailAsync(new InvalidOperationException("broken"));
            await Eventually.TrueAsync(() => IsWaiting);
        }

        Assert.Equal(2, failures);
    }

    [Fact]
    public async Task Failed_listener_that_throws_does_not_end_discovery()
    {
        _watcher.Failed += _ => throw new InvalidOperationException("listener");
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        await AdvanceToNextAsync();
        await _source.FailAsync(new InvalidOperationException("broken"));
        await AdvanceToNextAsync();
        await _source.AnswerAsync("10.0.0.2");

        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2"]);
    }

    [Fact]
    public async Task Change_signal_during_a_refresh_is_not_lost()
    {
        using var change = new CancellationTokenSource();
        _watcher.Start();
        await _source.AnswerAsync(Signalled(change, "10.0.0.1"));
        await Eventually.TrueAsync(() => _watcher.IsReady);
        _time.Advance(TimeSpan.FromSeconds(1));
        _watcher.Refresh();
        await Eventually.TrueAsync(() => _source.Questions == 2);

        await change.CancelAsync();
        await _source.AnswerAsync("10.0.0.2");
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2"] && _time.NextDueIn == TimeSpan.FromMilliseconds(100));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await _source.AnswerAsync("10.0.0.3");

        await Eventually.TrueAsync(() => Addresses is ["10.0.0.3"]);
    }

    [Fact]
    public async Task Change_signal_cuts_a_back_off_short()
    {
        using var change = new CancellationTokenSource();
        _watcher.Start();
        await _source.AnswerAsync(Signalled(change, "10.0.0.1"));
        await Eventually.TrueAsync(() => _watcher.IsReady);
        _time.Advance(TimeSpan.FromSeconds(1));
        _watcher.Refresh();
        await _source.FailAsync(new InvalidOperationException("broken"));
        await Eventually.TrueAsync(() => _time.NextDueIn < TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromMilliseconds(100));

        await change.CancelAsync();
        await _source.AnswerAsync("10.0.0.2");
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2"]);
    }

    [Fact]
    public void Back_off_doubles_with_jitter_up_to_half_a_minute()
    {
        var schedule = new RefreshSchedule(MeshRandom.Seeded(3));
        for (var failures = 1; failures <= 40; failures++)
        {
            var longest = TimeSpan.FromSeconds(Math.Min(30, 0.5 * Math.Pow(2, failures - 1)));
            Assert.InRange(schedule.AfterFailures(failures), longest / 2, longest);
        }

        var waits = Enumerable.Range(0, 100).Select(_ => schedule.AfterFailures(10)).ToHashSet();
        Assert.True(waits.Count > 90);
    }

    [Fact]
    public async Task Partial_answer_keeps_what_it_says_nothing_about()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1", "::1");
        await AdvanceToNextAsync();
        await _source.AnswerAsync(new EndpointAnswer(Services.Endpoints("10.0.0.2"), TimeSpan.FromSeconds(60))
        {
            LeavesOpen = static endpoint => endpoint.Host.Contains(':'),
        });

        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2", "[::1]"]);
    }

    [Fact]
    public async Task Partial_answer_is_followed_by_the_next_question_after_a_back_off_and_not_after_its_validity()
    {
        await KnowAsync(TimeSpan.FromSeconds(3600), "10.0.0.1");
        _time.Advance(TimeSpan.FromSeconds(1));
        _watcher.Refresh();
        for (var longest = 0.5; longest < 20; longest *= 2)
        {
            await _source.AnswerAsync(new EndpointAnswer(Services.Endpoints("10.0.0.1"), TimeSpan.FromSeconds(3600)) { LeavesOpen = static _ => false });
            await Eventually.TrueAsync(() => _time.NextDueIn >= TimeSpan.FromSeconds(longest / 2) && _time.NextDueIn <= TimeSpan.FromSeconds(longest));
            await AdvanceToNextAsync();
        }

        await _source.AnswerAsync(TimeSpan.FromSeconds(3600), "10.0.0.1");
        await Eventually.TrueAsync(() => _time.NextDueIn > TimeSpan.FromSeconds(2000));
    }

    [Fact]
    public async Task Answer_of_more_than_a_hundred_thousand_endpoints_is_cut()
    {
        var addresses = Enumerable.Range(0, 100_001).Select(index => $"10.{index / 65_536}.{index / 256 % 256}.{index % 256}").ToArray();
        await KnowAsync(TimeSpan.FromSeconds(60), addresses);

        Assert.Equal(100_000, Addresses.Count);
    }

    [Fact]
    public async Task Update_keeps_known_endpoints_until_the_new_source_answers_and_then_forgets_them()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        _watcher.Update(Services.Named("other"));
        await Eventually.TrueAsync(() => _source.Questions == 2);
        Assert.Equal(["10.0.0.1"], Addresses);

        await _source.AnswerAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => _watcher.Status.State == DiscoveryState.Empty);
        Assert.Empty(Addresses);
    }

    [Fact]
    public void Static_endpoints_are_known_when_start_returns_and_need_no_timer()
    {
        var time = new TestClock();
        var source = new StaticEndpointSource();
        using var watcher = Watch(time, source, 1, Services.Named("s", DiscoveryKind.Static, Services.Endpoints("10.0.0.1:80")));
        watcher.Start();
        Assert.True(watcher.IsReady);
        Assert.Single(watcher.Endpoints);

        watcher.Update(Services.Named("s", DiscoveryKind.Static, Services.Endpoints("10.0.0.2:80", "10.0.0.3:80")));
        Assert.Equal(2, watcher.Endpoints.Count);
        Assert.Equal(0, time.LiveTimers);
    }

    [Fact]
    public async Task Start_does_not_carry_the_ambient_values_of_the_call_that_started_it()
    {
        var ambient = new AsyncLocal<string?> { Value = "call" };
        string? seen = "unset";
        var source = new LookingSource(() => seen = ambient.Value);
        using var watcher = Watch(new TestClock(), source, 1);
        watcher.Start();
        watcher.Refresh();
        await watcher.WaitUntilReadyAsync(TestContext.Current.CancellationToken);

        Assert.Equal("call", ambient.Value);
        Assert.Null(source.SeenOnPool);
    }

    [Fact]
    public async Task Dispose_leaves_no_timer_and_lets_waiting_callers_go()
    {
        await KnowAsync(TimeSpan.FromSeconds(60), "10.0.0.1");
        _watcher.Dispose();

        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }

    /// <summary>The last question is dealt with: the next timer is not its limit.</summary>
    private bool IsWaiting => _time.NextDueIn is { } due && due != RefreshSchedule.AnswerLimit;

    private IReadOnlyList<string> Addresses => [.. _watcher.Endpoints.Select(endpoint => endpoint.Address)];

    private static EndpointAnswer Signalled(CancellationTokenSource change, params string[] addresses) =>
        new(Services.Endpoints(addresses), TimeSpan.FromSeconds(60)) { ChangeToken = new CancellationChangeToken(change.Token) };

    private EndpointWatcher Watch(TestClock time, IEndpointSource source, long seed, ServiceModel? service = null) => new(
        service ?? Services.Named("reviews"),
        _ => source,
        new RefreshSchedule(MeshRandom.Seeded(seed)),
        time,
        NullLogger.Instance,
        _ => Interlocked.Increment(ref _changes));

    private async Task KnowAsync(TimeSpan validFor, params string[] addresses)
    {
        _watcher.Start();
        await _source.AnswerAsync(validFor, addresses);
        await Eventually.TrueAsync(() => _watcher.IsReady && IsWaiting);
    }

    /// <summary>To the moment at which the source is asked again.</summary>
    private async Task AdvanceToNextAsync()
    {
        await Eventually.TrueAsync(() => IsWaiting);
        var asked = _source.Questions;
        _time.Advance(_time.NextDueIn!.Value);
        await Eventually.TrueAsync(() => _source.Questions == asked + 1);
    }

    private sealed class LookingSource(Func<string?> look) : IEndpointSource
    {
        public string? SeenOnPool { get; private set; } = "unset";

        public async ValueTask<EndpointAnswer> ResolveAsync(EndpointQuestion question, CancellationToken cancellationToken)
        {
            await Task.Yield();
            SeenOnPool = look();
            return new EndpointAnswer([], Timeout.InfiniteTimeSpan);
        }
    }
}
