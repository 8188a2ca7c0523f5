using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>Envoy's headers by which a request says how it is to be sent.</summary>
public sealed class EnvoyRequestHeaderTests
{
    private const string RetryOn = "x-envoy-retry-on";
    private const string MaxRetries = "x-envoy-max-retries";
    private const string Timeout = "x-envoy-upstream-rq-timeout-ms";
    private const string PerTry = "x-envoy-upstream-rq-per-try-timeout-ms";
    private const string StreamDuration = "x-envoy-upstream-stream-duration-ms";
    private const string HedgeOnPerTry = "x-envoy-hedge-on-per-try-timeout";
    private const string AttemptCount = "x-envoy-attempt-count";

    [Theory]
    [InlineData("", 500, 2, RetryOn, "5xx")]
    [InlineData("", 500, 1)]
    [InlineData("", 500, 3, RetryOn, "5xx", MaxRetries, "2")]
    [InlineData("", 500, 1, MaxRetries, "5")]
    [InlineData("", 500, 1, RetryOn, "5xx", MaxRetries, "0")]
    [InlineData("", 500, 1, RetryOn, "gateway-error")]
    [InlineData("\"retryOn\": \"409\"", 500, 4, RetryOn, "retriable-4xx, 5xx")]
    [InlineData("\"retryOn\": \"409\"", 409, 4, RetryOn, "5xx")]
    [InlineData("\"retryOn\": \"5xx\"", 500, 6, MaxRetries, "5")]
    [InlineData("\"retryOn\": \"5xx\"", 500, 1, MaxRetries, "0")]
    [InlineData("", 418, 2, RetryOn, "retriable-status-codes", "x-envoy-retriable-status-codes", "418,420")]
    [InlineData("", 418, 1, "x-envoy-retriable-status-codes", "418")]
    [InlineData("\"retryOn\": \"503\"", 418, 4, "x-envoy-retriable-status-codes", "418")]
    [InlineData("", 200, 2, RetryOn, "retriable-headers", "x-envoy-retriable-header-names", "x-other, x-again")]
    [InlineData("", 200, 1, RetryOn, "retriable-headers", "x-envoy-retriable-header-names", "x-other")]
    [InlineData("\"retryOn\": \"retriable-headers\"", 200, 4, "x-envoy-retriable-header-names", "x-again")]
    public async Task Retries_are_those_of_rule_and_headers_together(string retryOn, int status, int attempts, params string[] headers)
    {
        using var mesh = Mesh(retryOn.Length == 0 ? """ "retries": { "attempts": 0 }, """ : $$""" "retries": { "attempts": 3, {{retryOn}} }, """);
        Script(mesh, TransportStep.Status(status, "", ("x-again", "please")));

        // What a rule or its caller lists is repeated for every method.
        using var request = Request(HttpMethod.Post, headers);
        using var response = await SendAsync(mesh, request);
        Assert.Equal(attempts, mesh.Transport.Requests.Count);
    }

    [Theory]
    [InlineData("x-envoy-retry-grpc-on", "unavailable", 2)]
    [InlineData("x-envoy-retry-grpc-on", "cancelled", 1)]
    [InlineData(RetryOn, "unavailable", 1)]
    public async Task Conditions_of_gRPC_have_a_header_of_their_own(string header, string value, int attempts)
    {
        using var mesh = Mesh(""" "retries": { "attempts": 0 }, """);
        Script(mesh, TransportStep.Answer(request =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Version = HttpVersion.Version20, Content = new ByteArrayContent([]) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
            response.Headers.TryAddWithoutValidation("grpc-status", "14");
            return response;
        }));

        using var request = Request(HttpMethod.Post, header, value);
        using var response = await SendAsync(mesh, request);
        Assert.Equal(attempts, mesh.Transport.Requests.Count);
    }

    [Theory]
    [InlineData("POST", "reset", 1)]
    [InlineData("POST", "5xx", 3)]
    [InlineData("GET", "reset", 3)]
    public async Task Default_conditions_stay_bound_to_idempotent_methods_beside_those_of_a_header(string method, string outcome, int attempts)
    {
        using var mesh = Mesh("");
        Script(mesh, outcome == "reset" ? TransportStep.Reset() : TransportStep.Status(500));

        using var request = Request(new HttpMethod(method), RetryOn, "retriable-4xx,gateway-error".Replace("gateway-error", outcome == "reset" ? "envoy-ratelimited" : "5xx", StringComparison.Ordinal));
        try
        {
            using var response = await SendAsync(mesh, request);
        }
        catch (MeshRequestException)
        {
            // Counted all the same.
        }

        Assert.Equal(attempts, mesh.Transport.Requests.Count);
    }

    [Theory]
    [InlineData("\"timeout\": \"30s\",", 700, 504, Timeout, "700")]
    [InlineData("\"timeout\": \"2s\",", 5000, 200, Timeout, "0")]
    [InlineData("", 700, 504, Timeout, "700")]
    [InlineData("", 700, 204, Timeout, "700", "x-envoy-upstream-rq-timeout-alt-response", "1")]
    [InlineData("", 250, 504, PerTry, "250")]
    [InlineData("\"timeout\": \"2s\",", 2000, 504, PerTry, "2000")]
    [InlineData("\"timeout\": \"2s\",", 2000, 504, PerTry, "3000")]
    [InlineData("", 700, 504, Timeout, "700", PerTry, "900")]
    [InlineData("", 250, 204, PerTry, "250", "x-envoy-upstream-rq-timeout-alt-response", "no matter what")]
    [InlineData("\"timeout\": \"30s\",", 900, 504, StreamDuration, "900")]
    [InlineData("", 900, 504, StreamDuration, "900")]
    [InlineData("", 700, 504, StreamDuration, "900", Timeout, "700")]
    [InlineData("", 900, 504, StreamDuration, "900", Timeout, "0")]
    [InlineData("", 5000, 200, StreamDuration, "0")]
    public async Task Times_are_those_of_the_headers(string rule, int elapsed, int status, params string[] headers)
    {
        using var mesh = Mesh($$""" {{rule}} "retries": { "attempts": 0 }, """);
        Script(mesh, TransportStep.Status(200).After(TimeSpan.FromSeconds(5)));

        using var request = Request(HttpMethod.Get, headers);
        using var response = await SendAsync(mesh, request);
        Assert.Equal((status, TimeSpan.FromMilliseconds(elapsed)), ((int)response.StatusCode, mesh.Clock.Elapsed));
        Assert.Single(mesh.Transport.Requests);
    }

    [Theory]
    [InlineData("true", 2, 400, 200)]
    [InlineData("false", 2, 300, 202)]
    public async Task Attempt_that_is_late_goes_on_beside_the_next_where_that_is_asked_for(string asked, int requests, int elapsed, int status)
    {
        using var mesh = Hedged(new HedgingAct(400), new HedgingAct(asked == "true" ? 1000 : 50, 202));
        using var request = Request(HttpMethod.Get, HedgeOnPerTry, asked, PerTry, "250", RetryOn, "reset", "x-envoy-max-retries", "1");
        using var response = await mesh.AnswerAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((status, requests), ((int)response.StatusCode, mesh.Transport.Requests.Count));
        Assert.InRange(mesh.Clock.Elapsed.TotalMilliseconds, elapsed, elapsed + 25);
        Assert.True(mesh.Transport.Requests[asked == "true" ? 1 : 0].IsCancelled);
    }

    [Fact]
    public async Task Copies_of_late_attempts_are_as_many_as_retries_and_the_last_is_not_given_up()
    {
        using var mesh = Hedged(HedgingAct.Never, HedgingAct.Never, new HedgingAct(900, 202));
        using var request = Request(HttpMethod.Get, HedgeOnPerTry, "true", PerTry, "100", RetryOn, "reset", "x-envoy-max-retries", "2");
        using var response = await mesh.AnswerAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((202, 3, TimeSpan.FromMilliseconds(1100)), ((int)response.StatusCode, mesh.Transport.Requests.Count, mesh.Clock.Elapsed));
    }

    [Fact]
    public async Task Headers_go_no_further_and_are_back_on_the_message_at_the_end()
    {
        using var mesh = Mesh("");
        string[] headers =
        [
            RetryOn, "5xx", "x-envoy-retry-grpc-on", "unavailable", MaxRetries, "1", "x-envoy-retriable-status-codes", "418", "x-envoy-retriable-header-names", "x-again",
            Timeout, "7000", PerTry, "800", "x-envoy-upstream-rq-timeout-alt-response", "1", HedgeOnPerTry, "false", StreamDuration, "9000",
        ];
        using var request = Request(HttpMethod.Get, [.. headers, "x-envoy-original-path", "/kept"]);
        var before = request.Headers.ToString();
        using var response = await SendAsync(mesh, request);

        var sent = Assert.Single(mesh.Transport.Requests).Headers;
        Assert.All(headers.Where((_, index) => index % 2 == 0), name => Assert.DoesNotContain(name, sent.Keys));
        Assert.Contains("x-envoy-original-path", sent.Keys);
        Assert.Equal(Lines(before), Lines(request.Headers.ToString()));
        Assert.Empty(mesh.Logs.Complaints);
    }

    [Fact]
    public async Task Headers_pass_untouched_by_default()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Script(mesh, TransportStep.Status(500));
        using var request = Request(HttpMethod.Get, RetryOn, "5xx", Timeout, "nonsense");
        using var response = await SendAsync(mesh, request);

        var sent = Assert.Single(mesh.Transport.Requests).Headers;
        Assert.Equal(("5xx", "nonsense"), (sent[RetryOn], sent[Timeout]));
        Assert.DoesNotContain(AttemptCount, sent.Keys);
        Assert.Empty(mesh.Logs.Complaints);
    }

    [Fact]
    public async Task What_is_asked_in_code_goes_first()
    {
        using var mesh = Mesh("");
        Script(mesh, TransportStep.Status(500).After(TimeSpan.FromSeconds(1)));
        using var request = Request(HttpMethod.Get, RetryOn, "5xx", MaxRetries, "5", Timeout, "300");
        request.SetMesh(new MeshCallOptions { DisableRetries = true, Timeout = TimeSpan.FromSeconds(3) });
        using var response = await SendAsync(mesh, request);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain(RetryOn, Assert.Single(mesh.Transport.Requests).Headers.Keys);
    }

    [Theory]
    [InlineData(RetryOn, "5xx,nosuch", "'nosuch'")]
    [InlineData(RetryOn, "503", "'503'")]
    [InlineData("x-envoy-retry-grpc-on", "5xx", "'5xx'")]
    [InlineData(MaxRetries, "many", "'many'")]
    [InlineData(MaxRetries, "-1", "'-1'")]
    [InlineData(MaxRetries, "1001", "'1001'")]
    [InlineData("x-envoy-retriable-status-codes", "500,99", "'99'")]
    [InlineData("x-envoy-retriable-header-names", "a b", "'a b'")]
    [InlineData(Timeout, "1s", "'1s'")]
    [InlineData(Timeout, "99999999999999999999", "'99999999999999999999'")]
    [InlineData(PerTry, "0", "'0'")]
    [InlineData(HedgeOnPerTry, "maybe", "'maybe'")]
    [InlineData(StreamDuration, "-1", "'-1'")]
    public async Task Bad_value_is_ignored_and_told_once_for_the_client(string header, string value, string quoted)
    {
        using var mesh = Mesh("");
        for (var i = 0; i < 3; i++)
        {
            using var request = Request(HttpMethod.Get, header, value);
            using var response = await SendAsync(mesh, request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var complaint = Assert.Single(mesh.Logs.Complaints);
        Assert.Equal(6005, complaint.Id.Id);
        Assert.Contains($"client 'CreateHandler' to reviews.default.svc.cluster.local has {header}: {quoted}", complaint.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(mesh.Transport.Requests, sent => sent.Headers.ContainsKey(header));
    }

    [Fact]
    public async Task Long_bad_value_is_cut_in_the_log()
    {
        using var mesh = Mesh("");
        using var request = Request(HttpMethod.Get, Timeout, new string('9', 5000));
        using var response = await SendAsync(mesh, request);
        Assert.True(Assert.Single(mesh.Logs.Complaints).Message.Length < 1000);
    }

    [Fact]
    public async Task Attempts_say_which_one_they_are_from_the_second_on_and_the_message_is_as_it_was()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        Script(mesh, TransportStep.Reset());
        using var request = Request(HttpMethod.Get, AttemptCount, "own");
        await Assert.ThrowsAsync<MeshRequestException>(() => SendAsync(mesh, request));

        Assert.Equal(["own", "2", "3"], mesh.Transport.Requests.Select(sent => sent.Headers.GetValueOrDefault(AttemptCount)));
        Assert.Equal(["own"], request.Headers.GetValues(AttemptCount));
    }

    [Fact]
    public async Task First_attempt_says_so_too_where_headers_are_honoured()
    {
        using var mesh = Mesh("");
        using var request = Request(HttpMethod.Get);
        using var response = await SendAsync(mesh, request);

        Assert.Equal("1", Assert.Single(mesh.Transport.Requests).Headers[AttemptCount]);
        Assert.False(request.Headers.Contains(AttemptCount));
    }

    [Fact]
    public async Task Hosts_outside_the_mesh_hear_nothing_of_attempts()
    {
        using var mesh = new MeshFixture("""
            "x-mesh": { "envoyRequestHeaders": true },
            "ServiceEntries": { "api": { "hosts": [ "api.example.com" ], "location": "MESH_EXTERNAL", "resolution": "STATIC",
              "ports": [ { "number": 80, "name": "http", "protocol": "HTTP" } ], "endpoints": [ { "address": "10.0.0.1" }, { "address": "10.0.0.2" } ] } }
            """);
        Script(mesh, TransportStep.Reset());
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://api.example.com/")));
        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.DoesNotContain(mesh.Transport.Requests, sent => sent.Headers.ContainsKey(AttemptCount));
    }

    [Fact]
    public async Task Explain_shows_what_the_headers_make_of_the_rule()
    {
        using var mesh = Mesh(""" "timeout": "3s", """);
        using var response = await mesh.GetAsync();
        using var request = Request(HttpMethod.Get, RetryOn, "5xx", MaxRetries, "4", Timeout, "500");
        var settings = mesh.Mesh.Explain(request).Settings.ToDictionary(setting => setting.Field, setting => setting.Value);

        Assert.Equal(("0.5s", "4"), (settings["timeout"], settings["retries.attempts"]));
        Assert.EndsWith(",5xx", settings["retries.retryOn"], StringComparison.Ordinal);
        Assert.True(request.Headers.Contains(RetryOn));
    }

    private static MeshFixture Mesh(string rule) => new($$"""
        "x-mesh": { "envoyRequestHeaders": true }, {{MeshFixture.TwoEndpoints}},
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{rule}} "route": [ { "destination": { "host": "reviews" } } ] } ] } }
        """);

    private static HedgingFixture Hedged(params HedgingAct[] acts) => new(""" "delay": "10s" """, xMeshOfSection: """ "x-mesh": { "envoyRequestHeaders": true }, """, acts: acts);

    private static void Script(MeshFixture mesh, TransportStep step)
    {
        mesh.Transport["10.0.0.1:80"].Always(step);
        mesh.Transport["10.0.0.2:80"].Always(step);
    }

    private static HttpRequestMessage Request(HttpMethod method, params string[] headers)
    {
        var request = new HttpRequestMessage(method, "http://reviews:9080/");
        for (var i = 0; i < headers.Length; i += 2)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(headers[i], headers[i + 1]));
        }

        return request;
    }

    private static Task<HttpResponseMessage> SendAsync(MeshFixture mesh, HttpRequestMessage request)
        => mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));

    private static IEnumerable<string> Lines(string headers) => headers.Split('\n').Order(StringComparer.Ordinal);
}
