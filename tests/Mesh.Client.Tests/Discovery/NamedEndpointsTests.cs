using Mesh.Client.Discovery;
using Mesh.Client.Model;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Tests.Discovery;

/// <summary>Watching a service whose endpoints are given by name: each name at its own pace.</summary>
public sealed class NamedEndpointsTests : IDisposable
{
    private readonly TestClock _time = new();
    private readonly NamedSource _source = new();
    private readonly LogCapture _logs = new();
    private EndpointWatcher? _watcher;

    public void Dispose()
    {
        _watcher?.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Name_that_fails_beside_an_address_is_asked_again_after_its_own_back_off()
    {
        Watch("10.0.9.9", "one");
        Assert.True(_watcher!.IsReady);
        Assert.Equal(["10.0.9.9"], Addresses);

        _source.Answer("one", 60, "10.0.0.1");
        _time.Advance(TimeSpan.FromSeconds(0.5));
        await Eventually.TrueAsync(() => Addresses is ["10.0.9.9", "10.0.0.1"]);
    }

    [Fact]
    public async Task Name_that_fails_beside_one_with_a_long_time_to_live_is_asked_again_after_its_own_back_off()
    {
        _source.Answer("one", 3600, "10.0.0.1");
        Watch("one", "two");
        for (var failure = 2; failure <= 8; failure++)
        {
            await _time.UntilArmedAsync(2);
            _time.Advance(TimeSpan.FromSeconds(30));
            await Eventually.TrueAsync(() => _source.Asked("two") >= failure);
        }

        _source.Answer("two", 3600, "10.0.1.1");
        await _time.UntilArmedAsync(2);
        _time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.1", "10.0.1.1"]);
        Assert.Equal(1, _source.Asked("one"));
    }

    [Fact]
    public async Task Name_is_asked_again_at_the_end_of_its_own_time_to_live()
    {
        _source.Answer("one", 10, "10.0.0.1");
        _source.Answer("two", 1000, "10.0.1.1");
        Watch("one", "two");
        _source.Answer("one", 1000, "10.0.0.2");
        _time.Advance(TimeSpan.FromSeconds(10));

        await Eventually.TrueAsync(() => Addresses is ["10.0.0.2", "10.0.1.1"]);
        Assert.Equal(1, _source.Asked("two"));
    }

    [Fact]
    public async Task First_call_waits_for_every_name_and_no_longer_than_five_seconds()
    {
        _source.Answer("one", 60, "10.0.0.1");
        _source.Hang("two");
        Watch("one", "two");
        var waiting = _watcher!.WaitUntilReadyAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(5));
        await waiting;
        Assert.Equal(["10.0.0.1"], Addresses);
    }

    [Fact]
    public async Task Update_asks_a_name_that_fails_at_once_and_a_known_one_not_at_all()
    {
        _source.Answer("one", 3600, "10.0.0.1");
        Watch("one", "two");
        for (var failure = 2; failure <= 5; failure++)
        {
            await _time.UntilArmedAsync(2);
            _time.Advance(TimeSpan.FromSeconds(30));
            await Eventually.TrueAsync(() => _source.Asked("two") >= failure);
        }

        await _time.UntilArmedAsync(2);
        _time.Advance(RefreshSchedule.ShortestBetweenSignals);
        _source.Answer("two", 3600, "10.0.1.1");
        Update("one:81", "two:82");

        await Eventually.TrueAsync(() => Addresses is ["10.0.0.1:81", "10.0.1.1:82"]);
        Assert.Equal(1, _source.Asked("one"));
    }

    [Fact]
    public void Update_while_a_name_fails_keeps_its_addresses_under_the_new_rules()
    {
        _source.Answer("one", 60, "10.0.0.1");
        Watch("one:81");
        _source.Fail("one");
        Update("one:82", "10.0.9.9");

        Assert.Equal(["10.0.0.1:82", "10.0.9.9"], Addresses);
    }

    [Fact]
    public void Update_that_is_answered_at_once_is_one_change()
    {
        var changes = new List<int>();
        _source.Answer("one", 60, "10.0.0.1");
        _source.Answer("two", 60, "10.0.1.1");
        _source.Answer("three", 60, "10.0.2.1");
        Watch(watcher => changes.Add(watcher.Endpoints.Count), "one");
        Update("one:81", "two", "three");

        Assert.Equal([1, 3], changes);
    }

    [Fact]
    public async Task Update_without_a_name_stops_asking_for_it()
    {
        _source.Answer("one", 60, "10.0.0.1");
        _source.Answer("two", 60, "10.0.1.1");
        Watch("one", "two");
        Update("one");

        await Eventually.TrueAsync(() => _time.LiveTimers == 1);
        Assert.Equal(["10.0.0.1"], Addresses);
    }

    [Fact]
    public async Task Refresh_asks_for_every_name()
    {
        _source.Answer("one", 3600, "10.0.0.1");
        _source.Answer("two", 3600, "10.0.1.1");
        Watch("one", "two");
        _time.Advance(RefreshSchedule.ShortestBetweenSignals);
        _watcher!.Refresh();

        await Eventually.TrueAsync(() => _source is { AskedInAll: 4 } && _source.Asked("one") == 2);
    }

    [Fact]
    public async Task News_of_the_source_cuts_the_back_off_of_a_name_short()
    {
        Watch("one");
        for (var failure = 2; failure <= 6; failure++)
        {
            await _time.UntilArmedAsync();
            _time.Advance(TimeSpan.FromSeconds(30));
            await Eventually.TrueAsync(() => _source.Asked("one") >= failure);
        }

        await _time.UntilArmedAsync();
        _time.Advance(RefreshSchedule.ShortestBetweenSignals);
        _source.Answer("one", 60, "10.0.0.1");
        _source.Tell();
        await Eventually.TrueAsync(() => Addresses is ["10.0.0.1"]);

        _watcher!.Dispose();
        await Eventually.TrueAsync(() => !_source.IsHeard);
    }

    [Fact]
    public void Start_after_newer_rules_does_not_bring_the_older_ones_back()
    {
        _source.Answer("one", 60, "10.0.0.1");
        _source.Answer("two", 60, "10.0.1.1");
        _watcher = Make(_ => { }, "one");
        Update("two");
        _watcher.Start();

        Assert.Equal(["10.0.1.1"], Addresses);
        Assert.Equal(0, _source.Asked("one"));
    }

    [Fact]
    public void Names_beyond_the_bound_are_told_of()
    {
        Watch([.. Enumerable.Range(0, 1_001).Select(index => $"name{index}")]);

        Assert.Equal(1_000, _source.AskedInAll);
        Assert.Contains(_logs.Entries, entry => entry.Level == LogLevel.Warning && entry.Message.Contains("more than the 1000 names", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dispose_leaves_no_timer()
    {
        _source.Answer("one", 60, "10.0.0.1");
        Watch("one", "two");
        _watcher!.Dispose();

        await Eventually.TrueAsync(() => _time.LiveTimers == 0);
    }

    private IReadOnlyList<string> Addresses => [.. _watcher!.Endpoints.Select(endpoint => endpoint.Address)];

    private static ServiceModel Service(string[] endpoints) => Services.Named("shop", endpoints: Services.Endpoints(endpoints));

    private void Watch(params string[] endpoints) => Watch(_ => { }, endpoints);

    private void Watch(Action<EndpointWatcher> changed, params string[] endpoints)
    {
        _watcher = Make(changed, endpoints);
        _watcher.Start();
    }

    private void Update(params string[] endpoints) => _watcher!.Update(Service(endpoints));

    private EndpointWatcher Make(Action<EndpointWatcher> changed, params string[] endpoints) => new(
        Service(endpoints), _ => _source, new RefreshSchedule(MeshRandom.Seeded(1)), _time, _logs.CreateLogger("discovery"), changed);
}
