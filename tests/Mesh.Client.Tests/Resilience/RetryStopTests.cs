using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;
using Mesh.Client.Tests.Telemetry;

namespace Mesh.Client.Tests.Resilience;

/// <summary>A retry that was due and did not happen says why: to the caller, in the span, in a metric, and where it was the body in a log line.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class RetryStopTests
{
    private const string Host = "reviews.default.svc.cluster.local";
    private const string Uri = "http://reviews:9080/";

    [Fact]
    public async Task Call_that_went_well_or_may_not_be_repeated_was_not_stopped()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Assert.Equal(MeshRetryStopReason.None, (await MeshFixture.ResultAsync(mesh.GetAsync())).RetryStop);

        Script(mesh, TransportStep.Status(500));
        Assert.Equal(MeshRetryStopReason.None, (await MeshFixture.ResultAsync(mesh.GetAsync())).RetryStop);
    }

    [Fact]
    public async Task Exhausted_retries_are_told_with_the_numbers_of_attempts()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.Reset());

        var failure = await FailAsync(seen.Mesh, HttpMethod.Get, null);
        Assert.Equal((3, MeshRetryStopReason.Exhausted), (failure.Result.Attempts, failure.Result.RetryStop));
        Assert.Equal(MeshResponseFlags.UpstreamConnectionTermination | MeshResponseFlags.UpstreamRetryLimitExceeded, failure.Result.Flags);
        Assert.Matches(@"^call to reviews\.default\.svc\.cluster\.local: endpoint 10\.0\.0\.[12]:80: attempt 3 of 3: UC,URX|URX,UC: ", failure.Message);
        seen.AssertTold("exhausted");
        Assert.Empty(seen.Mesh.Logs.Complaints);
    }

    [Fact]
    public async Task Message_retraces_rule_and_subset_too()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints}},
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "name": "main", "retries": { "attempts": 0 },
              "route": [ { "destination": { "host": "reviews", "subset": "v2" } } ] } ] } }
            """);
        Script(mesh, TransportStep.ConnectFailure());

        var failure = await FailAsync(mesh, HttpMethod.Get, null);
        Assert.Equal(
            $"call to {Host}: rule default/reviews http[0] (main): subset v2: endpoint 10.0.0.2:80: attempt 1 of 1: UF: Connection refused", failure.Message);
        Assert.Equal((1, MeshRetryStopReason.None), (failure.Result.Attempts, failure.Result.RetryStop));
    }

    [Fact]
    public async Task Method_that_only_a_rule_may_repeat_is_told()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.Reset());

        var failure = await FailAsync(seen.Mesh, HttpMethod.Post, new StringContent("body"));
        Assert.Equal((1, MeshRetryStopReason.Method, MeshResponseFlags.UpstreamConnectionTermination), (failure.Result.Attempts, failure.Result.RetryStop, failure.Result.Flags));
        Assert.EndsWith(" Not sent again: POST is not idempotent, and no rule with retryOn says that it may be repeated.", failure.Message, StringComparison.Ordinal);
        seen.AssertTold("method");
    }

    [Fact]
    public async Task Limit_on_retries_is_told()
    {
        using var seen = new Seen(new MeshFixture("""
            "Services": { "reviews": { "Ports": [ { "Number": 9080 } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "connectionPool": { "http": { "maxRetries": 1 } } } } }
            """));
        seen.Mesh.Transport["10.0.0.1:80"].Then(TransportStep.Reset(), TransportStep.Hang(), TransportStep.Reset());
        var retrying = seen.Mesh.GetAsync(Uri);
        await seen.Mesh.Clock.UntilArmedAsync();
        seen.Mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => seen.Mesh.Transport.Requests.Count == 2);

        var failure = await FailAsync(seen.Mesh, HttpMethod.Get, null);
        Assert.Equal(MeshRetryStopReason.Limit, failure.Result.RetryStop);
        Assert.Equal(MeshResponseFlags.UpstreamConnectionTermination | MeshResponseFlags.UpstreamOverflow, failure.Result.Flags);
        Assert.EndsWith(" Not sent again: maxRetries of the cluster is reached.", failure.Message, StringComparison.Ordinal);
        seen.AssertTold("limit");
        Assert.False(retrying.IsCompleted);
    }

    [Fact]
    public async Task Wait_that_the_call_has_no_time_for_is_told()
    {
        using var seen = new Seen(MeshFixture.WithRule(""" "timeout": "1s", "retries": { "attempts": 3, "retryOn": "reset", "backoff": "100s" }, """));
        Script(seen.Mesh, TransportStep.Reset());

        var failure = await FailAsync(seen.Mesh, HttpMethod.Get, null);
        Assert.Equal((1, MeshRetryStopReason.Deadline, MeshResponseFlags.UpstreamConnectionTermination), (failure.Result.Attempts, failure.Result.RetryStop, failure.Result.Flags));
        Assert.Equal(TimeSpan.Zero, seen.Mesh.Clock.Elapsed);
        Assert.EndsWith(" Not sent again: the wait before it would outlast the time of the call.", failure.Message, StringComparison.Ordinal);
        seen.AssertTold("deadline");
    }

    [Fact]
    public async Task Wait_that_the_headers_have_no_time_for_is_not_begun()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints}},
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "x-mesh": { "routes": { "main": { "headersTimeout": "1s" } } }, "http": [ { "name": "main",
              "retries": { "attempts": 3, "retryOn": "5xx", "backoff": "100s" }, "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);
        Script(mesh, TransportStep.Status(500));

        var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));
        Assert.Equal((1, MeshRetryStopReason.Deadline, TimeSpan.Zero), (result.Attempts, result.RetryStop, mesh.Clock.Elapsed));
    }

    [Fact]
    public async Task Retry_that_the_budget_refuses_is_told()
    {
        using var seen = new Seen(MeshFixture.WithRule(""" "retries": { "attempts": 1000, "retryOn": "reset", "backoff": "1ms" }, """));
        Script(seen.Mesh, TransportStep.Reset());

        var failure = await FailAsync(seen.Mesh, HttpMethod.Get, null);
        Assert.Equal(MeshRetryStopReason.Budget, failure.Result.RetryStop);
        Assert.Equal(MeshResponseFlags.UpstreamConnectionTermination | MeshResponseFlags.RetryBudgetExhausted, failure.Result.Flags);
        Assert.EndsWith(" Not sent again: the retry budget of the cluster is used up.", failure.Message, StringComparison.Ordinal);
        seen.AssertTold("budget");
    }

    [Fact]
    public async Task Retry_that_the_budget_refuses_holds_nothing_of_the_limit_on_retries()
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Ports": [ { "Number": 9080 } ], "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "connectionPool": { "http": { "maxRetries": 1 } } } } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "retries": { "attempts": 1000, "retryOn": "reset", "backoff": "1ms" }, "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);
        Script(mesh, TransportStep.Reset());

        Assert.Equal(MeshRetryStopReason.Budget, (await FailAsync(mesh, HttpMethod.Get, null)).Result.RetryStop);
        Assert.Equal(0, Assert.Single(mesh.Mesh.GetClusters()).ConnectionPool!.ActiveRetries);
    }

    [Fact]
    public async Task Body_of_unknown_length_is_told()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.Reset());

        var failure = await FailAsync(seen.Mesh, HttpMethod.Put, new StreamContent(new OneShotStream(4)));
        Assert.Equal((1, MeshRetryStopReason.Body), (failure.Result.Attempts, failure.Result.RetryStop));
        Assert.Contains(" Not sent again: its body is a stream of unknown length;", failure.Message, StringComparison.Ordinal);
        seen.AssertTold("body_unknown_length");
        Assert.Contains("(reset) and could not be, since its body is a stream of unknown length", Assert.Single(seen.Mesh.Logs.Complaints).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_over_the_limit_is_told()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.Reset());

        const int Length = (1024 * 1024) + 1;
        var content = new StreamContent(new OneShotStream(Length));
        content.Headers.ContentLength = Length;
        Assert.Equal(MeshRetryStopReason.Body, (await FailAsync(seen.Mesh, HttpMethod.Put, content)).Result.RetryStop);
        seen.AssertTold("body_over_limit");
    }

    [Fact]
    public async Task Body_that_is_not_held_since_its_method_is_not_repeated_is_told_where_it_was_touched()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.ConnectFailure());

        var content = new StreamContent(new OneShotStream(4));
        content.Headers.ContentLength = 4;
        Assert.Equal(MeshRetryStopReason.Body, (await FailAsync(seen.Mesh, HttpMethod.Post, content)).Result.RetryStop);
        seen.AssertTold("body_not_held");
    }

    [Fact]
    public void Body_of_a_synchronous_caller_is_told()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.Reset());

        using var request = new HttpRequestMessage(HttpMethod.Put, Uri) { Content = new StreamContent(new OneShotStream(4)) };
        request.Content.Headers.ContentLength = 4;
        var failure = Assert.Throws<MeshRequestException>(() => seen.Mesh.Client.Send(request, TestContext.Current.CancellationToken));
        Assert.Equal(MeshRetryStopReason.Body, failure.Result.RetryStop);
        seen.AssertTold("body_synchronous");
    }

    [Fact]
    public async Task Answer_that_a_body_kept_from_being_repeated_is_given_and_says_so()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 3, "retryOn": "5xx" }, """);
        Script(mesh, TransportStep.Status(500));

        using var request = new HttpRequestMessage(HttpMethod.Post, Uri) { Content = new StreamContent(new OneShotStream(4)) };
        var result = await MeshFixture.ResultAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal((1, MeshResponseFlags.None, MeshRetryStopReason.Body), (result.Attempts, result.Flags, result.RetryStop));
    }

    [Fact]
    public async Task Body_is_logged_once_for_each_client_and_counted_each_time()
    {
        using var seen = new Seen(new MeshFixture(MeshFixture.TwoEndpoints));
        Script(seen.Mesh, TransportStep.Reset());
        for (var i = 0; i < 3; i++)
        {
            await FailAsync(seen.Mesh, HttpMethod.Put, new StreamContent(new OneShotStream(4)));
        }

        var complaint = Assert.Single(seen.Mesh.Logs.Complaints);
        Assert.Equal((6004, "Mesh.Client.Pipeline"), (complaint.Id.Id, complaint.Category));
        Assert.Contains($"client 'CreateHandler' to {Host}", complaint.Message, StringComparison.Ordinal);
        Assert.Equal(3, seen.Meters.Sum("mesh.client.retries.stopped", ("mesh.retry.stop_reason", "body_unknown_length")));
    }

    private static void Script(MeshFixture mesh, TransportStep step)
    {
        mesh.Transport["10.0.0.1:80"].Always(step);
        mesh.Transport["10.0.0.2:80"].Always(step);
    }

    private static async Task<MeshRequestException> FailAsync(MeshFixture mesh, HttpMethod method, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, Uri) { Content = content };
        return await Assert.ThrowsAsync<MeshRequestException>(
            () => mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken)));
    }

    /// <summary>A mesh whose spans and measurements are listened to.</summary>
    private sealed class Seen : IDisposable
    {
        private readonly SpanRecorder _spans = new(System.Diagnostics.ActivitySamplingResult.AllData, "Mesh.Client");

        public Seen(MeshFixture mesh)
        {
            Mesh = mesh;
            Meters = new MeterCapture(scope: mesh.Meters);
        }

        public MeshFixture Mesh { get; }

        public MeterCapture Meters { get; }

        public void AssertTold(string reason)
        {
            Assert.Equal(reason, Assert.Single(_spans.Stopped).GetTagItem("mesh.retry.stop_reason"));
            Assert.Equal(1, Meters.Sum("mesh.client.retries.stopped", ("mesh.host", Host), ("mesh.retry.stop_reason", reason)));
        }

        public void Dispose()
        {
            _spans.Dispose();
            Meters.Dispose();
            Mesh.Dispose();
        }
    }

    private sealed class OneShotStream(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
