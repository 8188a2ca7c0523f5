using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Resilience;

public sealed class AttemptTests
{
    private static readonly string[] Both = ["10.0.0.1:80", "10.0.0.2:80"];

    private static void Script(MeshFixture mesh, Func<TransportStep> step)
    {
        foreach (var authority in Both)
        {
            mesh.Transport[authority].Always(step());
        }
    }

    [Fact]
    public async Task Connect_failure_moves_on_to_the_other_endpoint()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        foreach (var authority in Both)
        {
            mesh.Transport[authority].Then(TransportStep.ConnectFailure());
        }

        // The first endpoint refuses, the second refuses, then one of them answers: three different sends.
        var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));
        Assert.Equal(3, result.Attempts);
        Assert.Equal(2, mesh.Transport.Requests.Take(2).Select(request => request.Authority).Distinct().Count());
    }

    [Fact]
    public async Task Connect_failure_of_a_post_is_repeated_since_it_was_not_sent()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        foreach (var authority in Both)
        {
            mesh.Transport[authority].Then(TransportStep.ConnectFailure());
        }

        var sending = mesh.Client.PostAsync("http://reviews:9080/", new StringContent("body"), TestContext.Current.CancellationToken);
        using var response = await mesh.AdvanceUntilDoneAsync(sending);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(mesh.Transport.Requests, request => Assert.Equal("body", System.Text.Encoding.UTF8.GetString(request.Body)));
    }

    [Fact]
    public async Task Reset_of_a_post_is_not_repeated_and_stays_a_transport_failure()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Script(mesh, TransportStep.Reset);

        var failure = await Assert.ThrowsAsync<MeshRequestException>(
            () => mesh.Client.PostAsync("http://reviews:9080/", new StringContent("body"), TestContext.Current.CancellationToken));
        Assert.Single(mesh.Transport.Requests);
        Assert.Equal(MeshResponseFlags.UpstreamConnectionTermination, failure.Result.Flags);
        Assert.Contains("reviews.default.svc.cluster.local", failure.Message, StringComparison.Ordinal);
        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
    }

    [Fact]
    public async Task Reset_of_a_get_is_repeated_by_default_at_another_endpoint()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Reset());

        for (var i = 0; i < 20; i++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.True(mesh.Transport.Counts["10.0.0.1:80"] > 0);
    }

    [Fact]
    public async Task Default_policy_does_not_repeat_a_503()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Script(mesh, () => TransportStep.Status(503));

        using var response = await mesh.GetAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Written_retryOn_is_exact_and_the_last_answer_is_given_with_URX()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 3, "retryOn": "5xx" }, """);
        Script(mesh, () => TransportStep.Status(500, "broken"));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(4, mesh.Transport.Requests.Count);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.UpstreamRetryLimitExceeded, result.Flags);
        Assert.Equal(4, result.Attempts);
    }

    [Fact]
    public async Task Attempts_zero_switches_retries_off()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 0 }, """);
        Script(mesh, TransportStep.ConnectFailure);

        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.GetAsync());
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Caller_may_switch_retries_off_for_one_request()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Script(mesh, TransportStep.ConnectFailure);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.SetMesh(new MeshCallOptions { DisableRetries = true });

        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task One_shot_body_of_unknown_length_is_not_repeated_after_it_was_sent()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Script(mesh, TransportStep.Reset);

        using var content = new StreamContent(new OneShotStream("body"u8.ToArray()));
        await Assert.ThrowsAsync<MeshRequestException>(
            () => mesh.Client.PutAsync("http://reviews:9080/", content, TestContext.Current.CancellationToken));
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Body_that_fails_as_a_connection_fails_is_not_sent_again_half()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        var body = new StreamThatFailsLikeAConnection();
        using var content = new StreamContent(body);
        var sending = mesh.Client.PostAsync("http://reviews:9080/", content, TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => mesh.AdvanceUntilDoneAsync(sending));

        Assert.Equal(1, body.Reads);
    }

    [Fact]
    public async Task Body_of_known_small_length_is_held_and_repeated()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        foreach (var authority in Both)
        {
            mesh.Transport[authority].Then(TransportStep.Reset());
        }

        using var content = new StreamContent(new OneShotStream("body"u8.ToArray()));
        content.Headers.ContentLength = 4;
        using var response = await mesh.AdvanceUntilDoneAsync(
            mesh.Client.PutAsync("http://reviews:9080/", content, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.All(mesh.Transport.Requests, request => Assert.Equal("body", System.Text.Encoding.UTF8.GetString(request.Body)));
    }

    [Fact]
    public async Task Gotcha_17_route_timeout_is_answered_504_UT_and_never_repeated()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "0.5s", "retries": { "attempts": 3, "retryOn": "5xx,reset" }, """);
        Script(mesh, TransportStep.Hang);

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Single(mesh.Transport.Requests);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.UpstreamRequestTimeout, result.Flags);
        Assert.Equal(TimeSpan.FromSeconds(0.5), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Per_try_timeout_tries_again_elsewhere()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 2, "perTryTimeout": "2s", "retryOn": "reset" }, """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Hang());

        for (var i = 0; i < 10; i++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.True(mesh.Transport.Counts["10.0.0.1:80"] > 0);
    }

    [Fact]
    public async Task Timeout_asked_for_by_the_caller_goes_before_the_rules()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "30s", """);
        Script(mesh, TransportStep.Hang);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.SetMesh(new MeshCallOptions { Timeout = TimeSpan.FromSeconds(1) });

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Gotcha_20_injected_delay_stands_outside_the_timeout()
    {
        using var mesh = MeshFixture.WithRule("""
            "timeout": "0.5s", "fault": { "delay": { "fixedDelay": "7s", "percentage": { "value": 100 } } },
            """);

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), mesh.Clock.Elapsed);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.DelayInjected, result.Flags);
    }

    [Fact]
    public async Task Gotcha_20_injected_abort_is_not_sent_and_not_repeated()
    {
        using var mesh = MeshFixture.WithRule("""
            "retries": { "attempts": 3, "retryOn": "5xx" }, "fault": { "abort": { "httpStatus": 555, "percentage": { "value": 100 } } },
            """);

        using var response = await mesh.GetAsync();
        Assert.Equal(555, (int)response.StatusCode);
        Assert.Empty(mesh.Transport.Requests);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.FaultInjected, result.Flags);
        Assert.Equal(0, result.Attempts);
    }

    [Fact]
    public async Task Caller_who_gives_up_gets_his_own_cancellation_and_nobody_is_blamed()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """
            , "VirtualServices": {}
            """);
        Script(mesh, TransportStep.Hang);
        using var patience = new CancellationTokenSource();
        var sending = mesh.Client.GetAsync("http://reviews:9080/", patience.Token);
        await Eventually.TrueAsync(() => mesh.Transport.Requests.Count == 1);
        await patience.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.IsNotType<MeshRequestException>(cancelled.InnerException);
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Consecutive_errors_eject_the_endpoint_and_the_sweep_brings_it_back()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" },
              "outlierDetection": { "consecutive5xxErrors": 3, "interval": "10s", "baseEjectionTime": "30s", "maxEjectionPercent": 50 } } } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        for (var i = 0; i < 6; i++)
        {
            using var response = await mesh.GetAsync("http://reviews/");
        }

        var before = mesh.Transport.Counts["10.0.0.1:80"];
        for (var i = 0; i < 20; i++)
        {
            using var response = await mesh.GetAsync("http://reviews/");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(3, before);
        Assert.Equal(before, mesh.Transport.Counts["10.0.0.1:80"]);

        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(200));
        mesh.Clock.Advance(TimeSpan.FromSeconds(41));
        for (var i = 0; i < 4; i++)
        {
            using var response = await mesh.GetAsync("http://reviews/");
        }

        Assert.True(mesh.Transport.Counts["10.0.0.1:80"] > before);
    }

    [Fact]
    public void Synchronous_send_retries_too()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints + """
            , "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "retries": { "attempts": 1, "retryOn": "connect-failure", "backoff": "1ms" },
              "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.ConnectFailure());
        using var stop = new CancellationTokenSource();
        var pump = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.WhenAny(mesh.Clock.UntilArmedAsync(), Task.Delay(Timeout.Infinite, stop.Token));
                mesh.Clock.Advance(TimeSpan.FromMilliseconds(10));
            }
        }, TestContext.Current.CancellationToken);

        for (var i = 0; i < 10; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
            using var response = mesh.Client.Send(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        stop.Cancel();
        Assert.NotNull(pump);
    }

    /// <summary>A body that comes from another HTTP call and breaks with it.</summary>
    private sealed class StreamThatFailsLikeAConnection : MemoryStream
    {
        public int Reads { get; private set; }

        public override bool CanSeek => false;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            Reads++;
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The other call failed.");
        }
    }

    private sealed class OneShotStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
