using System.Net;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.TestKit;
using Microsoft.Extensions.Logging;

namespace Mesh.Client.Kubernetes.Tests.Watching;

/// <summary>The loop against a scripted server, in fake time: what a real one cannot be made to do.</summary>
public sealed class ResourceWatchTests : IDisposable
{
    private readonly ScriptedApi _api = new();
    private readonly LogCapture _log = new();

    public void Dispose()
    {
        _api.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Watch_goes_on_from_the_version_of_the_list_with_bookmarks_and_a_limited_stream()
    {
        using var watch = Watches.Start(_api, scope: new ResourceScope("demo") { LabelSelector = "app in (a, b)", FieldSelector = "metadata.name=x" });

        var list = await _api.ListAsync("7", ScriptedApi.Thing("one", "5"));
        var call = await _api.NextWatchAsync();

        Assert.Equal(("/apis/example.test/v1/namespaces/demo/things", "?labelSelector=app in (a, b)&fieldSelector=metadata.name=x&resourceVersion=0"), (list.Path, list.Query));
        Assert.Equal(list.Path, call.Path);
        Assert.Contains("&watch=true&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=", call.Query, StringComparison.Ordinal);
        Assert.Equal(["one=x"], watch.Values());
        Assert.True(watch.FirstAnswer.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Events_change_the_objects_and_end_in_a_restart_without_a_list()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"), ScriptedApi.Thing("two", "1"));
        var stream = await _api.WatchAsync();

        stream.Line(ScriptedApi.Event("ADDED", ScriptedApi.Thing("three", "2")));
        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "3", "\"y\"")));
        stream.Line(ScriptedApi.Event("DELETED", ScriptedApi.Thing("two", "4")));
        await Eventually.TrueAsync(() => watch.Values().SequenceEqual(["one=y", "three=x"]));
        stream.End();

        Assert.Contains("resourceVersion=4&", (await _api.NextWatchAsync()).Query, StringComparison.Ordinal);
        Assert.Equal(ResourceState.Current, watch.Status.State);
    }

    [Fact]
    public async Task Event_keeps_of_the_version_before_what_its_type_says()
    {
        using var watch = Watches.Start(_api, type: Thing.Type with { Keep = static (thing, before) => thing with { Spec = new ThingSpec($"{before.Value}, {thing.Value}") } });
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        var stream = await _api.WatchAsync();

        stream.Line(ScriptedApi.Event("ADDED", ScriptedApi.Thing("two", "2", "\"y\"")));
        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "3", "\"y\"")));
        await Eventually.TrueAsync(() => watch.Values().SequenceEqual(["one=x, y", "two=y"]));
    }

    [Fact]
    public async Task Bookmark_moves_the_version_that_the_next_stream_goes_on_from()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1");
        var stream = await _api.WatchAsync();

        stream.Line(ScriptedApi.Event("BOOKMARK", """{ "kind": "Thing", "metadata": { "resourceVersion": "900", "creationTimestamp": null } }"""));
        stream.End();

        Assert.Contains("resourceVersion=900&", (await _api.NextWatchAsync()).Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_that_the_server_forgot_has_everything_listed_anew_and_unchanged_objects_stay_the_same()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"), ScriptedApi.Thing("two", "1"));
        var before = watch.Objects;
        var stream = await _api.WatchAsync();
        await Eventually.TrueAsync(() => watch.Objects.Count == 2);
        before = watch.Objects;

        stream.Line(ScriptedApi.Error(410, "Expired", "too old resource version: 1 (9)"));
        stream.End();
        var list = await _api.ListAsync("9", ScriptedApi.Thing("one", "1"), ScriptedApi.Thing("three", "8"));
        await _api.NextWatchAsync();

        Assert.Contains("resourceVersion=1", list.Query, StringComparison.Ordinal);
        Assert.Equal(["one=x", "three=x"], watch.Values());
        Assert.Same(before[new("demo", "one")], watch.Objects[new("demo", "one")]);
        Assert.Empty(_log.Complaints);
    }

    [Fact]
    public async Task Watch_refused_as_gone_before_it_began_has_everything_listed_anew()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.NextWatchAsync()).Reply(HttpStatusCode.Gone, """{ "kind": "Status", "code": 410, "reason": "Gone" }""");

        await _api.ListAsync("5", ScriptedApi.Thing("one", "4", "\"new\""));

        await _api.NextWatchAsync();
        Assert.Equal(["one=new"], watch.Values());
    }

    [Fact]
    public async Task List_refused_as_gone_is_asked_for_in_the_newest_version_page_by_page()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("old", "1"));
        (await _api.NextWatchAsync()).Reply(HttpStatusCode.Gone);
        (await _api.NextAsync()).Reply(HttpStatusCode.Gone);

        var first = await _api.NextAsync();
        first.Reply(HttpStatusCode.OK, $$"""{ "metadata": { "resourceVersion": "9", "continue": "more+" }, "items": [ {{ScriptedApi.Thing("one", "8")}} ] }""");
        var second = await _api.ListAsync("9", ScriptedApi.Thing("two", "9"));
        await _api.NextWatchAsync();

        Assert.Equal(("?limit=500", "?continue=more+&limit=500"), (first.Query, second.Query));
        Assert.Equal(["one=x", "two=x"], watch.Values());
    }

    [Fact]
    public async Task Version_that_a_restored_server_does_not_know_is_given_up()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1000", ScriptedApi.Thing("old", "1000"));
        (await _api.NextWatchAsync()).Reply(HttpStatusCode.Gone);
        (await _api.NextAsync()).Reply(HttpStatusCode.GatewayTimeout, """{ "kind": "Status", "message": "Too large resource version: 1000, current: 3", "code": 504 }""");

        Assert.Equal("?limit=500", (await _api.ListAsync("3", ScriptedApi.Thing("one", "3"))).Query);

        await _api.NextWatchAsync();
        Assert.Equal(["one=x"], watch.Values());
    }

    [Fact]
    public async Task Server_that_is_away_leaves_the_objects_and_is_asked_less_and_less_often()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.WatchAsync()).Break();
        TimeSpan[] shortest = [.. Enumerable.Range(0, 9).Select(attempt => TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, attempt), 15_000)))];

        foreach (var wait in shortest)
        {
            var start = _api.Clock.Elapsed;
            var call = await _api.NextWatchAsync();
            Assert.InRange(_api.Clock.Elapsed - start, wait, (4 * wait) + TimeSpan.FromSeconds(5));
            call.Fail(new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        }

        await Eventually.TrueAsync(() => watch.Status.Failures == 10);
        Assert.Equal((ResourceState.Stale, 1), (watch.Status.State, watch.Status.Count));
        Assert.Contains("https://scripted/ of the script: refused", watch.Status.Problem, StringComparison.Ordinal);
        var complaint = Assert.Single(_log.Complaints);
        Assert.Contains("things.example.test in namespace demo: going on with 1 known objects", complaint.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_comes_back_is_told_and_what_it_sends_ends_the_back_off()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.WatchAsync()).Break();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            (await _api.NextWatchAsync()).Reply(HttpStatusCode.ServiceUnavailable, "no");
        }

        var stream = await _api.WatchAsync();
        await Eventually.TrueAsync(() => watch.Status is { State: ResourceState.Current, Problem: null });
        stream.Line(ScriptedApi.Event("ADDED", ScriptedApi.Thing("two", "2")));
        await Eventually.TrueAsync(() => watch.Objects.Count == 2);
        stream.Break();
        var start = _api.Clock.Elapsed;
        await _api.NextWatchAsync();

        Assert.InRange(_api.Clock.Elapsed - start, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5));
        Assert.Equal([9000, 9001, 9000], _log.Entries.Where(entry => entry.Level >= LogLevel.Information).Select(entry => entry.Id.Id));
    }

    [Fact]
    public async Task Server_that_one_watch_finds_again_is_asked_by_the_others_soon()
    {
        using var server = _api.Connect();
        using var first = Watches.Start(server, Thing.Type, new ResourceScope("a"), _api.Clock);
        await _api.ListAsync("1");
        var call = await _api.NextWatchAsync();
        for (var attempt = 0; attempt < 8; attempt++)
        {
            call.Fail(new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
            call = await _api.NextWatchAsync();
        }

        call.Fail(new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        await Eventually.TrueAsync(() => first.Status.Failures == 9);
        var start = _api.Clock.Elapsed;
        using var second = Watches.Start(server, Thing.Type, new ResourceScope("b"), _api.Clock);
        await _api.ListAsync("1");

        string[] paths = [(await _api.NextWatchAsync()).Path, (await _api.NextWatchAsync()).Path];

        Assert.Contains("/apis/example.test/v1/namespaces/a/things", paths);
        Assert.True(_api.Clock.Elapsed - start < TimeSpan.FromSeconds(14), $"{_api.Clock.Elapsed - start}");
    }

    [Fact]
    public async Task Server_that_wants_to_be_left_alone_is()
    {
        using var watch = Watches.Start(_api);
        (await _api.NextAsync()).Reply(HttpStatusCode.TooManyRequests, "", retryAfter: TimeSpan.FromSeconds(40));
        var start = _api.Clock.Elapsed;

        await _api.ListAsync("1");

        Assert.InRange(_api.Clock.Elapsed - start, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(55));
    }

    [Fact]
    public async Task Refusal_for_lack_of_rights_is_told_with_the_verb_the_resource_and_the_place_and_asked_again()
    {
        using var watch = Watches.Start(_api, _log);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            (await _api.NextAsync()).Reply(
                HttpStatusCode.Forbidden, """{ "kind": "Status", "message": "things.example.test is forbidden: User \"bob\" cannot list", "reason": "Forbidden", "code": 403 }""");
        }

        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        await _api.NextWatchAsync();

        var complaint = Assert.Single(_log.Complaints).Message;
        Assert.Contains("does not allow to list things.example.test in namespace demo (403): things.example.test is forbidden: User \"bob\"", complaint, StringComparison.Ordinal);
        Assert.Contains("Verbs list and watch on things.example.test are needed: grant them with a Role in namespace demo.", complaint, StringComparison.Ordinal);
        Assert.Equal(ResourceState.Current, watch.Status.State);
    }

    [Fact]
    public async Task Refused_token_is_read_anew_and_the_request_sent_again_at_once()
    {
        _api.Access = _api.Access with { Authorization = new("Bearer", "old") };
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        _api.Clock.Advance(TimeSpan.FromSeconds(10));
        var refused = await _api.NextWatchAsync();
        _api.Access = _api.Access with { Authorization = new("Bearer", "new") };
        refused.Reply(HttpStatusCode.Unauthorized);
        var start = _api.Clock.Elapsed;

        var call = await _api.NextWatchAsync();

        Assert.Equal(("old", "new"), (refused.Authorization?.Parameter, call.Authorization?.Parameter));
        Assert.True(_api.Clock.Elapsed - start < TimeSpan.FromMilliseconds(250));
        Assert.Equal((2, 0), (_api.Loads, watch.Status.Failures));
    }

    [Fact]
    public async Task Token_that_stays_refused_is_not_read_for_each_request()
    {
        using var watch = Watches.Start(_api, _log);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            (await _api.NextAsync()).Reply(HttpStatusCode.Unauthorized);
        }

        await Eventually.TrueAsync(() => watch.Status.Failures == 4);
        Assert.InRange(_api.Loads, 1, 2);
        Assert.Contains("does not accept the credentials of the script (401)", _log.Complaints[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_that_expires_is_read_anew_before_the_next_request()
    {
        _api.Access = _api.Access with { Authorization = new("Bearer", "old"), RefreshAt = _api.Clock.GetUtcNow() + TimeSpan.FromMinutes(1) };
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1");
        var stream = await _api.WatchAsync();
        _api.Access = _api.Access with { Authorization = new("Bearer", "new") };
        await Eventually.TrueAsync(() => watch.Status.State == ResourceState.Current);
        _api.Clock.Advance(TimeSpan.FromMinutes(1));
        stream.End();

        Assert.Equal("new", (await _api.NextWatchAsync()).Authorization?.Parameter);
    }

    [Fact]
    public async Task Stream_that_says_nothing_is_opened_anew_and_nothing_is_out_of_date()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        await _api.WatchAsync();
        var start = _api.Clock.Elapsed;

        var call = await _api.NextWatchAsync();

        Assert.InRange(_api.Clock.Elapsed - start, WatchSchedule.WatchSilenceLimit - TimeSpan.FromSeconds(1), WatchSchedule.WatchSilenceLimit + TimeSpan.FromSeconds(10));
        Assert.Contains("resourceVersion=1&", call.Query, StringComparison.Ordinal);
        Assert.Equal((ResourceState.Current, 0), (watch.Status.State, watch.Status.Failures));
    }

    [Fact]
    public async Task Server_that_hangs_is_out_of_date_when_it_does_not_answer_the_next_attempt()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        await _api.WatchAsync();
        await _api.NextWatchAsync();

        await _api.NextWatchAsync();

        Assert.Equal((ResourceState.Stale, 1), (watch.Status.State, watch.Status.Count));
        Assert.Contains("did not answer within 15 s when asked to watch things.example.test", watch.Status.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bookmarks_keep_a_stream_open_without_any_change()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1");
        var stream = await _api.WatchAsync();
        await Eventually.TrueAsync(() => watch.Status.State == ResourceState.Current);
        for (var minute = 0; minute < 5; minute++)
        {
            var version = $"{minute + 2}";
            _api.Clock.Advance(TimeSpan.FromSeconds(60));
            stream.Line(ScriptedApi.Event("BOOKMARK", $$"""{ "metadata": { "resourceVersion": "{{version}}" } }"""));
            await Eventually.TrueAsync(() => watch.Status.Age < TimeSpan.FromSeconds(1));
        }

        stream.End();
        Assert.Contains("resourceVersion=6&", (await _api.NextWatchAsync()).Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_that_ends_at_once_each_time_is_not_asked_for_in_a_tight_loop()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1");
        var start = _api.Clock.Elapsed;
        for (var attempt = 0; attempt < 6; attempt++)
        {
            (await _api.NextWatchAsync()).Open().End();
        }

        await _api.NextWatchAsync();
        Assert.True(_api.Clock.Elapsed - start > TimeSpan.FromSeconds(15), $"{_api.Clock.Elapsed - start}");
    }

    [Fact]
    public async Task Line_that_is_torn_by_the_end_of_the_stream_changes_nothing()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        var stream = await _api.WatchAsync();
        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "2", "\"y\"")));
        stream.Part(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "3", "\"z\""))[..^4]);
        await Eventually.TrueAsync(() => watch.Values().SequenceEqual(["one=y"]));
        stream.Break();

        Assert.Contains("resourceVersion=2&", (await _api.NextWatchAsync()).Query, StringComparison.Ordinal);
        Assert.Equal(["one=y"], watch.Values());
    }

    [Fact]
    public async Task Line_that_is_no_event_has_everything_listed_anew()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.WatchAsync()).Line("<html>sorry</html>");

        var list = await _api.ListAsync("2", ScriptedApi.Thing("one", "2", "\"y\""));
        await _api.NextWatchAsync();

        Assert.Contains("resourceVersion=1", list.Query, StringComparison.Ordinal);
        Assert.Equal(["one=y"], watch.Values());
    }

    [Fact]
    public async Task Line_longer_than_any_object_leaves_the_previous_version_and_the_stream_goes_on()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        var stream = await _api.WatchAsync();

        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "2", $"\"{new string('x', 9 * 1024 * 1024)}\"")));
        stream.Line(ScriptedApi.Event("ADDED", ScriptedApi.Thing("two", "3")));
        await Eventually.TrueAsync(() => watch.Objects.Count == 2);

        Assert.Equal(["one=x", "two=x"], watch.Values());
        Assert.Equal((0, 1), (watch.Status.Failures, watch.Status.Refused));
        Assert.Contains("demo/one cannot be read and its previous version, if any, stays: it is longer than 8 MiB.", Assert.Single(_log.Complaints).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Object_that_cannot_be_read_keeps_its_previous_version_and_is_named_once()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"), ScriptedApi.Thing("bad", "1", "17"), ScriptedApi.Thing("two", "1"));
        var stream = await _api.WatchAsync();
        await Eventually.TrueAsync(() => watch.Values().SequenceEqual(["one=x", "two=x"]));

        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "2", "[]")));
        stream.Line(ScriptedApi.Error(410, "Expired"));
        await _api.ListAsync("3", ScriptedApi.Thing("one", "2", "[]"), ScriptedApi.Thing("bad", "1", "17"), ScriptedApi.Thing("two", "1"));
        stream = await _api.WatchAsync();

        Assert.Equal(["one=x", "two=x"], watch.Values());
        Assert.Equal(2, watch.Status.Refused);
        Assert.Equal(["demo/bad", "demo/one"], _log.Complaints.Select(entry => (string)entry.Values["Object"]!));

        stream.Line(ScriptedApi.Event("MODIFIED", ScriptedApi.Thing("one", "4", "\"good\"")));
        stream.Line(ScriptedApi.Event("DELETED", ScriptedApi.Thing("bad", "5", "17")));
        await Eventually.TrueAsync(() => watch.Status.Refused == 0);
        Assert.Equal(["one=good", "two=x"], watch.Values());
    }

    [Fact]
    public async Task List_that_ends_in_its_middle_changes_nothing()
    {
        using var watch = Watches.Start(_api);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.WatchAsync()).Line(ScriptedApi.Error(410, "Expired"));
        (await _api.NextAsync()).Reply(HttpStatusCode.OK, ScriptedApi.List("9", ScriptedApi.Thing("two", "9"), ScriptedApi.Thing("three", "9"))[..^30]);
        await Eventually.TrueAsync(() => watch.Status.State == ResourceState.Stale);

        Assert.Equal(["one=x"], watch.Values());
        Assert.Contains("cannot be read", watch.Status.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resource_that_is_not_there_is_empty_and_noticed_when_it_appears()
    {
        using var watch = Watches.Start(_api, _log);
        var start = _api.Clock.Elapsed;
        var attempts = 0;
        ScriptedCall call;
        for (call = await _api.NextAsync(); _api.Clock.Elapsed - start < TimeSpan.FromMinutes(5); call = await _api.NextAsync())
        {
            attempts++;
            call.Reply(HttpStatusCode.NotFound, "404 page not found");
        }

        Assert.Equal(ResourceState.Absent, watch.Status.State);
        Assert.True(watch.FirstAnswer.IsCompletedSuccessfully);
        Assert.InRange(attempts, 5, 20);
        Assert.Empty(_log.Complaints);

        call.Reply(HttpStatusCode.OK, ScriptedApi.List("1", ScriptedApi.Thing("one", "1")));
        await _api.NextWatchAsync();
        Assert.Equal((ResourceState.Current, 1), (watch.Status.State, watch.Status.Count));
    }

    [Fact]
    public async Task Resource_denied_by_a_server_that_starts_keeps_its_objects()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.NextWatchAsync()).Reply(HttpStatusCode.NotFound);
        (await _api.NextAsync()).Reply(HttpStatusCode.NotFound);
        await Eventually.TrueAsync(() => watch.Status.State == ResourceState.Stale);
        Assert.Equal(["one=x"], watch.Values());

        await _api.ListAsync("2", ScriptedApi.Thing("one", "1"));
        await _api.NextWatchAsync();
        Assert.Equal((ResourceState.Current, 1), (watch.Status.State, watch.Status.Count));
    }

    [Fact]
    public async Task Resource_that_stays_away_takes_its_objects_with_it()
    {
        using var watch = Watches.Start(_api, _log);
        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        (await _api.NextWatchAsync()).Reply(HttpStatusCode.NotFound);
        var start = _api.Clock.Elapsed;
        while (watch.Status.State != ResourceState.Absent)
        {
            (await _api.NextAsync()).Reply(HttpStatusCode.NotFound);
            await Task.Yield();
        }

        Assert.Empty(watch.Objects);
        Assert.True(_api.Clock.Elapsed - start >= WatchSchedule.AbsenceBelieved - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Older_version_is_watched_where_only_that_is_served()
    {
        using var watch = Watches.Start(_api, type: Thing.Type with { Versions = ["v1", "v1beta1"] });
        (await _api.NextAsync()).Reply(HttpStatusCode.NotFound);

        var list = await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));
        var call = await _api.NextWatchAsync();

        Assert.Equal("/apis/example.test/v1beta1/namespaces/demo/things", list.Path);
        Assert.Equal(list.Path, call.Path);
        Assert.Equal(["one=x"], watch.Values());
    }

    [Fact]
    public async Task Metadata_alone_are_asked_for_where_nothing_else_is_read()
    {
        using var watch = Watches.Start(_api, type: Thing.Type with { IsMetadataOnly = true });

        Assert.StartsWith("application/json; as=PartialObjectMetadataList; g=meta.k8s.io; v=v1, application/json", (await _api.ListAsync("1")).Accept, StringComparison.Ordinal);
        Assert.StartsWith("application/json; as=PartialObjectMetadata; g=meta.k8s.io; v=v1, application/json", (await _api.NextWatchAsync()).Accept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_that_cannot_be_read_is_told_and_read_again()
    {
        var loads = 0;
        using var server = new ApiServer(
            _ => ++loads < 3 ? throw new KubernetesAccessException("/no/such/file is missing") : Task.FromResult(_api.Access), _api.Clock, _ => _api);
        using var watch = Watches.Start(server, Thing.Type, new ResourceScope("demo"), _api.Clock, _log);

        await _api.ListAsync("1", ScriptedApi.Thing("one", "1"));

        await Eventually.TrueAsync(() => watch.Status.State == ResourceState.Current);
        Assert.Contains(_log.Entries, entry => entry.Message.Contains("/no/such/file is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disposed_watch_asks_no_more_and_leaves_no_timer()
    {
        var watch = Watches.Start(_api);
        await _api.ListAsync("1");
        var call = await _api.NextWatchAsync();
        watch.Dispose();

        await Eventually.TrueAsync(() => call.Answer.IsCanceled);
        await Eventually.TrueAsync(() => _api.Clock.LiveTimers == 0);
    }
}
