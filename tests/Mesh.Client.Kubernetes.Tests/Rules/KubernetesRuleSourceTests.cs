using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Rules;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Primitives;

namespace Mesh.Client.Kubernetes.Tests.Rules;

public sealed class KubernetesRuleSourceTests : IDisposable
{
    private const string VirtualServices = "/apis/networking.istio.io/v1/virtualservices";
    private const string DestinationRules = "/apis/networking.istio.io/v1/destinationrules";

    private readonly PathApi _api = new();
    private readonly LogCapture _log = new();
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _api.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Objects_are_documents_named_by_kind_namespace_and_name_in_an_order_of_their_own()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Serve("HTTPRoute")
            .Put("HTTPRoute", "a", "route", "{}").Put("DestinationRule", "a", "two", Rule("two")).Put("VirtualService", "b", "one", Hosts("x")).Put("VirtualService", "a", "one", Hosts("y"));
        var source = await StartAsync();

        Assert.Equal(["VirtualService/a/one", "VirtualService/b/one", "DestinationRule/a/two", "HTTPRoute/a/route"], Names(source));
        Assert.Equal(Names(source), source.Load().Select(document => document.Name));
    }

    [Fact]
    public async Task Objects_come_change_and_go_and_each_change_is_signalled()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        var source = await StartAsync();
        await Following(1);

        var token = source.GetChangeToken();
        _api.Put("VirtualService", "a", "two", Hosts("y"));
        await SignalAsync(token, () => Names(source).SequenceEqual(["VirtualService/a/one", "VirtualService/a/two"]));

        token = source.GetChangeToken();
        _api.Put("VirtualService", "a", "one", Hosts("z"));
        await SignalAsync(token, () => source.Load()[0].Text.Contains("\"z\"", StringComparison.Ordinal));

        token = source.GetChangeToken();
        _api.Delete("VirtualService", "a", "one");
        await SignalAsync(token, () => Names(source).SequenceEqual(["VirtualService/a/two"]));
    }

    [Fact]
    public async Task Unchanged_objects_keep_their_documents_when_others_change_and_when_all_are_listed_anew()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x")).Put("VirtualService", "a", "two", Hosts("y"));
        var source = await StartAsync();
        await Following(1);
        var one = source.Read()[0];

        var token = source.GetChangeToken();
        _api.Put("VirtualService", "a", "two", Hosts("z"));
        await SignalAsync(token);
        Assert.Same(one, source.Read()[0]);

        _api.ForgetHistory();
        _api.Put("VirtualService", "a", "three", Hosts("z"));
        await AdvanceUntilAsync(() => source.Read().Count == 3, TimeSpan.FromSeconds(5));
        Assert.Same(one, source.Read()[0]);
    }

    [Fact]
    public async Task Change_of_one_object_among_many_has_that_one_read_and_no_other()
    {
        _api.Serve("VirtualService");
        for (var index = 0; index < 1000; index++)
        {
            _api.Put("VirtualService", "a", $"rule-{index}", Hosts($"host-{index}"));
        }

        var source = await StartAsync();
        await Following(1);
        var loads = 0;
        var published = 0;
        using var watcher = new MeshConfigurationWatcher(
            null, [source], _ => Interlocked.Increment(ref published), _api.Clock, _log.CreateLogger("rules"), new WatcherDelegates
            {
                Load = document =>
                {
                    Interlocked.Increment(ref loads);
                    return DocumentLoader.Load(document);
                },
            });
        watcher.Start();
        Assert.Equal(1000, loads);

        _api.Put("VirtualService", "a", "rule-500", Hosts("changed"));
        await AdvanceUntilAsync(() => published == 2, TimeSpan.FromSeconds(10));

        Assert.Equal(1001, loads);
    }

    [Fact]
    public async Task Change_of_the_status_alone_is_no_change_of_the_document()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        var source = await StartAsync();
        await Following(1);
        var before = source.Read()[0];

        var token = source.GetChangeToken();
        _api.Put("VirtualService", "a", "one", Hosts("x"), status: """{ "observedGeneration": 3 }""");
        await SignalAsync(token);

        Assert.Same(before, source.Read()[0]);
    }

    [Fact]
    public async Task First_rules_go_live_together_when_every_kind_was_listed()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", Hosts("x")).Put("DestinationRule", "a", "one", Rule("x"));
        var held = _api.Held[DestinationRules] = new TaskCompletionSource();
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => source.Watches.All.Any(watch => watch.FirstAnswer.IsCompleted));

        Assert.False(waiting.IsCompleted);
        held.SetResult();
        await Eventually.EndsAsync(waiting);

        Assert.Equal(["VirtualService/a/one", "DestinationRule/a/one"], Names(source));
    }

    [Fact]
    public async Task List_that_does_not_come_holds_the_others_up_for_a_while_only()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", Hosts("x"));
        _api.Refuse = path => path == DestinationRules ? HttpStatusCode.InternalServerError : null;
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => source.Watches.All.Any(watch => watch.FirstAnswer.IsCompleted));
        await AdvanceAsync(RuleWatches.Patience - TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(2));

        Assert.Equal(["VirtualService/a/one"], Names(source));
        Assert.Contains(_log.Entries, entry => entry.Message.Contains("answered 500 to list destinationrules.networking.istio.io", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kind_that_may_not_be_read_holds_the_others_up_until_it_was_refused_three_times()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", Hosts("x")).Put("DestinationRule", "a", "one", Rule("x"));
        _api.Refuse = path => path == DestinationRules ? HttpStatusCode.Forbidden : null;
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => source.Watches.All.Any(watch => watch.FirstAnswer.IsCompleted));
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(2));

        Assert.Equal(["VirtualService/a/one"], Names(source));
        Assert.Equal(3, _api.Requests.Count(path => path == DestinationRules));
        Assert.Contains("does not allow to list destinationrules.networking.istio.io", Assert.Single(_log.Complaints).Message, StringComparison.Ordinal);

        // Rights that are given later have it read.
        _api.Refuse = null;
        await AdvanceUntilAsync(() => source.Read().Count == 2, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Kind_that_a_server_refuses_while_it_starts_goes_live_with_the_others()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", Hosts("x")).Put("DestinationRule", "a", "one", Rule("x"));
        var refusals = 0;
        _api.Refuse = path => path == DestinationRules && Interlocked.Increment(ref refusals) <= 2 ? HttpStatusCode.Forbidden : null;
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => source.Watches.All.Any(watch => watch.FirstAnswer.IsCompleted));
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(3));

        Assert.Equal(["VirtualService/a/one", "DestinationRule/a/one"], Names(source));
        await AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Single(_log.Entries, entry => entry.Id.Id == 9101);
    }

    [Fact]
    public async Task Start_of_a_process_that_may_read_no_rules_does_not_wait_for_them_and_takes_them_when_it_may()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", Hosts("x"));
        _api.Refuse = path => path == "/apis" || path.Count(character => character == '/') < 4 ? null : HttpStatusCode.Forbidden;
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(4));
        Assert.Contains("(403)", Assert.Throws<TimeoutException>(() => source.Read()).Message, StringComparison.Ordinal);

        _api.Refuse = null;
        await AdvanceUntilAsync(() => source.Watches.Known.IsCompleted && source.Read().Count == 1, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Start_that_must_not_be_without_rules_waits_until_they_may_be_read()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        _api.Refuse = path => path == VirtualServices ? HttpStatusCode.Forbidden : null;
        var source = Create(new MeshKubernetesOptions { RulesWait = Timeout.InfiniteTimeSpan });
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(() => source.Watches.Forbidden.IsCompleted, TimeSpan.FromSeconds(4));
        await AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.False(waiting.IsCompleted);

        _api.Refuse = null;
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(40));
        Assert.Equal(["VirtualService/a/one"], Names(source));
    }

    [Fact]
    public async Task Kinds_that_are_not_installed_cost_one_request_a_look_and_are_taken_when_they_appear()
    {
        var source = await StartAsync(new MeshKubernetesOptions { Namespaces = { "a", "b", "c" } });
        Assert.Empty(source.Read());

        await AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.All(_api.Requests, path => Assert.Equal("/apis", path));
        Assert.InRange(_api.Requests.Count, 10, 30);

        var token = source.GetChangeToken();
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        await AdvanceUntilAsync(() => token.HasChanged && source.Read().Count > 0, TimeSpan.FromMinutes(2));
        Assert.Equal(["VirtualService/a/one"], Names(source));
        Assert.Empty(_log.Complaints);
    }

    [Fact]
    public async Task Kinds_that_were_not_known_to_a_server_that_starts_are_looked_for_again_at_once()
    {
        var source = await StartAsync();
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));

        await AdvanceUntilAsync(() => source.Read().Count > 0, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("v1beta1")]
    [InlineData("v1alpha3")]
    public async Task Older_version_is_read_where_the_server_has_no_newer_one(string version)
    {
        _api.Serve("VirtualService", version).Put("VirtualService", "a", "one", Hosts("x"));
        var source = await StartAsync();

        Assert.Equal(["VirtualService/a/one"], Names(source));
        Assert.DoesNotContain(VirtualServices, _api.Requests);
    }

    [Fact]
    public async Task Best_version_of_each_kind_is_read_where_kinds_of_a_group_differ()
    {
        _api.Serve("VirtualService", "v1", "v1beta1").Serve("Sidecar", "v1beta1").Put("VirtualService", "a", "one", Hosts("x"));
        var source = await StartAsync();

        Assert.Equal(["VirtualService/a/one"], Names(source));
        Assert.Contains(VirtualServices, _api.Requests);
        Assert.Contains("/apis/networking.istio.io/v1beta1/sidecars", _api.Requests);
        Assert.DoesNotContain("/apis/networking.istio.io/v1/sidecars", _api.Requests);
    }

    [Fact]
    public async Task Version_that_the_server_gives_up_is_replaced_by_another_and_the_rules_stay()
    {
        _api.Serve("VirtualService", "v1beta1").Put("VirtualService", "a", "one", Hosts("x"));
        var source = await StartAsync();
        await Following(1);

        _api.Serve("VirtualService", "v1").Put("VirtualService", "a", "two", Hosts("y"));
        _api.EndStreams(isBroken: true);
        await AdvanceUntilAsync(
            () =>
            {
                Assert.Contains("VirtualService/a/one", Names(source));
                return source.Read().Count == 2 && _api.Requests.Contains(VirtualServices);
            },
            TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Named_namespaces_and_the_root_namespace_are_watched_each_by_itself()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x")).Put("VirtualService", "b", "two", Hosts("x"))
            .Put("VirtualService", "root", "three", Hosts("x"));
        var source = await StartAsync(new MeshKubernetesOptions { Namespaces = { "a", "root", "a" }, RootNamespace = "root" });

        Assert.Equal(["VirtualService/a/one", "VirtualService/root/three"], Names(source));
        Assert.Equal(2, source.Watches.All.Count);
        Assert.DoesNotContain(VirtualServices, _api.Requests);
    }

    [Fact]
    public async Task Start_without_an_answer_ends_after_the_wait_and_the_rules_are_taken_when_they_come()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        _api.Refuse = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceAsync(TimeSpan.FromSeconds(9));
        Assert.False(waiting.IsCompleted);
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(2));
        Assert.Contains("taken when it does", Assert.Throws<TimeoutException>(() => source.Read()).Message, StringComparison.Ordinal);
        Assert.Contains("Starting without all rules", Assert.Single(_log.Entries, entry => entry.Id.Id == 9100).Message, StringComparison.Ordinal);

        _api.Refuse = null;
        await AdvanceUntilAsync(() => source.Watches.Known.IsCompleted && source.Read().Count == 1, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Start_that_has_the_rules_of_an_earlier_run_ends_with_the_first_failure()
    {
        _api.Refuse = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        var source = Create(new MeshKubernetesOptions { RulesWait = Timeout.InfiniteTimeSpan });
        source.OnSubstituteKnown();

        await Eventually.EndsAsync(source.WaitAsync(TestContext.Current.CancellationToken));

        Assert.Throws<TimeoutException>(() => source.Read());
        Assert.DoesNotContain(_log.Entries, entry => entry.Id.Id == 9100);
    }

    [Fact]
    public async Task Start_that_has_the_rules_of_an_earlier_run_waits_three_seconds_for_a_server_that_says_nothing()
    {
        _api.Held["/apis"] = new TaskCompletionSource();
        var source = Create(new MeshKubernetesOptions { RulesWait = Timeout.InfiniteTimeSpan });
        source.OnSubstituteKnown();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceAsync(TimeSpan.FromSeconds(2.5));
        Assert.False(waiting.IsCompleted);

        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Start_does_not_wait_where_there_is_no_server_to_ask()
    {
        var source = Create(access: _ => throw new KubernetesAccessException("there is no kubeconfig"));

        await Eventually.EndsAsync(source.WaitAsync(TestContext.Current.CancellationToken));

        Assert.Contains("taken when it does", Assert.Throws<TimeoutException>(() => source.Read()).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Entries, entry => entry.Id.Id == 9100);
    }

    [Fact]
    public async Task Start_without_a_host_waits_for_the_rules_with_the_first_use()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        var source = Create();

        var documents = await Eventually.EndsAsync(Task.Run(source.Load));

        Assert.Single(documents);
    }

    [Fact]
    public async Task Start_that_is_cancelled_waits_no_longer()
    {
        _api.Held["/apis"] = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var waiting = Create().WaitAsync(stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Rules_that_are_off_ask_nothing_and_hold_nothing_up()
    {
        var source = Create(new MeshKubernetesOptions { Rules = false }, _ => throw new KubernetesAccessException("there is no kubeconfig"));
        await source.WaitAsync(TestContext.Current.CancellationToken);

        Assert.False(source.GetChangeToken().HasChanged);
        Assert.Empty(source.Read());
        Assert.Empty(_api.Requests);
        Assert.Equal(0, _api.Clock.ArmedTimers);
    }

    [Fact]
    public async Task Server_that_hides_its_groups_is_asked_for_each_kind()
    {
        _api.Serve("VirtualService").Put("VirtualService", "a", "one", Hosts("x"));
        _api.Refuse = path => path == "/apis" ? HttpStatusCode.Forbidden : null;
        var source = Create();
        var waiting = source.WaitAsync(TestContext.Current.CancellationToken);
        await AdvanceUntilAsync(() => waiting.IsCompleted, TimeSpan.FromSeconds(10));

        Assert.Equal(["VirtualService/a/one"], Names(source));
        Assert.Contains(_log.Complaints, entry => entry.Id.Id == 9104);
    }

    [Fact]
    public async Task Burst_of_a_thousand_events_is_a_few_signals_and_ends_with_the_last_state()
    {
        _api.Serve("VirtualService");
        var source = await StartAsync();
        await Following(1);
        var signals = 0;
        using var registration = ChangeToken.OnChange(source.GetChangeToken, () => Interlocked.Increment(ref signals));

        for (var change = 0; change < 1000; change++)
        {
            _api.Put("VirtualService", "a", $"rule-{change % 20:00}", Hosts($"host-{change}"));
        }

        await AdvanceUntilAsync(() => source.Read() is { Count: 20 } documents && documents[^1].Document!.Text.Contains("host-999", StringComparison.Ordinal), TimeSpan.FromSeconds(2));
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(signals, 1, 8);
    }

    [Fact]
    public async Task Disposed_source_ends_every_watch_and_leaves_no_timer()
    {
        _api.Serve("VirtualService").Serve("DestinationRule").Put("VirtualService", "a", "one", Hosts("x"));
        var source = await StartAsync();
        await Following(2);

        source.Dispose();

        await Eventually.TrueAsync(() => _api.OpenStreams == 0 && _api.Clock.LiveTimers == 0);
    }

    private KubernetesRuleSource Create(MeshKubernetesOptions? options = null, Func<CancellationToken, Task<KubernetesAccess>>? access = null)
    {
        var cluster = _api.Connect(options, _log, access);
        var source = new KubernetesRuleSource(cluster);
        _owned.AddRange([source, cluster]);
        return source;
    }

    private async Task<KubernetesRuleSource> StartAsync(MeshKubernetesOptions? options = null)
    {
        var source = Create(options);
        await Eventually.EndsAsync(source.WaitAsync(TestContext.Current.CancellationToken));
        return source;
    }

    /// <summary>As long as they are not read, what is written is told to nobody.</summary>
    private Task Following(int streams) => Eventually.TrueAsync(() => _api.OpenStreams == streams);

    private Task SignalAsync(IChangeToken token) => AdvanceUntilAsync(() => token.HasChanged, TimeSpan.FromSeconds(2));

    /// <summary>The first signal may be of what was there before.</summary>
    private Task SignalAsync(IChangeToken token, Func<bool> isThere) => AdvanceUntilAsync(() => token.HasChanged && isThere(), TimeSpan.FromSeconds(10));

    private async Task AdvanceAsync(TimeSpan time)
    {
        var end = _api.Clock.Elapsed + time;
        await AdvanceUntilAsync(() => _api.Clock.Elapsed >= end, time + TimeSpan.FromSeconds(1));
    }

    /// <summary>Moves time on as other threads get to a standstill.</summary>
    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan limit)
    {
        var start = _api.Clock.Elapsed;
        while (!condition())
        {
            Assert.True(_api.Clock.Elapsed - start <= limit, "In vain within the test's time.");
            await Task.Delay(2);
            _api.Clock.Advance(limit < TimeSpan.FromSeconds(60) ? TimeSpan.FromMilliseconds(50) : TimeSpan.FromSeconds(1));
        }
    }

    private static IEnumerable<string> Names(KubernetesRuleSource source) => source.Read().Select(document => document.Name);

    private static string Hosts(string host) => $$"""{ "hosts": [ "{{host}}" ], "http": [ { "directResponse": { "status": 418 } } ] }""";

    private static string Rule(string host) => $$"""{ "host": "{{host}}" }""";
}
