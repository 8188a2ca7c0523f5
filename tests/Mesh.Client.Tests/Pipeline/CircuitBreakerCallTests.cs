using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What callers and operators see of <c>circuitBreaker</c>.</summary>
public sealed class CircuitBreakerCallTests
{
    private const string One = "10.0.0.1:80";
    private const string Two = "10.0.0.2:80";
    private const string Settings = """{ "failureRatio": 0.5, "minimumThroughput": 2, "breakDuration": "5s" }""";

    private static readonly TimeSpan Break = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Open_breaker_of_the_cluster_answers_calls_at_once()
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}} """);
        mesh.Transport[One].Always(TransportStep.Status(500));
        mesh.Transport[Two].Always(TransportStep.Status(500));
        await CallAsync(mesh, 2);

        using var refused = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("true", Assert.Single(refused.Headers.GetValues("x-envoy-overloaded")));
        Assert.Equal("upstream overflow: outbound|9080||reviews.default.svc.cluster.local: the circuit breaker of the cluster is open", await TextOf(refused));
        Assert.True(refused.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamOverflow, 0, (string?)null), (result.Flags, result.Attempts, result.Endpoint));
        Assert.Equal(2, mesh.Transport.Requests.Count);
        Assert.Equal(MeshCircuitState.Open, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
    }

    [Theory]
    [InlineData(200, MeshCircuitState.Closed)]
    [InlineData(503, MeshCircuitState.Open)]
    public async Task Trial_after_the_break_decides(int status, MeshCircuitState expected)
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}} """, endpoints: One);
        mesh.Transport[One].Then(TransportStep.Status(500), TransportStep.Status(500)).Always(TransportStep.Status(status));
        await CallAsync(mesh, 2);

        mesh.Clock.Advance(Break);
        await CallAsync(mesh, 1);

        Assert.Equal(expected, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
        Assert.Equal(3, mesh.Transport.Requests.Count);
    }

    [Fact]
    public async Task Transitions_are_counted_and_told()
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}}, "endpoint": {{Settings}} """, endpoints: One);
        using var counted = new MeterCapture(scope: mesh.Meters);
        mesh.Transport[One].Then(TransportStep.Status(500), TransportStep.Status(500));
        await CallAsync(mesh, 2);
        mesh.Clock.Advance(Break);
        await CallAsync(mesh, 1);

        foreach (var scope in (string[])["cluster", "endpoint"])
        {
            foreach (var state in (string[])["open", "half_open", "closed"])
            {
                Assert.Equal(1, counted.Sum(
                    "mesh.client.circuit_breaker.transitions",
                    ("mesh.host", "reviews.default.svc.cluster.local"), ("mesh.circuit_breaker.scope", scope), ("mesh.circuit_breaker.state", state)));
            }
        }

        Assert.Equal([4020, 4023, 4021, 4024, 4022, 4025], mesh.Logs.Entries.Where(entry => entry.Category == "Mesh.Client.Resilience").Select(entry => entry.Id.Id));
        Assert.Contains(mesh.Logs.Entries, entry => entry.Message.StartsWith("The circuit breaker of 10.0.0.1:80 of outbound|9080||reviews.default.svc.cluster.local is open", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoint_with_an_open_breaker_gets_no_calls_until_its_break_is_over()
    {
        using var mesh = Mesh($$""" "endpoint": {{Settings}} """);
        mesh.Transport[One].Always(TransportStep.Status(500));
        await CallAsync(mesh, 4);
        Assert.Equal(2, mesh.Transport.Counts[One]);

        await CallAsync(mesh, 6);
        Assert.Equal((2, 8), (mesh.Transport.Counts[One], mesh.Transport.Counts[Two]));
        Assert.Equal(
            [MeshCircuitState.Open, MeshCircuitState.Closed], Assert.Single(mesh.Mesh.GetClusters()).Endpoints.Select(endpoint => endpoint.CircuitBreaker!.Value));

        mesh.Clock.Advance(Break);
        await CallAsync(mesh, 4);
        Assert.Equal((3, 11), (mesh.Transport.Counts[One], mesh.Transport.Counts[Two]));
    }

    [Fact]
    public async Task Calls_pass_by_an_endpoint_with_a_call_on_trial()
    {
        using var mesh = Mesh($$""" "endpoint": {{Settings}} """);
        var trial = new SyncPoint();
        mesh.Transport[One].Then(TransportStep.Status(500), TransportStep.Status(500), TransportStep.Stop(trial));
        await CallAsync(mesh, 4);
        mesh.Clock.Advance(Break);

        var held = new List<Task<HttpResponseMessage>>();
        while (!trial.HasArrived)
        {
            held.Add(mesh.GetAsync());
        }

        await CallAsync(mesh, 6);
        Assert.Equal(3, mesh.Transport.Counts[One]);

        trial.Continue();
        foreach (var response in await Task.WhenAll(held))
        {
            response.Dispose();
        }

        await CallAsync(mesh, 4);
        Assert.Equal(5, mesh.Transport.Counts[One]);
    }

    [Fact]
    public async Task Call_is_answered_at_once_where_the_breakers_of_all_endpoints_are_open()
    {
        using var mesh = Mesh($$""" "endpoint": {{Settings}} """);
        mesh.Transport[One].Always(TransportStep.ConnectFailure());
        mesh.Transport[Two].Always(TransportStep.Status(500));
        for (var call = 0; call < 4; call++)
        {
            await IgnoreAsync(mesh.GetAsync());
        }

        using var refused = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("no healthy upstream: outbound|9080||reviews.default.svc.cluster.local: the circuit breakers of all 2 endpoints are open", await TextOf(refused));
        Assert.True(refused.TryGetMeshResult(out var result));
        Assert.Equal(MeshResponseFlags.NoHealthyUpstream, result.Flags);
        Assert.Equal(4, mesh.Transport.Requests.Count);
    }

    [Fact]
    public async Task Callers_that_give_up_open_nothing_and_their_trial_goes_to_the_next_call()
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}} """, endpoints: One);
        mesh.Transport[One].Then(TransportStep.Hang(), TransportStep.Hang(), TransportStep.Hang());
        for (var call = 0; call < 3; call++)
        {
            await GiveUpAsync(mesh);
        }

        Assert.Equal(MeshCircuitState.Closed, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);

        mesh.Transport[One].Then(TransportStep.Status(500), TransportStep.Status(500), TransportStep.Hang());
        await CallAsync(mesh, 2);
        mesh.Clock.Advance(Break);
        await GiveUpAsync(mesh);

        Assert.Equal(MeshCircuitState.Open, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
        using var next = await mesh.GetAsync();
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(MeshCircuitState.Closed, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
    }

    [Fact]
    public async Task Retry_that_an_open_breaker_would_refuse_is_not_made()
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}} """, rule: """ "retries": { "attempts": 3, "retryOn": "5xx" }, """);
        mesh.Transport[One].Always(TransportStep.Status(500, "the server's"));
        mesh.Transport[Two].Always(TransportStep.Status(500, "the server's"));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal((HttpStatusCode.InternalServerError, "the server's"), (response.StatusCode, await TextOf(response)));
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamOverflow, 2), (result.Flags, result.Attempts));
    }

    [Fact]
    public async Task Open_breaker_survives_new_rules_and_ends_with_the_rule_that_asks_for_it()
    {
        var source = Sourced($$""" "endpoint": {{Settings}}, "cluster": {{Settings}} """);
        using var mesh = new MeshFixture(source);
        mesh.Transport[One].Then(TransportStep.Status(500), TransportStep.Status(500));
        await CallAsync(mesh, 2);

        source.PushJson(Rules($$""" "endpoint": {{Settings}}, "cluster": {{Settings}} """, One, """ "timeout": "9s", """));
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(MeshCircuitState.Open, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
        using (var refused = await mesh.GetAsync())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        source.PushJson(Rules("""  "cluster": { "minimumThroughput": 50 } """, One));
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(MeshCircuitState.Open, Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
        Assert.Null(Assert.Single(Assert.Single(mesh.Mesh.GetClusters()).Endpoints).CircuitBreaker);

        source.PushJson(Rules(null, One));
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker);
        using var answered = await mesh.GetAsync();
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task Explain_shows_settings_and_states()
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}}, "endpoint": { "minimumThroughput": 2 } """, endpoints: One);
        mesh.Transport[One].Then(TransportStep.Status(500), TransportStep.Status(500));
        await CallAsync(mesh, 2);

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");
        var text = mesh.Mesh.Explain(request).ToString();

        Assert.Contains("x-mesh circuitBreaker.cluster failureRatio 0.5, minimumThroughput 2, samplingDuration 30s, breakDuration 5s", text, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1:80: kept away by its open circuit breaker", text, StringComparison.Ordinal);
    }

    private static MeshFixture Mesh(string breaker, string endpoints = One + "," + Two, string rule = """ "retries": { "attempts": 0 }, """)
        => new(Sourced(breaker, endpoints, rule));

    private static FakeSource Sourced(string? breaker, string endpoints = One, string rule = """ "retries": { "attempts": 0 }, """)
    {
        var source = new FakeSource("rules");
        source.PushJson(Rules(breaker, endpoints, rule));
        return source;
    }

    [Fact]
    public async Task Body_that_breaks_off_is_a_failure_to_the_breakers_of_its_endpoint_and_cluster()
    {
        using var mesh = Mesh($$""" "cluster": {{Settings}}, "endpoint": {{Settings}} """, endpoints: One);
        mesh.Transport[One].Always(TransportStep.Answer(_ => new HttpResponseMessage { Content = new StreamContent(new BrokenStream()) }));
        using var response = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(MeshCircuitState.Closed, StateOf(mesh));

        await Assert.ThrowsAsync<MeshRequestException>(() => TextOf(response));

        Assert.Equal(MeshCircuitState.Open, StateOf(mesh));
        Assert.Equal(MeshCircuitState.Open, Assert.Single(Assert.Single(mesh.Mesh.GetClusters()).Endpoints).CircuitBreaker);
    }

    private static MeshCircuitState? StateOf(MeshFixture mesh) => Assert.Single(mesh.Mesh.GetClusters()).CircuitBreaker;

    /// <summary>Like that of a connection that is cut.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => ValueTask.FromException<int>(new HttpIOException(HttpRequestError.ResponseEnded, "The script cuts the connection."));

        public override int Read(Span<byte> buffer) => throw new HttpIOException(HttpRequestError.ResponseEnded, "The script cuts the connection.");
    }

    private static string Rules(string? breaker, string endpoints, string rule = """ "retries": { "attempts": 0 }, """) => $$"""
        { "Seed": 1,
          "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ],
            "Endpoints": [ {{string.Join(", ", endpoints.Split(',').Select(address => $$"""{ "Address": "{{address}}" }"""))}} ] } },
          "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} "route": [ { "destination": { "host": "reviews" } } ] } ] } },
          "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "simple": "ROUND_ROBIN" } }
            {{(breaker is null ? "" : $$""", "x-mesh": { "trafficPolicy": { "circuitBreaker": { {{breaker}} } } }""")}} } } }
        """;

    private static async Task CallAsync(MeshFixture mesh, int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            using var response = await mesh.GetAsync();
        }
    }

    private static async Task IgnoreAsync(Task<HttpResponseMessage> call)
    {
        try
        {
            using var response = await call;
        }
        catch (MeshRequestException)
        {
            // No connection.
        }
    }

    private static async Task GiveUpAsync(MeshFixture mesh)
    {
        using var patience = new CancellationTokenSource();
        var call = mesh.Client.GetAsync("http://reviews:9080/", patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private static Task<string> TextOf(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
