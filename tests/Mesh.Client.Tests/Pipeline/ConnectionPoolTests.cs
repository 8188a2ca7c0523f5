using System.Diagnostics.Metrics;
using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What callers see of <c>connectionPool</c>.</summary>
public sealed class ConnectionPoolTests
{
    [Fact]
    public async Task Call_beyond_one_active_and_one_pending_overflows_at_once()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }, "http": { "http1MaxPendingRequests": 1 }""");
        var gate = Block(mesh);
        var first = mesh.GetAsync();
        await gate.WaitUntilReachedAsync();
        var second = mesh.GetAsync();

        using var third = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.Equal("true", Assert.Single(third.Headers.GetValues("x-envoy-overloaded")));
        Assert.True(third.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamOverflow, 0), (result.Flags, result.Attempts));
        Assert.Equal(
            "upstream overflow: outbound|9080||reviews.default.svc.cluster.local takes 1 connections, 1 calls that wait for one",
            await third.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new MeshConnectionPoolStatus(1, 1, 0, 1), Status(mesh));

        gate.Continue();
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], (await Task.WhenAll(first, second)).Select(response => response.StatusCode));
    }

    [Fact]
    public async Task Connection_is_held_to_the_end_of_the_body()
    {
        using var mesh = Mesh(""" "http": { "http2MaxRequests": 1 }""");
        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        using (var refused = await mesh.GetAsync())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        await streaming.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await mesh.GetAsync()).StatusCode);
    }

    [Fact]
    public async Task Names_of_one_service_share_its_limits()
    {
        using var mesh = Mesh(""" "http": { "http2MaxRequests": 1 }""");
        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        using var refused = await mesh.GetAsync("http://reviews.default.svc.cluster.local:9080/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    [Fact]
    public async Task Time_of_the_rule_runs_while_the_call_waits()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }""", """ "timeout": "2s" """);
        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        using var late = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.Equal((1, 0), (Status(mesh).ActiveRequests, Status(mesh).PendingRequests));
    }

    [Fact]
    public async Task Caller_that_gives_up_waiting_leaves_the_line()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }""");
        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var patience = new CancellationTokenSource();
        var waiting = mesh.Client.GetAsync("http://reviews:9080/", patience.Token);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, Status(mesh).PendingRequests);
    }

    [Fact]
    public async Task Failed_attempt_gives_its_connection_back_before_the_next()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }, "http": { "http1MaxPendingRequests": 1 }""");
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.ConnectFailure());

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new MeshConnectionPoolStatus(0, 0, 0, 0), Status(mesh));
    }

    [Fact]
    public async Task Retry_beyond_the_limit_is_not_sent_and_the_answer_stays()
    {
        using var mesh = Mesh(""" "http": { "maxRetries": 1 }""", """ "retries": { "attempts": 2, "retryOn": "5xx", "backoff": "1s" }""");
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));

        // The first waits to repeat; its retry is the one that may be under way.
        var first = mesh.GetAsync();
        await mesh.Clock.UntilArmedAsync();
        using var second = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, second.StatusCode);
        Assert.True(second.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamOverflow, 1), (result.Flags, result.Attempts));
        using var last = await mesh.AdvanceUntilDoneAsync(first);
        Assert.Equal(0, Status(mesh).ActiveRetries);
    }

    [Fact]
    public async Task One_retry_under_way_is_enough_for_all_retries_of_a_call()
    {
        using var mesh = Mesh(""" "http": { "maxRetries": 1 }""", """ "retries": { "attempts": 3, "retryOn": "5xx" }""");
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));

        var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));

        Assert.Equal((MeshResponseFlags.UpstreamRetryLimitExceeded, 4), (result.Flags, result.Attempts));
        Assert.Equal(0, Status(mesh).ActiveRetries);
    }

    [Fact]
    public async Task Narrower_limits_hold_for_calls_after_the_edit()
    {
        using var mesh = Mesh(""" "http": { "http2MaxRequests": 2 }""");
        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        mesh.Source.PushJson($"{{ \"Seed\": 1, {Rules(""" "http": { "http2MaxRequests": 1 }""", "")} }}");
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));

        using var refused = await mesh.GetAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    [Fact]
    public async Task Upgraded_call_goes_out_as_http2_and_the_request_is_given_back_as_it_was()
    {
        using var mesh = Mesh(""" "http": { "h2UpgradePolicy": "UPGRADE" }""");
        (Version, HttpVersionPolicy) sent = default;
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Answer(request =>
        {
            sent = (request.Version, request.VersionPolicy);
            return new HttpResponseMessage();
        }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact), sent);
        Assert.Equal((HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower), (request.Version, request.VersionPolicy));
    }

    [Fact]
    public async Task Metric_shows_what_calls_hold()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }""");
        using var counted = new MeterCapture(scope: mesh.Meters);
        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var waiting = mesh.GetAsync();

        counted.Observe();

        Assert.Equal((1, 1, 0), (Calls("active"), Calls("pending"), Calls("retrying")));
        streaming.Dispose();
        using var response = await waiting;

        double Calls(string state) => counted.Sum("mesh.client.pool.calls", ("mesh.host", "reviews.default.svc.cluster.local"), ("mesh.pool.state", state));
    }

    [Fact]
    public async Task Mirror_never_waits_for_a_connection()
    {
        using var mesh = new MeshFixture(Rules(""" "tcp": { "maxConnections": 1 }""", """ "mirror": { "host": "reviews" }"""));
        using var counted = new MeterCapture(scope: mesh.Meters);

        using var streaming = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => counted.Sum("mesh.client.mirrors", ("mesh.mirror.result", "dropped_limit")) == 1);
    }

    [Fact]
    public async Task Synchronous_call_waits_for_its_turn()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }""");
        using var holder = mesh.Client.Send(new(HttpMethod.Get, "http://reviews:9080/"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var waiting = Task.Run(() => mesh.Client.Send(new(HttpMethod.Get, "http://reviews:9080/"), TestContext.Current.CancellationToken).StatusCode);

        SpinWait.SpinUntil(() => Status(mesh).PendingRequests == 1);
        holder.Dispose();

        Assert.Equal(HttpStatusCode.OK, await waiting);
    }

    [Fact]
    public async Task Listener_that_throws_at_the_end_of_a_call_takes_no_connection()
    {
        using var mesh = Mesh(""" "tcp": { "maxConnections": 1 }""");
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "mesh.client.call.duration" && instrument.Meter.Scope == mesh.Meters)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidCastException("the listener broke"));
        listener.Start();

        await Assert.ThrowsAsync<InvalidCastException>(
            () => mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));

        Assert.Equal(0, Status(mesh).ActiveRequests);
    }

    private static SyncPoint Block(MeshFixture mesh)
    {
        var gate = new SyncPoint();
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.Stop(gate));
        return gate;
    }

    private static MeshConnectionPoolStatus Status(MeshFixture mesh) => Assert.Single(mesh.Mesh.GetClusters()).ConnectionPool!;

    private static MeshFixture Mesh(string pool, string rule = "") => new(Rules(pool, rule));

    private static string Rules(string pool, string rule) => $$"""
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}}{{(rule.Length > 0 ? "," : "")}}
          "route": [ { "destination": { "host": "reviews" } } ] } ] } },
        "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "connectionPool": { {{pool}} } } } }
        """;
}
