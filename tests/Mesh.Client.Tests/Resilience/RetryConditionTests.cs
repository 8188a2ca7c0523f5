using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Resilience;

/// <summary>Every word of <c>retryOn</c> against everything that can come of an attempt, through the whole pipeline.</summary>
public sealed class RetryConditionTests
{
    private const string NoAnswer = "connect reset refused perTry";
    private const string Grpc = "grpc1 grpc4 grpc8 grpc13 grpc14";

    private static readonly string[] Outcomes =
        [.. "200 400 404 409 425 429 500 501 502 503 504 limited overloaded marked trailing protocol".Split(' '), .. NoAnswer.Split(' '), .. Grpc.Split(' ')];

    /// <summary>The word, and the outcomes that it repeats.</summary>
    public static TheoryData<string, string> Conditions { get; } = new()
    {
        { "5xx", $"500 501 502 503 504 overloaded marked {NoAnswer}" },
        { "gateway-error", $"502 503 504 overloaded {NoAnswer}" },
        { "reset", NoAnswer },
        { "reset-before-request", "connect refused" },
        { "connect-failure", "connect" },
        { "envoy-ratelimited", "limited" },
        { "retriable-4xx", "409" },
        { "refused-stream", "refused" },
        { "retriable-status-codes", "" },
        { "retriable-status-codes,404,501", "404 501" },
        { "425", "425" },
        { "503", "503 overloaded" },
        { "retriable-headers", "" },
        { "http3-post-connect-failure", "" },
        { "cancelled", "grpc1" },
        { "deadline-exceeded", "grpc4" },
        { "resource-exhausted", "grpc8" },
        { "internal", "grpc13" },
        { "unavailable", "grpc14" },
        { "unavailable,retriable-4xx,connect-failure", "409 connect grpc14" },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task RetryOn_repeats_exactly_the_outcomes_of_its_conditions(string retryOn, string repeated)
    {
        var found = new List<string>();
        foreach (var outcome in Outcomes)
        {
            if (await AttemptsAsync(retryOn, outcome) == 2)
            {
                found.Add(outcome);
            }
        }

        Assert.Equal(repeated.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), found.Order());
    }

    [Fact]
    public async Task Default_policy_repeats_what_Istio_repeats_and_resets()
    {
        var found = new List<string>();
        foreach (var outcome in Outcomes)
        {
            if (await AttemptsAsync(null, outcome) > 1)
            {
                found.Add(outcome);
            }
        }

        Assert.Equal($"{NoAnswer} grpc1 grpc14".Split(' ').Order(), found.Order());
    }

    [Fact]
    public async Task Rate_limited_answer_of_gRPC_has_status_200_and_is_repeated_only_where_that_is_listed()
    {
        static TransportStep Limited() => GrpcStep(14, ("x-envoy-ratelimited", "true"));

        Assert.Equal(1, await AttemptsAsync("unavailable", Limited));
        Assert.Equal(2, await AttemptsAsync("unavailable,envoy-ratelimited", Limited));
    }

    [Fact]
    public async Task Gotcha_18_status_in_real_trailers_is_not_repeated()
        => Assert.Equal(1, await AttemptsAsync("unavailable", () => TransportStep.Answer(request =>
        {
            var response = GrpcAnswer(request, null);
            response.TrailingHeaders.TryAddWithoutValidation("grpc-status", "14");
            return response;
        })));

    [Fact]
    public async Task Too_early_is_repeated_without_back_off()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 2, "retryOn": "425,500", "backoff": "10s" }, """);
        foreach (var authority in Endpoints)
        {
            mesh.Transport[authority].Always(TransportStep.Status(425));
        }

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal((3, TimeSpan.Zero), (mesh.Transport.Requests.Count, mesh.Clock.Elapsed));
    }

    [Fact]
    public async Task Overflow_of_the_retry_itself_is_answered_at_once()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "connectionPool": {
              "tcp": { "maxConnections": 1 }, "http": { "http1MaxPendingRequests": 1 } } } } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ {
              "retries": { "attempts": 3, "retryOn": "5xx,reset,503,retriable-status-codes", "backoff": "1s" },
              "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Hang());
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Hang());
        var holding = mesh.GetAsync("http://reviews/");
        var waiting = mesh.GetAsync("http://reviews/");

        using var response = await mesh.GetAsync("http://reviews/");
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((503, MeshResponseFlags.UpstreamOverflow, 0, MeshRetryStopReason.None), ((int)response.StatusCode, result.Flags, result.Attempts, result.RetryStop));
        Assert.False(holding.IsCompleted || waiting.IsCompleted);
    }

    [Fact]
    public async Task RetryIgnorePreviousHosts_false_may_pick_the_same_endpoint_again()
    {
        var same = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            using var mesh = new MeshFixture("""
                "Services": { "reviews": { "Ports": [ { "Number": 9080 } ], "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" } ] } },
                "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "loadBalancer": { "simple": "RANDOM" } } } },
                "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "retries": { "attempts": 1, "retryOn": "5xx", "retryIgnorePreviousHosts": false },
                  "route": [ { "destination": { "host": "reviews" } } ] } ] } }
                """, seed);
            foreach (var authority in Endpoints)
            {
                mesh.Transport[authority].Always(TransportStep.Status(500));
            }

            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
            same += mesh.Transport.Counts.Count == 1 ? 1 : 0;
        }

        Assert.InRange(same, 1, 19);
    }

    [Theory]
    [InlineData("\"retryOn\": \"5xx\"", "cart", true)]
    [InlineData("\"retryOn\": \"5xx\", \"retryIgnorePreviousHosts\": true", "cart", false)]
    [InlineData("\"retryOn\": \"5xx\", \"retryIgnorePreviousHosts\": false", "cart", true)]
    [InlineData("\"retryOn\": \"5xx\"", "split", false)]
    public async Task Retry_stays_at_the_endpoint_of_its_hash_where_the_rule_has_one_destination(string retries, string host, bool stays)
    {
        using var mesh = Hashing($$"""
            , "VirtualServices": { "cart": { "hosts": [ "cart" ], "http": [ { "retries": { "attempts": 2, {{retries}} }, "route": [ { "destination": { "host": "cart" } } ] } ] },
              "split": { "hosts": [ "split" ], "http": [ { "retries": { "attempts": 2, {{retries}} }, "route": [
                { "destination": { "host": "cart" }, "weight": 50 }, { "destination": { "host": "split" }, "weight": 50 } ] } ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}:8080/");
        request.Headers.Add("x-user", "user-1");
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal(3, mesh.Transport.Requests.Count);
        Assert.Equal(stays ? 1 : 3, mesh.Transport.Counts.Count);
    }

    [Fact]
    public async Task Retry_of_a_hashed_call_without_a_rule_leaves_its_endpoint()
    {
        using var mesh = Hashing("");
        foreach (var authority in Hosts)
        {
            mesh.Transport[authority].Always(TransportStep.Reset());
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://cart:8080/");
        request.Headers.Add("x-user", "user-1");
        await Assert.ThrowsAsync<MeshRequestException>(() => mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken)));
        Assert.Equal(3, mesh.Transport.Counts.Count);
    }

    private static readonly string[] Endpoints = ["10.0.0.1:80", "10.0.0.2:80"];

    private static readonly string[] Hosts = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"];

    private static MeshFixture Hashing(string rules)
    {
        const string Service = """
            { "Ports": [ { "Number": 8080 } ], "Endpoints": [ { "Address": "10.0.0.1:80" }, { "Address": "10.0.0.2:80" }, { "Address": "10.0.0.3:80" } ] }
            """;
        const string Policy = """{ "loadBalancer": { "consistentHash": { "httpHeaderName": "x-user" } } }""";
        var mesh = new MeshFixture($$"""
            "Services": { "cart": {{Service}}, "split": {{Service}} },
            "DestinationRules": { "cart": { "host": "cart", "trafficPolicy": {{Policy}} }, "split": { "host": "split", "trafficPolicy": {{Policy}} } }{{rules}}
            """);
        foreach (var authority in Hosts)
        {
            mesh.Transport[authority].Always(TransportStep.Status(500));
        }

        return mesh;
    }

    private static Task<int> AttemptsAsync(string? retryOn, string outcome) => AttemptsAsync(retryOn, () => Step(outcome));

    private static async Task<int> AttemptsAsync(string? retryOn, Func<TransportStep> step)
    {
        var retries = retryOn is null ? "" : $$""" "retries": { "attempts": 1, "perTryTimeout": "2s", "retryOn": "{{retryOn}}" }, """;
        using var mesh = MeshFixture.WithRule(retries);
        foreach (var authority in Endpoints)
        {
            mesh.Transport[authority].Always(step());
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/") { Version = HttpVersion.Version20 };
        if (retryOn is null)
        {
            request.SetMesh(new MeshCallOptions { Timeout = TimeSpan.FromMinutes(1) });
        }

        try
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));
        }
        catch (HttpRequestException)
        {
            // Counted all the same.
        }

        return mesh.Transport.Requests.Count;
    }

    private static TransportStep Step(string outcome) => outcome switch
    {
        "limited" => TransportStep.Status(503, "", ("x-envoy-ratelimited", "true")),
        "overloaded" => TransportStep.Status(503, "", ("x-envoy-overloaded", "true")),
        "marked" => TransportStep.Status(500, "", ("x-again", "please")),
        "trailing" => TransportStep.Answer(request =>
        {
            var response = GrpcAnswer(request, null);
            response.TrailingHeaders.TryAddWithoutValidation("grpc-status", "14");
            return response;
        }),
        "protocol" => TransportStep.Throw(() => new HttpRequestException(HttpRequestError.InvalidResponse, "What?")),
        "connect" => TransportStep.ConnectFailure(),
        "reset" => TransportStep.Reset(),
        "refused" => TransportStep.Throw(() => new HttpRequestException(
            HttpRequestError.HttpProtocolError, "Refused.", new HttpProtocolException(0x7, "REFUSED_STREAM", null))),

        // With the default policy there is none: there the connection breaks late.
        "perTry" => TransportStep.Reset().After(TimeSpan.FromSeconds(10)),
        ['g', 'r', 'p', 'c', .. var status] => GrpcStep(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture)),
        _ => TransportStep.Status(int.Parse(outcome, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static TransportStep GrpcStep(int status, params (string Name, string Value)[] headers) => TransportStep.Answer(request =>
    {
        var response = GrpcAnswer(request, status);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    });

    private static HttpResponseMessage GrpcAnswer(HttpRequestMessage request, int? status)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Version = HttpVersion.Version20, Content = new ByteArrayContent([]) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        if (status is { } number)
        {
            response.Headers.TryAddWithoutValidation("grpc-status", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return response;
    }
}
