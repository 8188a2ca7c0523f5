using System.Collections.Concurrent;
using System.Net;
using Mesh.Client.Configuration;
using Mesh.Client.Discovery;
using Mesh.Client.Kubernetes.Access;
using Mesh.Client.Kubernetes.Identity;
using Mesh.Client.Kubernetes.Services;
using Mesh.Client.Kubernetes.Tests.Harness;
using Mesh.Client.Kubernetes.Watching;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Kubernetes.Tests.Services;

/// <summary>Hosts that no rule names, asked of a scripted server in fake time.</summary>
public sealed class ServiceDirectoryTests : IDisposable
{
    private const string Reviews = """{ "metadata": { "name": "reviews", "namespace": "demo", "resourceVersion": "1" }, "spec": { "ports": [ { "name": "http", "port": 80 } ] } }""";

    private readonly ScriptedApi _api = new();
    private readonly LogCapture _log = new();
    private readonly MeshKubernetesOptions _options = new();
    private readonly KubernetesCluster _cluster;
    private readonly ServiceWatches _watches;
    private readonly ServiceDocuments _documents;
    private readonly ServiceDirectory _directory;

    public ServiceDirectoryTests()
    {
        _cluster = new KubernetesCluster(_options, _api.Connect(), _api.Clock, MeshRandom.Seeded(1), _log);
        _watches = new ServiceWatches(_cluster);
        var access = new AccessLoader("none", null, _ => null, _api.Clock);
        _documents = new ServiceDocuments(new WorkloadIdentity(new MeshKubernetesOptions { LabelsFile = null }, access, _ => null, _cluster.Logger));
        var rules = new LiveRules(MeshConfiguration.Empty with { Namespace = "demo" });
        _directory = new ServiceDirectory(_cluster, _watches, _documents, () => rules);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IEnumerable<string> Documents => _documents.Load().Select(document => document.Name);

    public void Dispose()
    {
        _directory.Dispose();
        _watches.Dispose();
        _cluster.Dispose();
        _api.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Service_that_is_found_stands_in_the_rules_for_all_its_names()
    {
        var isSignalled = false;
        using var registration = _documents.GetChangeToken().RegisterChangeCallback(_ => isSignalled = true, null);
        Assert.True(_directory.MayKnow("reviews"));
        var first = _directory.FindAsync("reviews", Cancellation).AsTask();
        var second = _directory.FindAsync("reviews.demo.svc.cluster.local", Cancellation).AsTask();
        var list = await _api.ListAsync("1", Reviews);
        Assert.Equal("/api/v1/namespaces/demo/services", list.Path);
        Assert.Contains("fieldSelector=metadata.name=reviews", list.Query, StringComparison.Ordinal);

        Assert.True(await Eventually.EndsAsync(first));
        Assert.True(await Eventually.EndsAsync(second));
        Assert.True(isSignalled);
        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);
        Assert.Equal(1, _watches.Count);
    }

    [Fact]
    public async Task Host_that_is_no_service_is_remembered_for_half_a_minute_and_leaves_no_watch()
    {
        await MissAsync("nothing");
        Assert.False(_directory.MayKnow("nothing"));
        Assert.Equal(0, _watches.Count);
        Assert.Equal(["Kubernetes"], Documents);

        _api.Clock.Advance(ServiceDirectory.AbsenceRemembered);
        Assert.True(_directory.MayKnow("nothing"));
    }

    [Fact]
    public async Task Service_that_goes_leaves_the_rules_and_comes_back_to_them()
    {
        var stream = await FindAsync();
        stream.Line(ScriptedApi.Event("DELETED", Reviews));
        await Eventually.TrueAsync(() => Documents.SequenceEqual(["Kubernetes"]));
        Assert.False(_directory.MayKnow("reviews"));
        await Eventually.TrueAsync(() => _log.Complaints.Any(entry => entry.Id.Id == 9302));

        stream.Line(ScriptedApi.Event("ADDED", Reviews.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)));
        await Eventually.TrueAsync(() => Documents.SequenceEqual(["Kubernetes", "Service/demo/reviews"]));
    }

    [Fact]
    public async Task Service_that_is_gone_for_long_is_forgotten()
    {
        var stream = await FindAsync();
        stream.Line(ScriptedApi.Event("DELETED", Reviews));
        await Eventually.TrueAsync(() => Documents.SequenceEqual(["Kubernetes"]));

        await Eventually.TrueAsync(() =>
        {
            _api.Clock.Advance(TimeSpan.FromMinutes(1));
            return _directory.MayKnow("reviews");
        });
        await Eventually.TrueAsync(() =>
        {
            _api.Clock.Advance(TimeSpan.FromMinutes(1));
            return _watches.Count == 0;
        });
    }

    [Fact]
    public async Task Service_that_the_rules_hide_is_not_asked_for_again_and_again()
    {
        await FindAsync();
        Assert.True(_directory.MayKnow("reviews"));

        _api.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.False(_directory.MayKnow("reviews"));
    }

    [Fact]
    public async Task Server_that_refuses_is_an_error_with_what_is_needed_and_is_asked_again()
    {
        var find = _directory.FindAsync("reviews", Cancellation).AsTask();
        (await _api.NextAsync()).Reply(HttpStatusCode.Forbidden);

        var exception = await Assert.ThrowsAsync<KubernetesSourceException>(() => Eventually.EndsAsync(find));
        Assert.Contains("Verbs list and watch on services are needed: grant them with a Role in namespace demo.", exception.Message, StringComparison.Ordinal);
        Assert.True(_directory.MayKnow("reviews"));
        Assert.Equal(0, _watches.Count);
        await FindAsync();
    }

    [Fact]
    public async Task Service_of_an_earlier_run_stands_in_where_the_server_fails_until_that_answers()
    {
        var memory = new Memory { Known = new(ServiceDocument.Of(new("demo", "reviews"), new ServiceObject(null, null)), TimeSpan.FromHours(1)) };
        _directory.Connect(_ => true, memory);
        var find = _directory.FindAsync("reviews", Cancellation).AsTask();
        (await _api.NextAsync()).Reply(HttpStatusCode.ServiceUnavailable);

        Assert.True(await Eventually.EndsAsync(find));
        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);
        Assert.DoesNotContain("\"Number\":80", _documents.Load()[1].Text, StringComparison.Ordinal);
        Assert.Contains("01:00:00 ago", Assert.Single(_log.Complaints, entry => entry.Id.Id == 9306).Message, StringComparison.Ordinal);
        Assert.Empty(memory.Kept);

        await _api.ListAsync("1", Reviews);
        await Eventually.TrueAsync(() => _documents.Load()[1].Text.Contains("\"Number\":80", StringComparison.Ordinal));
        Assert.Equal(["reviews.demo.svc.cluster.local"], memory.Kept.Keys);
    }

    [Fact]
    public async Task Service_of_an_earlier_run_that_is_gone_is_forgotten_with_the_first_answer()
    {
        var memory = new Memory { Known = new(ServiceDocument.Of(new("demo", "reviews"), new ServiceObject(null, null)), TimeSpan.FromHours(1)) };
        _directory.Connect(_ => true, memory);
        var find = _directory.FindAsync("reviews", Cancellation).AsTask();
        (await _api.NextAsync()).Reply(HttpStatusCode.ServiceUnavailable);
        Assert.True(await Eventually.EndsAsync(find));

        await _api.ListAsync("1");
        await Eventually.TrueAsync(() => Documents.SequenceEqual(["Kubernetes"]));
        Assert.Null(memory.Known);
        Assert.False(_directory.MayKnow("reviews"));
    }

    [Fact]
    public async Task Server_that_says_nothing_is_waited_for_a_second_where_an_earlier_run_knew_the_service()
    {
        _directory.Connect(_ => true, new Memory { Known = new(ServiceDocument.Of(new("demo", "reviews"), new ServiceObject(null, null)), TimeSpan.Zero) });
        var find = _directory.FindAsync("reviews", Cancellation).AsTask();
        await _api.NextAsync();
        Assert.False(find.IsCompleted);

        _api.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await Eventually.EndsAsync(find));
        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);
    }

    /// <summary>Hosts may be taken from user input.</summary>
    [Fact]
    public async Task Server_that_says_nothing_is_asked_for_few_hosts_that_no_call_waits_for()
    {
        using var alias = new CancellationTokenSource();
        var waits = _directory.FindAsync("reviews.demo", alias.Token).AsTask();
        for (var host = 0; host < 3 * ServiceDirectory.MostUnanswered; host++)
        {
            using var limit = new CancellationTokenSource();
            var find = _directory.FindAsync($"host-{host}", limit.Token).AsTask();
            await limit.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.EndsAsync(find));
        }

        using var given = new CancellationTokenSource();
        var other = _directory.FindAsync("reviews", given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.EndsAsync(other));

        // Those that are still asked for, and the one that a call by another name waits for.
        Assert.Equal(ServiceDirectory.MostUnanswered + 1, _watches.Count);
        Assert.False(waits.IsCompleted);
        await alias.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.EndsAsync(waits));
        Assert.Equal(ServiceDirectory.MostUnanswered, _watches.Count);
    }

    [Fact]
    public async Task Server_that_answers_is_believed_whatever_an_earlier_run_knew()
    {
        var memory = new Memory { Known = new(ServiceDocument.Of(new("demo", "nothing"), new ServiceObject(null, null)), TimeSpan.Zero) };
        _directory.Connect(_ => true, memory);

        await MissAsync("nothing");

        Assert.Null(memory.Known);
        Assert.Equal(["Kubernetes"], Documents);
    }

    [Fact]
    public async Task Service_that_is_not_called_for_the_timeout_is_let_go_and_found_anew_by_the_next_call()
    {
        var memory = new Memory();
        var isUsed = true;
        _options.ServiceIdleTimeout = TimeSpan.FromMinutes(1);
        _directory.Connect(host => isUsed && host == "reviews.demo.svc.cluster.local", memory);
        var stream = await FindAsync();
        await LookAsync(8, stream);
        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);

        isUsed = false;
        await LookAsync(3, stream);
        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);
        await LookAsync(1, stream);
        Assert.Equal(["Kubernetes"], Documents);
        Assert.Contains("demo/reviews was not called for 00:01:00", Assert.Single(_log.Entries, entry => entry.Id.Id == 9307).Message, StringComparison.Ordinal);

        // Whoever calls it soon finds it by the watch that is there still.
        Assert.True(_directory.MayKnow("reviews"));
        Assert.True(await Eventually.EndsAsync(_directory.FindAsync("reviews", Cancellation).AsTask()));
        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);

        // It is not gone, so that the next run may know it.
        Assert.NotEmpty(memory.Kept);
        Assert.False(memory.IsForgotten);

        await LookAsync(4, stream);
        Assert.Equal(["Kubernetes"], Documents);
        _api.Clock.Advance(WatchPool<ServiceObject>.Linger);
        await Eventually.TrueAsync(() => _watches.Count == 0);
    }

    [Fact]
    public async Task Service_that_is_not_called_is_kept_while_the_server_cannot_be_asked()
    {
        _options.ServiceIdleTimeout = TimeSpan.FromMinutes(1);
        _directory.Connect(_ => false, null);
        var stream = await FindAsync();
        stream.Break();
        (await _api.NextAsync()).Reply(HttpStatusCode.ServiceUnavailable);
        await _api.NextAsync();
        for (var look = 0; look < 8; look++)
        {
            _api.Clock.Advance(TimeSpan.FromSeconds(15));
        }

        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);
    }

    [Fact]
    public async Task Services_that_are_found_one_after_the_other_do_not_keep_each_other()
    {
        _options.ServiceIdleTimeout = TimeSpan.FromMinutes(1);
        _directory.Connect(host => false, null);
        await FindAsync();
        for (var number = 0; number < 8; number++)
        {
            _ = _directory.FindAsync($"other-{number}", Cancellation).AsTask();
            _api.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(["Kubernetes"], Documents);
    }

    [Fact]
    public async Task Service_is_followed_for_good_where_the_options_say_so()
    {
        _options.ServiceIdleTimeout = Timeout.InfiniteTimeSpan;
        _directory.Connect(_ => false, null);
        await FindAsync();

        _api.Clock.Advance(TimeSpan.FromDays(4));

        Assert.Equal(["Kubernetes", "Service/demo/reviews"], Documents);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Idle_timeout_that_cannot_be_is_refused(int seconds)
        => Assert.Throws<ArgumentOutOfRangeException>(() => _options.ServiceIdleTimeout = TimeSpan.FromSeconds(seconds));

    [Fact]
    public async Task Ports_that_change_change_the_document()
    {
        var stream = await FindAsync();
        var before = _documents.Load()[1].Text;
        stream.Line(ScriptedApi.Event("MODIFIED", Reviews.Replace("\"1\"", "\"2\"", StringComparison.Ordinal).Replace("80", "8080", StringComparison.Ordinal)));

        await Eventually.TrueAsync(() => _documents.Load()[1].Text != before);
        Assert.Contains("8080", _documents.Load()[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reviews.other", false)]
    [InlineData("reviews.demo", true)]
    [InlineData("reviews", true)]
    public void Namespaces_that_the_options_leave_out_are_unknown(string host, bool mayKnow)
    {
        _options.Namespaces.Add("demo");

        Assert.Equal(mayKnow, _directory.MayKnow(host));
    }

    [Fact]
    public async Task Asking_whether_to_ask_allocates_nothing()
    {
        await FindAsync();
        await MissAsync("nothing");
        _directory.MayKnow("nothing");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
        {
            _directory.MayKnow("nothing");
            _directory.MayKnow("api.example.com");
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>As often as it is looked whether services are called. The server says now and then that it is there.</summary>
    private async Task LookAsync(int count, ScriptedStream stream)
    {
        for (var look = 0; look < count; look++)
        {
            _api.Clock.Advance(_options.ServiceIdleTimeout / 4);
            stream.Line(ScriptedApi.Event("BOOKMARK", """{ "metadata": { "resourceVersion": "1" } }"""));
            await Eventually.TrueAsync(() => stream.Unread == 0);
        }
    }

    private async Task MissAsync(string host)
    {
        var find = _directory.FindAsync(host, Cancellation).AsTask();
        await _api.ListAsync("1");
        Assert.False(await Eventually.EndsAsync(find));
    }

    private async Task<ScriptedStream> FindAsync()
    {
        var find = _directory.FindAsync("reviews", Cancellation).AsTask();
        await _api.ListAsync("1", Reviews);
        Assert.True(await Eventually.EndsAsync(find));
        var call = await _api.NextAsync();
        while (!call.Query.Contains("metadata.name=reviews", StringComparison.Ordinal))
        {
            // That of a watch which has been given up.
            call = await _api.NextAsync();
        }

        // Before that time must not go on: an answer that is not looked at counts as none.
        var stream = call.Open();
        await Eventually.TrueAsync(() => stream.IsRead);
        return stream;
    }

    private sealed class Memory : IHostMemory
    {
        public RestoredHost? Known { get; set; }

        public ConcurrentDictionary<string, MeshDocument> Kept { get; } = new();

        public RestoredHost? Find(string service) => Known;

        public void Keep(string service, MeshDocument document) => Kept[service] = document;

        public bool IsForgotten { get; private set; }

        public void Forget(string service) => (Known, IsForgotten) = (null, true);
    }
}
