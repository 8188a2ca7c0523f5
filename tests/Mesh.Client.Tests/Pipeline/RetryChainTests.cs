using System.Diagnostics;
using Mesh.Client.Telemetry;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>What a retry tells its server, and what is not repeated while such a request is handled.</summary>
public sealed class RetryChainTests
{
    private const string Retrying = """ "retries": { "attempts": 3, "retryOn": "5xx" }, """;

    private static readonly IncomingContext Repeated = new() { IsRetry = true, Baggage = "tenant=7,mesh.retry=1" };

    private static MeshFixture Failing(string settings = "") => Failing(new MeshFixture($$"""
        {{settings}} {{MeshFixture.TwoEndpoints}},
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{Retrying}} "route": [ { "destination": { "host": "reviews" } } ] } ] } }
        """));

    private static MeshFixture Failing(MeshFixture mesh)
    {
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Status(500));
        return mesh;
    }

    private static IEnumerable<string?> Baggage(MeshFixture mesh) => mesh.Transport.Requests.Select(request => request.Headers.GetValueOrDefault("baggage"));

    [Fact]
    public async Task Attempts_after_the_first_say_that_they_are_retries_and_later_calls_do_not()
    {
        using var mesh = Failing();
        using var first = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        using var second = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        string?[] call = [null, "mesh.retry=1", "mesh.retry=1", "mesh.retry=1"];
        Assert.Equal([.. call, .. call], Baggage(mesh));
        Assert.False(first.RequestMessage!.Headers.Contains("baggage"));
        Assert.False(first.RequestMessage!.Headers.Contains("traceparent"));
    }

    [Fact]
    public async Task Mark_stands_beside_what_the_application_wrote_and_goes_with_the_call()
    {
        using var mesh = Failing();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/")
        {
            Headers = { { "baggage", "cart=5" }, { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } },
        };
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.Client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal(["cart=5", "mesh.retry=1,cart=5"], Baggage(mesh).Take(2));
        Assert.Single(mesh.Transport.Requests.Select(sent => sent.Headers["traceparent"]).Distinct());
        Assert.Equal(["cart=5"], request.Headers.GetValues("baggage"));
    }

    [Fact]
    public async Task Mark_stands_behind_who_this_process_is_and_before_the_baggage_of_the_activity()
    {
        using var mesh = Failing(""" "Workload": { "Name": "web" }, """);
        using var activity = new Activity("work").AddBaggage("tenant", "7").Start();
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        var sent = Baggage(mesh).ToList();
        Assert.EndsWith(",tenant=7", sent[0], StringComparison.Ordinal);
        Assert.Equal(sent[0]!.Replace(",tenant=7", ",mesh.retry=1,tenant=7", StringComparison.Ordinal), sent[1]);
        Assert.StartsWith("k8s.namespace.name=", sent[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_outside_the_mesh_is_told_nothing()
    {
        using var mesh = Failing(new MeshFixture($$"""
            "Services": { "reviews": { "External": true, "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{Retrying}} "route": [ { "destination": { "host": "reviews" } } ] } ] } }
            """));
        using var scope = IncomingContext.Begin(new IncomingContext { Baggage = "tenant=7" }, this);
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://reviews/"));

        Assert.Equal([null, null, null, null], Baggage(mesh));
    }

    [Fact]
    public async Task Call_made_for_a_retry_is_not_repeated_and_hands_the_mark_on()
    {
        using var mesh = Failing();
        using var metrics = new MeterCapture(scope: mesh.Meters);
        using var scope = IncomingContext.Begin(Repeated, this);
        var result = await MeshFixture.ResultAsync(mesh.GetAsync());

        Assert.Equal((MeshResponseFlags.None, MeshRetryStopReason.Chain, 1), (result.Flags, result.RetryStop, result.Attempts));
        Assert.Equal(["mesh.retry=1,tenant=7"], Baggage(mesh));
        Assert.Equal("chain", Assert.Single(metrics.Entries, entry => entry.Instrument == "mesh.client.retries.stopped").Tags["mesh.retry.stop_reason"]);
    }

    [Fact]
    public async Task Call_made_for_a_retry_is_repeated_where_it_was_not_sent()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.ConnectFailure());
        mesh.Transport["10.0.0.2:80"].Then(TransportStep.ConnectFailure());
        using var scope = IncomingContext.Begin(Repeated, this);
        var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));

        Assert.Equal((MeshResponseFlags.None, 3), (result.Flags, result.Attempts));
    }

    [Fact]
    public async Task Failure_of_a_call_made_for_a_retry_says_why_it_was_not_repeated()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Reset());
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Reset());
        using var scope = IncomingContext.Begin(Repeated, this);
        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => mesh.GetAsync());

        Assert.Equal((MeshResponseFlags.UpstreamConnectionTermination, MeshRetryStopReason.Chain), (failure.Result.Flags, failure.Result.RetryStop));
        Assert.EndsWith("Not sent again: the request during which it is made is itself a retry.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_made_for_retries_grant_nothing_to_the_budget()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using (IncomingContext.Begin(Repeated, this))
        {
            for (var call = 0; call < 100; call++)
            {
                using var response = await mesh.GetAsync();
            }
        }

        Assert.Equal(10, Assert.Single(mesh.Mesh.GetClusters()).RetryBudget!.AvailableRetries);
        for (var call = 0; call < 100; call++)
        {
            using var response = await mesh.GetAsync();
        }

        Assert.Equal(20, Assert.Single(mesh.Mesh.GetClusters()).RetryBudget!.AvailableRetries);
    }

    [Fact]
    public async Task Switched_off_nothing_is_marked_or_stopped_and_a_mark_still_goes_on()
    {
        using var mesh = Failing(""" "x-mesh": { "stopRetryChain": false }, """);
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        Assert.Equal([null, null, null, null], Baggage(mesh));

        using var scope = IncomingContext.Begin(Repeated, this);
        var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));

        Assert.Equal((MeshResponseFlags.UpstreamRetryLimitExceeded, 4), (result.Flags, result.Attempts));
        Assert.Equal(Enumerable.Repeat("mesh.retry=1,tenant=7", 4), Baggage(mesh).Skip(4));
    }

    [Fact]
    public async Task Activity_that_outlived_a_retry_does_not_mark_calls()
    {
        using var mesh = new MeshFixture(MeshFixture.TwoEndpoints);
        using var activity = new Activity("background").AddBaggage("mesh.retry", "1").AddBaggage("tenant", "7").Start();
        using var response = await mesh.GetAsync();

        Assert.Equal(["tenant=7"], Baggage(mesh));
    }

    [Fact]
    public async Task Copy_for_a_mirror_is_no_retry()
    {
        using var mesh = new MeshFixture($$"""
            "Services": { "reviews": { "Endpoints": [ { "Address": "10.0.0.1:80" } ] }, "shadow": { "Endpoints": [ { "Address": "10.0.0.9:80" } ] } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { {{Retrying}} "route": [ { "destination": { "host": "reviews" } } ],
              "mirrors": [ { "destination": { "host": "shadow" } } ] } ] } }
            """);
        mesh.Transport["10.0.0.1:80"].Then(TransportStep.Status(500));
        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync("http://reviews/"));
        await Eventually.TrueAsync(() => mesh.Transport.Counts.ContainsKey("10.0.0.9:80"));

        Assert.Equal([null, "mesh.retry=1", null], Baggage(mesh));
    }
}
