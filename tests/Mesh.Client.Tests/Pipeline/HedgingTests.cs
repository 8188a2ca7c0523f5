using System.Diagnostics.Metrics;
using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Transport;

namespace Mesh.Client.Tests.Pipeline;

public sealed class HedgingTests
{
    private static readonly HedgingAct Bad = new(60, 503);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Fact]
    public async Task Late_answer_is_overtaken_by_that_of_a_copy_at_another_endpoint()
    {
        using var mesh = new HedgingFixture(acts: [HedgingAct.Never, new(10)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, HedgingFixture.Uri);

        using var response = await mesh.AnswerAsync(
            mesh.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Ms(60), mesh.Clock.Elapsed);
        Assert.Equal([Ms(0), Ms(50)], mesh.Transport.Requests.Select(sent => sent.At));
        Assert.NotEqual(mesh.Transport.Requests[0].Authority, mesh.Transport.Requests[1].Authority);
        Assert.True(mesh.Transport.Requests[0].IsCancelled);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((mesh.Transport.Requests[1].Authority, 2, MeshResponseFlags.None), (result.Endpoint, result.Attempts, result.Flags));
        Assert.Equal(["won"], mesh.Hedges);
        Assert.Same(request, mesh.Transport.Requests[0].Message);
        Assert.Same(request, response.RequestMessage);
        Assert.Equal(HedgingFixture.Uri, request.RequestUri!.OriginalString);
        Assert.Empty(request.Headers);
    }

    [Fact]
    public async Task Answer_before_the_delay_sends_no_copy_and_leaves_no_timer()
    {
        using var mesh = new HedgingFixture(acts: [new(49)]);
        using var response = await mesh.AnswerAsync();

        Assert.Single(mesh.Transport.Requests);
        Assert.Equal(Ms(49), mesh.Clock.Elapsed);
        Assert.Equal(0, mesh.LeftTimers);
        Assert.Empty(mesh.Hedges);
    }

    [Fact]
    public async Task First_attempt_that_answers_first_wins_and_its_copy_ends()
    {
        using var mesh = new HedgingFixture(acts: [new(70), new(100)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(Ms(70), mesh.Clock.Elapsed);
        Assert.True(mesh.Transport.Requests[1].IsCancelled);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((mesh.Transport.Requests[0].Authority, 2), (result.Endpoint, result.Attempts));
        Assert.Equal(["lost"], mesh.Hedges);
        Assert.Equal(0, mesh.LeftTimers);
    }

    [Fact]
    public async Task Copies_follow_each_other_after_the_same_delay_to_endpoints_of_their_own()
    {
        using var mesh = new HedgingFixture(
            """ "delay": "50ms", "maxHedges": 3 """, acts: [HedgingAct.Never, HedgingAct.Never, HedgingAct.Never, new(7)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal([Ms(0), Ms(50), Ms(100), Ms(150)], mesh.Transport.Requests.Select(sent => sent.At));
        Assert.Equal(4, mesh.Transport.Requests.Select(sent => sent.Authority).Distinct().Count());
        Assert.Equal(["lost", "lost", "won"], mesh.Hedges.Order());
        Assert.Equal(Ms(157), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task No_copy_goes_where_the_call_is_tried_already()
    {
        using var mesh = new HedgingFixture(endpoints: ["10.0.0.1:80"], acts: [new(200)]);
        using var response = await mesh.AnswerAsync();

        Assert.Single(mesh.Transport.Requests);
        Assert.Equal(["dropped_no_endpoint"], mesh.Hedges);
    }

    [Fact]
    public async Task Copy_prefers_another_zone_however_rare()
    {
        string[] endpoints = [.. Enumerable.Range(1, 40).Select(index => $"10.0.0.{index}:80 eu/a"), "10.0.1.1:80 eu/b", "10.0.1.2:80"];
        var acts = Enumerable.Repeat(HedgingAct.Never, 60).ToArray();
        for (var i = 1; i < acts.Length; i += 2)
        {
            acts[i] = new(1);
        }

        using var mesh = new HedgingFixture(endpoints: endpoints, policy: """ "loadBalancer": { "simple": "ROUND_ROBIN" } """, acts: acts);
        for (var call = 0; call < 8; call++)
        {
            using var response = await mesh.AnswerAsync();
            var (first, copy) = (mesh.Transport.Requests[2 * call], mesh.Transport.Requests[(2 * call) + 1]);
            if (first.Authority.StartsWith("10.0.0.", StringComparison.Ordinal))
            {
                Assert.Equal("10.0.1.1:80", copy.Authority);
            }
        }
    }

    [Fact]
    public async Task Copy_stays_in_the_zone_where_there_is_no_other()
    {
        using var mesh = new HedgingFixture(endpoints: ["10.0.0.1:80 eu/a/x", "10.0.0.2:80 eu/a/y"], acts: [HedgingAct.Never, new(1)]);
        using var response = await mesh.AnswerAsync();
        Assert.Equal(2, mesh.Transport.Requests.Select(sent => sent.Authority).Distinct().Count());
    }

    [Fact]
    public async Task Copy_of_a_hashed_call_goes_to_the_next_endpoint_of_its_hash()
    {
        var acts = Enumerable.Range(0, 40).Select(index => index % 2 == 0 ? HedgingAct.Never : new HedgingAct(1)).ToArray();
        using var mesh = new HedgingFixture(
            policy: """ "loadBalancer": { "consistentHash": { "httpHeaderName": "x-user" } } """,
            endpoints: [.. Enumerable.Range(1, 20).Select(index => $"10.0.0.{index}:80 eu/{index % 3}")],
            acts: acts);
        for (var call = 0; call < 10; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, HedgingFixture.Uri) { Headers = { { "x-user", "jason" } } };
            using var response = await mesh.AnswerAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        }

        Assert.Single(mesh.Transport.Requests.Where((_, index) => index % 2 == 0).Select(sent => sent.Authority).Distinct());
        Assert.Single(mesh.Transport.Requests.Where((_, index) => index % 2 == 1).Select(sent => sent.Authority).Distinct());
    }

    [Theory]
    [InlineData("POST", false, false)]
    [InlineData("PATCH", false, false)]
    [InlineData("GET", true, false)]
    [InlineData("GET", false, true)]
    public async Task Call_that_may_not_be_sent_twice_is_not(string method, bool disablesRetries, bool upgrades)
    {
        using var mesh = new HedgingFixture(acts: [new(200)]);
        using var request = new HttpRequestMessage(new HttpMethod(method), HedgingFixture.Uri);
        if (disablesRetries)
        {
            request.SetMesh(new MeshCallOptions { DisableRetries = true });
        }

        if (upgrades)
        {
            request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        }

        using var response = await mesh.AnswerAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.Single(mesh.Transport.Requests);
        Assert.Empty(mesh.Hedges);
    }

    [Fact]
    public async Task Body_that_can_be_read_once_only_is_sent_once()
    {
        using var mesh = new HedgingFixture(acts: [new(200)]);
        using var content = new StreamContent(new OneShotStream([1, 2, 3]));
        using var response = await mesh.AnswerAsync(mesh.Client.PutAsync(HedgingFixture.Uri, content, TestContext.Current.CancellationToken));
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public void Synchronous_call_is_not_hedged()
    {
        using var mesh = new HedgingFixture(acts: []);
        using var request = new HttpRequestMessage(HttpMethod.Get, HedgingFixture.Uri);
        using var response = mesh.Client.Send(request, TestContext.Current.CancellationToken);
        Assert.Equal(0, mesh.LeftTimers);
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Bad_answer_does_not_end_the_call_while_a_copy_is_under_way()
    {
        using var mesh = new HedgingFixture(acts: [Bad, new(50)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Ms(100), mesh.Clock.Elapsed);
        Assert.True(mesh.Transport.Requests[0].Answer!.IsDisposed);
        Assert.False(mesh.Transport.Requests[1].Answer!.IsDisposed);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(409)]
    public async Task Answer_that_sheds_load_or_calls_for_a_retry_is_not_good(int status)
    {
        using var mesh = new HedgingFixture(rule: """ "retries": { "attempts": 1, "retryOn": "409" }, """, acts: [new(60, status), new(50)]);
        using var response = await mesh.AnswerAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Failure_of_the_transport_does_not_end_the_call_while_another_is_under_way()
    {
        using var mesh = new HedgingFixture(acts: [new(100), new(10, 0)]);
        using var response = await mesh.AnswerAsync();
        Assert.Equal(Ms(100), mesh.Clock.Elapsed);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(mesh.Transport.Requests[0].Authority, result.Endpoint);
        Assert.Equal(["failed"], mesh.Hedges);
    }

    [Fact]
    public async Task Where_all_failed_the_retry_goes_where_none_of_them_was()
    {
        using var mesh = new HedgingFixture(
            rule: """ "retries": { "attempts": 1, "retryOn": "5xx", "backoff": "1ms" }, """, endpoints: ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"], acts: [Bad, new(20, 503)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, mesh.Transport.Requests.Select(sent => sent.Authority).Distinct().Count());
        Assert.All(mesh.Transport.Requests.Take(2), sent => Assert.True(sent.Answer!.IsDisposed));
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(3, result.Attempts);
    }

    [Fact]
    public async Task Where_all_failed_the_last_answer_is_that_of_the_call()
    {
        using var mesh = new HedgingFixture(rule: """ "retries": { "attempts": 0 }, """, acts: [Bad, new(20, 500)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(Ms(70), mesh.Clock.Elapsed);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(mesh.Transport.Requests[1].Authority, result.Endpoint);
        Assert.Equal(["failed"], mesh.Hedges);
    }

    [Fact]
    public async Task Push_back_stops_further_copies()
    {
        using var mesh = new HedgingFixture(""" "delay": "50ms", "maxHedges": 3 """, acts: [Bad with { HasRetryAfter = true }, new(300)]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, mesh.Transport.Requests.Count);
        Assert.Equal(Ms(350), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Bad_answer_without_push_back_does_not_stop_further_copies()
    {
        using var mesh = new HedgingFixture(""" "delay": "50ms", "maxHedges": 3 """, acts: [Bad, new(300), new(10)]);
        using var response = await mesh.AnswerAsync();
        Assert.Equal(Ms(110), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Budget_that_is_used_up_lets_no_copy_go()
    {
        using var mesh = new HedgingFixture(acts: [new(0), new(200)]);
        using (await mesh.AnswerAsync())
        {
            while (mesh.Resilience.Budget.TryTake())
            {
                // Until nothing is left.
            }
        }

        using var response = await mesh.AnswerAsync();
        Assert.Equal(2, mesh.Transport.Requests.Count);
        Assert.Equal(["dropped_budget"], mesh.Hedges);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.None, result.Flags);
    }

    [Theory]
    [InlineData(""" "connectionPool": { "http": { "http2MaxRequests": 1 } } """)]
    [InlineData(""" "connectionPool": { "tcp": { "maxConnections": 1 } } """)]
    public async Task Limits_that_are_reached_let_no_copy_go(string policy)
    {
        using var mesh = new HedgingFixture(policy: policy, acts: [new(200)]);
        using (await mesh.AnswerAsync())
        {
            Assert.Single(mesh.Transport.Requests);
            Assert.Equal(["dropped_limit"], mesh.Hedges);
        }

        var pool = Assert.Single(mesh.Runtime.GetClusters()).ConnectionPool!;
        Assert.Equal((0, 0, 0), (pool.ActiveRequests, pool.PendingRequests, pool.ActiveRetries));
    }

    [Fact]
    public async Task Copy_is_one_of_the_retries_that_the_limits_grant()
    {
        using var mesh = new HedgingFixture(policy: """ "connectionPool": { "http": { "maxRetries": 1 } } """, acts: [new(0), new(200)]);
        using (await mesh.AnswerAsync())
        {
            Assert.True(((ConnectionLimits)mesh.Cluster.Limits!).TryBeginRetry());
        }

        using var response = await mesh.AnswerAsync();
        Assert.Equal(["dropped_limit"], mesh.Hedges);
    }

    [Fact]
    public async Task Copies_hold_their_place_in_the_limits_until_they_end()
    {
        using var mesh = new HedgingFixture(policy: """ "connectionPool": { "http": { "http2MaxRequests": 10, "maxRetries": 5 } } """, acts: [HedgingAct.Never, new(10)]);
        var response = await mesh.AnswerAsync();
        var pool = Assert.Single(mesh.Runtime.GetClusters()).ConnectionPool!;
        Assert.Equal((1, 1), (pool.ActiveRequests, pool.ActiveRetries));

        response.Dispose();
        pool = Assert.Single(mesh.Runtime.GetClusters()).ConnectionPool!;
        Assert.Equal((0, 0), (pool.ActiveRequests, pool.ActiveRetries));
    }

    [Fact]
    public async Task No_copy_goes_where_the_rest_of_the_time_is_shorter_than_the_median()
    {
        using var mesh = new HedgingFixture(rule: """ "timeout": "80ms", """, acts: [new(0), new(75), new(75), new(5)]);
        using (await mesh.AnswerAsync())
        {
        }

        mesh.Learn(200, Ms(40));
        mesh.Clock.Advance(TimeSpan.FromSeconds(4));
        mesh.Learn(1, Ms(40));
        using (await mesh.AnswerAsync())
        {
            Assert.Equal(["dropped_time"], mesh.Hedges);
        }

        // Of the same call half of the copies are in time where half of the answers take 20 ms.
        mesh.Learn(5_000, Ms(20));
        mesh.Clock.Advance(TimeSpan.FromSeconds(4));
        using var response = await mesh.AnswerAsync();
        Assert.Equal(["dropped_time", "won"], mesh.Hedges);
    }

    [Fact]
    public async Task Percentile_of_recent_latency_is_the_delay_once_there_are_enough_calls()
    {
        using var mesh = new HedgingFixture(""" "percentile": 90 """, acts: [new(0), new(500), HedgingAct.Never, new(1)]);
        for (var call = 0; call < 2; call++)
        {
            // Nothing is known yet.
            using var early = await mesh.AnswerAsync();
        }

        Assert.Empty(mesh.Hedges);
        mesh.Learn(850, Ms(10));
        mesh.Learn(150, Ms(100));
        mesh.Clock.Advance(TimeSpan.FromSeconds(4));
        var before = mesh.Clock.Elapsed;

        using var response = await mesh.AnswerAsync();
        Assert.Equal(4, mesh.Transport.Requests.Count);
        Assert.InRange(Assert.Single(mesh.Runtime.GetClusters()).HedgeDelay!.Value, Ms(95), Ms(107));
        Assert.InRange((mesh.Transport.Requests[3].At - before).TotalMilliseconds, 95, 107);
    }

    [Fact]
    public async Task Attempt_that_was_given_up_counts_among_the_slow_ones()
    {
        using var mesh = new HedgingFixture(
            """ "percentile": 90 """, acts: [new(0), .. Enumerable.Range(0, 18).Select(index => index % 2 == 0 ? HedgingAct.Never : new HedgingAct(50))]);
        using (await mesh.AnswerAsync())
        {
        }

        // Of about 120 calls nine are hedged: with their copies they are more than a tenth, and without them less.
        mesh.Learn(1200, Ms(1));
        mesh.Clock.Advance(TimeSpan.FromSeconds(4));
        mesh.Learn(1, Ms(1));
        mesh.Clock.Advance(TimeSpan.FromSeconds(66));
        for (var call = 0; call < 9; call++)
        {
            using var response = await mesh.AnswerAsync();
        }

        Assert.Equal(19, mesh.Transport.Requests.Count);
        mesh.Clock.Advance(TimeSpan.FromSeconds(4));
        mesh.Learn(1, Ms(1));
        Assert.InRange(mesh.Resilience.Latency!.Value!.Value, Ms(45), Ms(55));
    }

    [Theory]
    [InlineData(""" "percentile": 95 """, "x-mesh hedging.percentile", "95")]
    [InlineData(""" "delay": "50ms" """, "x-mesh hedging.delay", "0.05s")]
    public async Task Explain_tells_when_calls_are_hedged(string hedging, string field, string value)
    {
        using var mesh = new HedgingFixture(hedging);
        using var request = new HttpRequestMessage(HttpMethod.Get, HedgingFixture.Uri);
        using var response = await mesh.AnswerAsync();
        var text = mesh.Runtime.Explain(request).ToString();
        Assert.Matches($"{field}:? +{value}", text);
        Assert.Contains("x-mesh hedging.maxHedges", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Percentile_below_the_least_delay_waits_for_that()
    {
        using var mesh = new HedgingFixture(""" "percentile": 90, "minimumDelay": "30ms" """, acts: [new(0), HedgingAct.Never, new(1)]);
        using (await mesh.AnswerAsync())
        {
        }

        mesh.Learn(200, Ms(1));
        mesh.Clock.Advance(TimeSpan.FromSeconds(4));
        var before = mesh.Clock.Elapsed;
        using var response = await mesh.AnswerAsync();
        Assert.Equal(Ms(30), mesh.Transport.Requests[2].At - before);
    }

    [Fact]
    public async Task Caller_who_gives_up_ends_all_copies_at_once()
    {
        using var mesh = new HedgingFixture(""" "delay": "50ms", "maxHedges": 3 """, acts: [HedgingAct.Never, HedgingAct.Never, HedgingAct.Never, HedgingAct.Never]);
        using var patience = new CancellationTokenSource();
        var sending = mesh.Client.GetAsync(HedgingFixture.Uri, patience.Token);
        await mesh.Clock.UntilArmedAsync();
        mesh.Clock.Advance(Ms(120));
        await Eventually.TrueAsync(() => mesh.Transport.Requests.Count == 3);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.All(mesh.Transport.Requests, sent => Assert.True(sent.IsCancelled));
        Assert.Equal(0, mesh.InFlight);
        Assert.Equal(0, mesh.LeftTimers);
    }

    [Fact]
    public async Task Timeout_of_the_route_ends_all_copies_at_once()
    {
        using var mesh = new HedgingFixture(rule: """ "timeout": "80ms", """, acts: [HedgingAct.Never, HedgingAct.Never]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal(Ms(80), mesh.Clock.Elapsed);
        Assert.All(mesh.Transport.Requests, sent => Assert.True(sent.IsCancelled));
        Assert.Equal(0, mesh.InFlight);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamRequestTimeout, 2), (result.Flags, result.Attempts));
    }

    [Fact]
    public async Task Per_try_timeout_holds_for_the_attempt_and_its_copies_together()
    {
        using var mesh = new HedgingFixture(
            rule: """ "retries": { "attempts": 1, "perTryTimeout": "80ms", "retryOn": "reset", "backoff": "1ms" }, """, acts: [HedgingAct.Never, HedgingAct.Never]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.All(mesh.Transport.Requests.Take(2), sent => Assert.True(sent.IsCancelled));
        Assert.InRange(mesh.Transport.Requests[2].At, Ms(80), Ms(81));
    }

    [Theory]
    [InlineData(""" "retries": { "attempts": 1, "perTryTimeout": "80ms", "retryOn": "connect-failure" }, """)]
    [InlineData(""" "timeout": "80ms", "retries": { "attempts": 0 }, """)]
    public async Task Copy_that_had_less_than_the_whole_time_is_not_to_blame_for_its_end(string rule)
    {
        // The first fails before, so that the copy is what the attempt comes to.
        using var mesh = new HedgingFixture(
            rule: rule, policy: """ "outlierDetection": { "splitExternalLocalOriginErrors": true, "consecutiveLocalOriginFailures": 1, "maxEjectionPercent": 100 } """, acts: [new(60, 500), HedgingAct.Never]);
        using var response = await mesh.AnswerAsync();

        Assert.Equal((HttpStatusCode.GatewayTimeout, Ms(80)), (response.StatusCode, mesh.Clock.Elapsed));
        Assert.DoesNotContain(Assert.Single(mesh.Runtime.GetClusters()).Endpoints, endpoint => endpoint.IsEjected);
    }

    [Theory]
    [InlineData(""" "retries": { "attempts": 1, "perTryTimeout": "80ms", "retryOn": "connect-failure" }, """)]
    [InlineData(""" "timeout": "80ms", "retries": { "attempts": 0 }, """)]
    public async Task First_attempt_that_had_the_whole_time_is_to_blame_for_its_end(string rule)
    {
        using var mesh = new HedgingFixture(
            rule: rule, policy: """ "outlierDetection": { "splitExternalLocalOriginErrors": true, "consecutiveLocalOriginFailures": 1, "maxEjectionPercent": 100 } """, acts: [HedgingAct.Never, HedgingAct.Never]);
        using var response = await mesh.AnswerAsync();

        var ejected = Assert.Single(Assert.Single(mesh.Runtime.GetClusters()).Endpoints, endpoint => endpoint.IsEjected);
        Assert.Equal(mesh.Transport.Requests[0].Authority, ejected.Address);
    }

    [Fact]
    public async Task Cancelled_loser_is_no_failure_and_its_body_is_awaited_by_nobody()
    {
        using var mesh = new HedgingFixture(
            policy: """ "outlierDetection": { "consecutive5xxErrors": 1, "consecutiveGatewayErrors": 1, "maxEjectionPercent": 100 } """, acts: [HedgingAct.Never, new(10)]);
        using var response = await mesh.AnswerAsync();

        Assert.DoesNotContain(Assert.Single(mesh.Runtime.GetClusters()).Endpoints, endpoint => endpoint.IsEjected);
        Assert.Equal(1, mesh.InFlight);
        Assert.Equal(mesh.Transport.Requests[1].Authority, mesh.Cluster.Endpoints.All.Single(endpoint => endpoint.InFlight == 1).Endpoint.Address);

        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, mesh.InFlight);
    }

    [Fact]
    public async Task Failed_copy_counts_against_its_endpoint()
    {
        using var mesh = new HedgingFixture(
            policy: """ "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } """, acts: [new(100), new(10, 500)]);
        using var response = await mesh.AnswerAsync();

        var ejected = Assert.Single(Assert.Single(mesh.Runtime.GetClusters()).Endpoints, endpoint => endpoint.IsEjected);
        Assert.Equal(mesh.Transport.Requests[1].Authority, ejected.Address);
    }

    [Fact]
    public async Task Cancelled_loser_is_no_refusal_to_client_throttling()
    {
        using var mesh = new HedgingFixture(
            """ "delay": "50ms", "maxHedges": 3 }, "clientThrottling": { "minimumRequests": 100 """, acts: [HedgingAct.Never, HedgingAct.Never, HedgingAct.Never, new(10)]);
        using var response = await mesh.AnswerAsync();

        var throttling = Assert.Single(mesh.Runtime.GetClusters()).ClientThrottling!;
        Assert.Equal((4, 4), (throttling.Requests, throttling.Accepts));
    }

    [Fact]
    public async Task Attempt_whose_time_ran_out_was_taken_by_none_of_its_servers()
    {
        using var mesh = new HedgingFixture(
            """ "delay": "50ms" }, "clientThrottling": { "minimumRequests": 100 """, rule: """ "timeout": "80ms", """, acts: [HedgingAct.Never, HedgingAct.Never]);
        using var response = await mesh.AnswerAsync();

        var throttling = Assert.Single(mesh.Runtime.GetClusters()).ClientThrottling!;
        Assert.Equal((2, 0), (throttling.Requests, throttling.Accepts));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Listener_that_throws_keeps_nothing_from_being_given_back(bool isLastGood)
    {
        using var mesh = new HedgingFixture(
            """ "delay": "50ms", "maxHedges": 3 """,
            policy: """ "connectionPool": { "http": { "http2MaxRequests": 10, "maxRetries": 5 } } """,
            acts: [isLastGood ? HedgingAct.Never : new(170), HedgingAct.Never, HedgingAct.Never, isLastGood ? new(10) : HedgingAct.Never]);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "mesh.client.hedges" && ReferenceEquals(instrument.Meter.Scope, mesh.Meters))
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("The listener breaks."));
        listener.Start();

        try
        {
            using var response = await mesh.AnswerAsync();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        finally
        {
            var pool = Assert.Single(mesh.Runtime.GetClusters()).ConnectionPool!;
            Assert.Equal((0, 0, 0), (mesh.InFlight, pool.ActiveRequests, pool.ActiveRetries));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task Answer_that_cannot_be_disposed_of_keeps_nothing_from_being_given_back(double after)
    {
        using var mesh = new HedgingFixture(
            """ "delay": "50ms", "maxHedges": 3 """,
            rule: """ "retries": { "attempts": 1, "retryOn": "5xx", "backoff": "1ms" }, """,
            policy: """ "connectionPool": { "http": { "http2MaxRequests": 10, "maxRetries": 5 } } """,
            acts: [new(after, 503) { BreaksOnDisposal = true }, new(100), HedgingAct.Never]);
        try
        {
            using var response = await mesh.AnswerAsync();
        }
        catch (InvalidOperationException)
        {
            // Without hedging the caller gets it.
            Assert.Equal(0, after);
        }

        var pool = Assert.Single(mesh.Runtime.GetClusters()).ConnectionPool!;
        Assert.Equal((0, 0, 0), (mesh.InFlight, pool.ActiveRequests, pool.ActiveRetries));
    }

    private sealed class OneShotStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
