using System.Net;
using Mesh.Client.Resilience;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>The time that is left, as calls tell it and as they get it from an incoming request.</summary>
public sealed class DeadlineTests
{
    private const string Uri = "http://reviews:9080/";

    [Fact]
    public async Task Attempt_tells_the_time_that_the_call_has_and_the_message_is_as_before()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "10s", """);
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri);

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("10000", Told(mesh));
        Assert.False(request.Headers.Contains(DeadlineHeaders.Expected));
    }

    [Fact]
    public async Task Attempt_without_a_limit_tells_nothing()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);

        using var response = await mesh.GetAsync();

        Assert.Null(Told(mesh));
    }

    [Fact]
    public async Task Each_attempt_tells_the_shorter_of_its_own_time_and_what_is_left_of_the_call()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "5s", "retries": { "attempts": 3, "perTryTimeout": "2s", "retryOn": "5xx", "backoff": "1ms" }, """);
        foreach (var authority in (string[])["10.0.0.1:80", "10.0.0.2:80"])
        {
            mesh.Transport[authority].Always(TransportStep.Answer(_ =>
            {
                mesh.Clock.Advance(TimeSpan.FromSeconds(1.5));
                return new(HttpStatusCode.InternalServerError);
            }));
        }

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync(), TimeSpan.FromMilliseconds(0.5));

        var told = mesh.Transport.Requests.Select(request => int.Parse(request.Headers[DeadlineHeaders.Expected], null)).ToList();
        Assert.Equal([2000, 2000], told.Take(2));
        Assert.InRange(told[2], 1900, 2000);
        Assert.InRange(told[3], 1, 500);
    }

    [Fact]
    public async Task Time_for_the_headers_alone_is_not_told()
    {
        using var mesh = Resilience.TimeoutTests.WithRoute(""" "headersTimeout": "5s", "idleTimeout": "5s" """);

        using var response = await mesh.GetAsync();

        Assert.Null(Told(mesh));
    }

    [Theory]
    [InlineData("3000", "3000")]
    [InlineData("30000", "10000")]
    [InlineData("soon", "soon")]
    public async Task Word_of_the_caller_holds_where_it_is_shorter_and_stands_on_the_message_again(string own, string told)
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "10s", """);
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri);
        request.Headers.TryAddWithoutValidation(DeadlineHeaders.Expected, own);

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(told, Told(mesh));
        Assert.Equal([own], request.Headers.GetValues(DeadlineHeaders.Expected));
    }

    [Theory]
    [InlineData(null, "10000000u")]
    [InlineData("1S", "1000000u")]
    [InlineData("1H", "10000000u")]
    public async Task Call_of_gRPC_tells_it_as_gRPC_does(string? own, string told)
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "10s", """);
        using var request = Grpc(own);

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(told, Told(mesh, DeadlineHeaders.Grpc));
        Assert.Null(Told(mesh));
        Assert.Equal(own, request.Headers.TryGetValues(DeadlineHeaders.Grpc, out var values) ? values.Single() : null);
    }

    [Fact]
    public async Task Time_passes_from_the_word_of_the_caller_too()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 1, "retryOn": "5xx", "backoff": "1ms" }, """);
        var isFirst = true;
        foreach (var authority in (string[])["10.0.0.1:80", "10.0.0.2:80"])
        {
            mesh.Transport[authority].Always(TransportStep.Answer(_ =>
            {
                mesh.Clock.Advance(TimeSpan.FromSeconds(1));
                var status = isFirst ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;
                isFirst = false;
                return new(status);
            }));
        }

        using var request = Grpc("3S");
        using var response = await mesh.AdvanceUntilDoneAsync(
            mesh.Client.SendAsync(request, TestContext.Current.CancellationToken), TimeSpan.FromMilliseconds(0.5));

        Assert.Equal("3S", mesh.Transport.Requests[0].Headers[DeadlineHeaders.Grpc]);
        Assert.True(GrpcTimeout.TryParse(mesh.Transport.Requests[1].Headers[DeadlineHeaders.Grpc], out var second));
        Assert.InRange(second, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(""" "x-mesh": { "deadlines": false }, """, "")]
    [InlineData("", """, "External": true """)]
    public async Task Nothing_is_told_where_it_is_switched_off_or_to_a_host_outside(string mesh, string service)
    {
        using var fixture = new MeshFixture($$"""
            {{mesh}} "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] {{service}} } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "timeout": "10s", "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """);

        using var response = await fixture.GetAsync("http://reviews/");

        Assert.Null(Told(fixture));
    }

    [Fact]
    public async Task Mirror_is_told_nothing()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "10s", "mirror": { "host": "reviews" }, """);

        using var response = await mesh.GetAsync();
        await Eventually.TrueAsync(() => mesh.Transport.Requests.Count == 2);

        Assert.Equal("10000", Told(mesh));
        Assert.False(mesh.Transport.Requests[1].Headers.ContainsKey(DeadlineHeaders.Expected));
    }

    [Fact]
    public async Task Header_that_the_rule_changes_is_given_back_as_the_caller_wrote_it()
    {
        using var mesh = MeshFixture.WithRule($$$""" "timeout": "10s", "headers": { "request": { "set": { "{{{DeadlineHeaders.Expected}}}": "7000" } } }, """);
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri);
        request.Headers.TryAddWithoutValidation(DeadlineHeaders.Expected, "3000");

        using var response = await mesh.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("7000", Told(mesh));
        Assert.Equal(["3000"], request.Headers.GetValues(DeadlineHeaders.Expected));
    }

    [Fact]
    public async Task Call_for_a_request_gets_what_is_left_of_its_time_less_a_margin()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));
        mesh.Clock.Advance(TimeSpan.FromMilliseconds(300));

        using var response = await mesh.GetAsync();

        Assert.Equal("690", Told(mesh));
    }

    [Theory]
    [InlineData("2s", "2000")]
    [InlineData("20s", "9990")]
    public async Task Shorter_one_of_the_rule_and_the_request_holds(string timeout, string told)
    {
        using var mesh = MeshFixture.WithRule($$""" "timeout": "{{timeout}}", """);
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(10));

        using var response = await mesh.GetAsync();

        Assert.Equal(told, Told(mesh));
    }

    [Fact]
    public async Task Call_that_outlasts_the_request_is_answered_504_and_nobody_is_blamed()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } } } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Hang());
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://reviews/"));

        await AssertOverAsync(response, attempts: 1);
        Assert.Equal(TimeSpan.FromSeconds(0.99), mesh.Clock.Elapsed);
        Assert.All(mesh.Mesh.GetClusters().SelectMany(cluster => cluster.Endpoints), endpoint => Assert.False(endpoint.IsEjected));
    }

    [Fact]
    public async Task Call_for_which_nothing_is_left_is_not_sent()
    {
        using var mesh = MeshFixture.WithRule(""" "fault": { "delay": { "fixedDelay": "7s", "percentage": { "value": 100 } } }, """);
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));

        using var response = await Eventually.EndsAsync(mesh.GetAsync());

        await AssertOverAsync(response, attempts: 0);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Injected_delay_stands_outside_timeout_and_deadline_and_leaves_nothing_to_send()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "0.5s", "fault": { "delay": { "fixedDelay": "7s", "percentage": { "value": 100 } } }, """);
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        await AssertOverAsync(response, attempts: 0, MeshResponseFlags.DelayInjected);
        Assert.Equal(TimeSpan.FromSeconds(7), mesh.Clock.Elapsed);
        Assert.Empty(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Body_that_outlasts_the_request_is_cut_and_nobody_is_blamed()
    {
        using var mesh = new MeshFixture("""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } } } }
            """);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(new HeldStream()) }));
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));
        using var response = await mesh.Client.GetAsync("http://reviews/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        var reading = response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        mesh.Clock.Advance(TimeSpan.FromSeconds(0.99));

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => Eventually.EndsAsync(reading));
        Assert.Equal(MeshResponseFlags.UpstreamRequestTimeout, failure.Result.Flags);
        Assert.Contains("the deadline of the incoming request was over", failure.Message, StringComparison.Ordinal);
        Assert.All(mesh.Mesh.GetClusters().SelectMany(cluster => cluster.Endpoints), endpoint => Assert.False(endpoint.IsEjected));
    }

    [Fact]
    public async Task Time_of_the_rule_that_ends_first_is_told_as_its_own()
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "0.5s", """);
        foreach (var authority in (string[])["10.0.0.1:80", "10.0.0.2:80"])
        {
            mesh.Transport[authority].Always(TransportStep.Hang());
        }

        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.DoesNotContain("incoming request", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(0.5), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Switched_off_the_time_of_the_request_is_none_of_the_call()
    {
        using var mesh = new MeshFixture(""" "x-mesh": { "deadlines": false }, """ + MeshFixture.TwoEndpoints);
        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));
        mesh.Clock.Advance(TimeSpan.FromSeconds(2));

        using var response = await mesh.GetAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Retry_whose_wait_outlasts_the_request_is_not_waited_for()
    {
        using var mesh = MeshFixture.WithRule(""" "retries": { "attempts": 3, "retryOn": "5xx", "backoff": "1000s" }, """);
        foreach (var authority in (string[])["10.0.0.1:80", "10.0.0.2:80"])
        {
            mesh.Transport[authority].Always(TransportStep.Status(500));
        }

        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));

        using var response = await Eventually.EndsAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Single(mesh.Transport.Requests);
    }

    [Fact]
    public async Task Synchronous_call_gets_what_is_left_too()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        foreach (var authority in (string[])["10.0.0.1:80", "10.0.0.2:80"])
        {
            mesh.Transport[authority].Always(TransportStep.Hang());
        }

        using var scope = Incoming(mesh, TimeSpan.FromSeconds(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, Uri);

        using var response = await mesh.AdvanceUntilDoneAsync(Task.Run(() => mesh.Client.Send(request, TestContext.Current.CancellationToken)));

        await AssertOverAsync(response, attempts: 1);
    }

    [Theory]
    [InlineData(100, 95)]
    [InlineData(1_000, 990)]
    [InlineData(100_000, 99_990)]
    public void Margin_is_a_twentieth_and_at_most_ten_milliseconds(int milliseconds, int left)
        => Assert.Equal(TimeSpan.FromMilliseconds(left), new IncomingDeadline(TimeSpan.FromMilliseconds(milliseconds), new TestClock()).Left);

    private static IncomingContext.Scope Incoming(MeshFixture mesh, TimeSpan time)
        => IncomingContext.Begin(new IncomingContext { Deadline = new IncomingDeadline(time, mesh.Clock) }, mesh);

    private static HttpRequestMessage Grpc(string? own)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Uri) { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        if (own is not null)
        {
            request.Headers.TryAddWithoutValidation(DeadlineHeaders.Grpc, own);
        }

        return request;
    }

    private static string? Told(MeshFixture mesh, string header = DeadlineHeaders.Expected) => mesh.Transport.Requests[0].Headers.GetValueOrDefault(header);

    private static async Task AssertOverAsync(HttpResponseMessage response, int attempts, MeshResponseFlags others = MeshResponseFlags.None)
    {
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.StartsWith(
            "upstream request timeout: the deadline of the incoming request is over: ",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamRequestTimeout | others, attempts), (result.Flags, result.Attempts));
    }
}
