using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What callers and operators see of <c>adaptiveConcurrency</c> and <c>clientThrottling</c>.</summary>
public sealed class AdmissionTests
{
    private const string Endpoint = "10.0.0.1:80";

    [Fact]
    public async Task Call_beyond_the_limit_of_adaptive_concurrency_is_answered_at_once()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": {} """);
        using var counted = new MeterCapture(scope: mesh.Meters);
        var streams = await StreamAsync(mesh, 3);

        using var refused = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("true", Assert.Single(refused.Headers.GetValues("x-envoy-overloaded")));
        Assert.Equal("upstream overflow: outbound|9080||reviews.default.svc.cluster.local: adaptive concurrency takes 3 calls at once", await TextOf(refused));
        Assert.True(refused.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamOverflow, 0), (result.Flags, result.Attempts));
        Assert.Equal(1, counted.Sum("mesh.client.rejections", ("mesh.rejection.reason", "adaptive_concurrency"), ("mesh.criticality", "CRITICAL")));
        counted.Observe();
        Assert.Equal(3, counted.Sum("mesh.client.concurrency.limit", ("mesh.host", "reviews.default.svc.cluster.local")));

        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Place_among_the_calls_under_way_is_held_to_the_end_of_the_body()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": {} """);
        var streams = await StreamAsync(mesh, 3);
        Assert.Equal((3, 3, true), StatusOf(mesh));

        await streams[0].Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((3, 2, true), StatusOf(mesh));
        using (var next = await mesh.GetAsync())
        {
            Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        }

        streams.ForEach(stream => stream.Dispose());
        Assert.Equal((3, 0, true), StatusOf(mesh));
    }

    [Fact]
    public async Task Failures_callers_that_give_up_and_refused_calls_hold_no_place()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": {} """, """ "timeout": "1s", "retries": { "attempts": 0 }, """);
        mesh.Transport[Endpoint].Then(TransportStep.ConnectFailure(), TransportStep.Hang(), TransportStep.Hang(), TransportStep.Status(204));
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.GetAsync());
        using (var late = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync()))
        {
            Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        }

        using var patience = new CancellationTokenSource();
        var call = mesh.Client.GetAsync("http://reviews:9080/", patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        using (await mesh.GetAsync())
        {
            Assert.Equal((3, 0, true), StatusOf(mesh));
        }
    }

    [Fact]
    public async Task Limit_grows_where_latency_does_not()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": {} """);
        mesh.Transport[Endpoint].Always(TransportStep.Status(200).After(TimeSpan.FromMilliseconds(10)));
        for (var call = 0; call < 120; call++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        }

        var status = Assert.Single(mesh.Mesh.GetClusters()).AdaptiveConcurrency!;
        Assert.True(status.Limit > 20, $"{status}");
        Assert.False(status.IsMeasuring);
        Assert.InRange(status.MinRtt.TotalMilliseconds, 9.7, 10.3);
    }

    [Fact]
    public async Task Lower_classes_are_turned_away_first()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": { "minRttCalcParams": { "minConcurrency": 4 } } """);
        using var counted = new MeterCapture(scope: mesh.Meters);
        var streams = await StreamAsync(mesh, 2);

        using (var refused = await SendAsync(mesh, MeshCriticality.Sheddable))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.EndsWith("adaptive concurrency takes 4 calls at once, of which SHEDDABLE may have a part", await TextOf(refused), StringComparison.Ordinal);
        }

        foreach (var criticality in (MeshCriticality[])[MeshCriticality.SheddablePlus, MeshCriticality.Critical, MeshCriticality.CriticalPlus])
        {
            using var taken = await SendAsync(mesh, criticality);
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        Assert.Equal(1, counted.Sum("mesh.client.rejections", ("mesh.criticality", "SHEDDABLE")));
        streams.ForEach(stream => stream.Dispose());
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(504)]
    public async Task Servers_that_refuse_calls_get_fewer_of_them(int status)
    {
        using var mesh = Mesh(""" "clientThrottling": { "minimumRequests": 10, "maxRejectionPercent": 100 } """);
        using var counted = new MeterCapture(scope: mesh.Meters);
        mesh.Transport[Endpoint].Always(TransportStep.Status(status));
        var texts = new HashSet<string>();
        for (var call = 0; call < 200; call++)
        {
            using var response = await mesh.GetAsync();
            if (response.TryGetMeshResult(out var result) && result.Flags == MeshResponseFlags.UpstreamOverflow)
            {
                Assert.Equal((HttpStatusCode.ServiceUnavailable, 0), (response.StatusCode, result.Attempts));
                texts.Add(await TextOf(response));
            }
        }

        // Of a server that takes nothing it is one call in n that is sent, the n-th: about 10 + ln(200 / 10) in all.
        Assert.InRange(mesh.Transport.Requests.Count, 10, 25);
        Assert.Equal("upstream overflow: outbound|9080||reviews.default.svc.cluster.local: client throttling, since the servers refuse calls", Assert.Single(texts));
        Assert.Equal(200 - mesh.Transport.Requests.Count, counted.Sum("mesh.client.rejections", ("mesh.rejection.reason", "client_throttling")));
        var throttling = Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!;
        Assert.Equal((200, 0), (throttling.Requests, throttling.Accepts));
        Assert.Equal(200 / 201.0, throttling.RejectionProbability);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task Servers_that_answer_otherwise_get_all_calls(int status)
    {
        using var mesh = Mesh(""" "clientThrottling": { "minimumRequests": 1 } """);
        mesh.Transport[Endpoint].Always(TransportStep.Status(status));
        for (var call = 0; call < 50; call++)
        {
            using var response = await mesh.GetAsync();
        }

        Assert.Equal(new MeshClientThrottlingStatus(50, 50, 0), Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(14, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(0, 1)]
    public async Task Grpc_status_says_whether_a_server_took_the_call(int grpcStatus, int accepts)
    {
        using var mesh = Mesh(""" "clientThrottling": {} """);
        mesh.Transport[Endpoint].Always(TransportStep.Answer(_ => new HttpResponseMessage
        {
            Version = HttpVersion.Version20,
            Headers = { { "grpc-status", grpcStatus.ToString(System.Globalization.CultureInfo.InvariantCulture) } },
            Content = new ByteArrayContent([]) { Headers = { ContentType = new("application/grpc") } },
        }));
        using var response = await mesh.GetAsync();

        Assert.Equal((1, accepts), (Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!.Requests, Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!.Accepts));
    }

    [Fact]
    public async Task Connections_that_fail_and_time_that_runs_out_are_no_acceptance()
    {
        using var mesh = Mesh(""" "clientThrottling": {} """, """ "timeout": "1s", "retries": { "attempts": 0 }, """);
        mesh.Transport[Endpoint].Then(TransportStep.ConnectFailure(), TransportStep.Reset(), TransportStep.Hang());
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.GetAsync());
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.GetAsync());
        using var late = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal((3, 0), (Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!.Requests, Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!.Accepts));
    }

    [Fact]
    public async Task Retries_of_lower_classes_are_given_up_as_soon_as_servers_refuse_calls()
    {
        using var mesh = Mesh(""" "clientThrottling": { "minimumRequests": 2, "maxRejectionPercent": 0.000001 } """, """ "retries": { "attempts": 1, "retryOn": "5xx" }, """);
        mesh.Transport[Endpoint].Always(TransportStep.Status(503));
        using var first = await mesh.AdvanceUntilDoneAsync(SendAsync(mesh, MeshCriticality.Critical));
        using var sheddable = await mesh.AdvanceUntilDoneAsync(SendAsync(mesh, MeshCriticality.Sheddable));
        using var critical = await mesh.AdvanceUntilDoneAsync(SendAsync(mesh, MeshCriticality.Critical));

        Assert.Equal([(2, MeshResponseFlags.UpstreamRetryLimitExceeded), (1, MeshResponseFlags.UpstreamOverflow), (2, MeshResponseFlags.UpstreamRetryLimitExceeded)],
            ((HttpResponseMessage[])[first, sheddable, critical]).Select(response =>
            {
                Assert.True(response.TryGetMeshResult(out var result));
                return (result.Attempts, result.Flags);
            }));
    }

    [Fact]
    public async Task Retry_goes_on_in_the_place_of_its_call()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": { "minRttCalcParams": { "minConcurrency": 1 } } """, """ "retries": { "attempts": 1, "retryOn": "5xx", "backoff": "1s" }, """);
        mesh.Transport[Endpoint].Then(TransportStep.Status(503), TransportStep.Status(204));
        var repeated = mesh.GetAsync();
        await Eventually.TrueAsync(() => mesh.Clock.LiveTimers > 0 && mesh.Transport.Requests.Count == 1);

        using (var other = await mesh.GetAsync())
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (other.StatusCode, mesh.Transport.Requests.Count));
        }

        using var response = await mesh.AdvanceUntilDoneAsync(repeated);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal((1, 0, true), StatusOf(mesh));
    }

    [Fact]
    public async Task Retry_is_a_request_to_client_throttling_that_turns_only_calls_away()
    {
        using var mesh = Mesh(""" "retryBudget": { "enabled": false }, "clientThrottling": { "minimumRequests": 1, "maxRejectionPercent": 100 } """, """ "retries": { "attempts": 30, "retryOn": "5xx" }, """);
        mesh.Transport[Endpoint].Always(TransportStep.Status(503));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((31, MeshResponseFlags.UpstreamRetryLimitExceeded), (result.Attempts, result.Flags));
        Assert.Equal((31, 0), (Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!.Requests, Assert.Single(mesh.Mesh.GetClusters()).ClientThrottling!.Accepts));
    }

    [Fact]
    public async Task Refused_calls_are_no_failures_of_endpoints()
    {
        using var mesh = new MeshFixture(Rules(""" "adaptiveConcurrency": {} """, "", """ "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } """));
        var streams = await StreamAsync(mesh, 3);
        for (var call = 0; call < 5; call++)
        {
            using var refused = await mesh.GetAsync();
        }

        Assert.False(Assert.Single(Assert.Single(mesh.Mesh.GetClusters()).Endpoints).IsEjected);
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task Mirror_is_dropped_before_any_call_is()
    {
        using var mesh = Mesh(""" "adaptiveConcurrency": { "minRttCalcParams": { "minConcurrency": 2 } } """, """ "mirror": { "host": "reviews" }, """);
        using var counted = new MeterCapture(scope: mesh.Meters);

        var streams = await StreamAsync(mesh, 1);

        await Eventually.TrueAsync(() => counted.Sum("mesh.client.mirrors", ("mesh.mirror.result", "dropped_limit")) == 1);
        streams.ForEach(stream => stream.Dispose());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public async Task Copy_of_a_late_call_asks_the_limits_too(int limit, int requests)
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } }, "x-mesh": { "trafficPolicy": {
              "hedging": { "delay": "10ms" }, "adaptiveConcurrency": { "minRttCalcParams": { "minConcurrency": {{limit}} } } } } } }
            """);
        using var counted = new MeterCapture(scope: mesh.Meters);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(200).After(TimeSpan.FromSeconds(1)));
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Status(200).After(TimeSpan.FromMilliseconds(500)));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(requests, mesh.Transport.Requests.Count);
        Assert.Equal(2 - requests, counted.Sum("mesh.client.hedges", ("mesh.hedge.result", "dropped_limit")));
        await Eventually.TrueAsync(() => StatusOf(mesh).Active == 0);
    }

    private static (int Limit, int Active, bool IsMeasuring) StatusOf(MeshFixture mesh)
    {
        var status = Assert.Single(mesh.Mesh.GetClusters()).AdaptiveConcurrency!;
        return (status.Limit, status.ActiveRequests, status.IsMeasuring);
    }

    private static async Task<List<HttpResponseMessage>> StreamAsync(MeshFixture mesh, int calls)
    {
        var streams = new List<HttpResponseMessage>();
        for (var call = 0; call < calls; call++)
        {
            streams.Add(await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
            Assert.Equal(HttpStatusCode.OK, streams[^1].StatusCode);
        }

        return streams;
    }

    private static async Task<HttpResponseMessage> SendAsync(MeshFixture mesh, MeshCriticality criticality)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        request.SetMesh(new MeshCallOptions { Criticality = criticality });
        return await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<string> TextOf(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private static MeshFixture Mesh(string extension, string rule = """ "retries": { "attempts": 0 }, """) => new(Rules(extension, rule));

    private static string Rules(string extension, string rule, string policy = """ "loadBalancer": { "simple": "ROUND_ROBIN" } """) => $$"""
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "{{Endpoint}}" } ] } },
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} "route": [ { "destination": { "host": "reviews" } } ] } ] } },
        "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { {{policy}} }, "x-mesh": { "trafficPolicy": { {{extension}} } } } }
        """;
}
