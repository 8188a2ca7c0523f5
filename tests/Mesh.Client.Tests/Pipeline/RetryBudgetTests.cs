using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Pipeline;

/// <summary>The retry budget of a running mesh.</summary>
public sealed class RetryBudgetTests
{
    private const string Retrying = """ "retries": { "attempts": 3, "retryOn": "5xx" }, """;

    private static MeshFixture Failing(string rule = Retrying)
    {
        var mesh = MeshFixture.WithRule(rule);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500, "broken"));
        mesh.Transport["10.0.0.2:80"].Always(TransportStep.Status(500, "broken"));
        return mesh;
    }

    [Fact]
    public async Task Storm_of_failures_is_repeated_by_a_tenth_and_the_minimum()
    {
        using var mesh = Failing();
        const int Calls = 1000;
        for (var call = 0; call < Calls; call++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
            mesh.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        var seconds = mesh.Clock.Elapsed.TotalSeconds;
        var retries = mesh.Transport.Requests.Count - Calls;
        Assert.True(retries <= (0.1 * Calls) + seconds + 10);
        Assert.True(retries >= 0.1 * Calls);
    }

    [Fact]
    public async Task Exhausted_budget_ends_the_call_with_the_answer_it_has()
    {
        using var mesh = Failing();
        MeshResult result;
        do
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
            Assert.Equal("broken", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.True(response.TryGetMeshResult(out var found));
            result = found;
        }
        while (result.Flags == MeshResponseFlags.UpstreamRetryLimitExceeded);

        Assert.Equal(MeshResponseFlags.RetryBudgetExhausted, result.Flags);
        Assert.Equal(2, result.Attempts);
    }

    [Fact]
    public async Task Failure_says_that_the_budget_had_none_left()
    {
        using var mesh = new MeshFixture(Rules("""{ "x-mesh": { "trafficPolicy": { "retryBudget": { "percent": 0, "minRetriesPerSecond": 0 } } }, """));
        using var metrics = new MeterCapture(scope: mesh.Meters);
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Reset());

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => mesh.GetAsync());

        Assert.Equal(MeshResponseFlags.UpstreamConnectionTermination | MeshResponseFlags.RetryBudgetExhausted, failure.Result.Flags);
        Assert.Equal(MeshRetryStopReason.Budget, failure.Result.RetryStop);
        Assert.Single(mesh.Transport.Requests);
        Assert.Equal("budget", Assert.Single(metrics.Entries, entry => entry.Instrument == "mesh.client.retries.stopped").Tags["mesh.retry.stop_reason"]);
        Assert.DoesNotContain(metrics.Entries, entry => entry.Instrument == "mesh.client.retries");
        Assert.Equal(new MeshRetryBudgetStatus(0, 1), Assert.Single(mesh.Mesh.GetClusters()).RetryBudget);
    }

    [Fact]
    public async Task Budget_that_is_switched_off_refuses_nothing_and_is_not_shown()
    {
        using var mesh = new MeshFixture(Rules("""{ "x-mesh": { "trafficPolicy": { "retryBudget": { "enabled": false } } }, """));
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        for (var call = 0; call < 30; call++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        }

        Assert.Equal(4 * 30, mesh.Transport.Requests.Count);
        Assert.Null(Assert.Single(mesh.Mesh.GetClusters()).RetryBudget);
    }

    [Fact]
    public async Task Budget_of_Istio_bounds_the_retries_under_way()
    {
        using var mesh = new MeshFixture(Rules("""{ "trafficPolicy": { "retryBudget": { "percent": 20, "minRetryConcurrency": 1 } }, """));
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));

        // The first waits to repeat; its retry is the one that may be under way.
        var first = mesh.GetAsync();
        await mesh.Clock.UntilArmedAsync();
        var second = await MeshFixture.ResultAsync(mesh.GetAsync());

        Assert.Equal((MeshResponseFlags.RetryBudgetExhausted, MeshRetryStopReason.Budget, 1), (second.Flags, second.RetryStop, second.Attempts));
        using var last = await mesh.AdvanceUntilDoneAsync(first);
        var status = Assert.Single(mesh.Mesh.GetClusters());
        Assert.Equal(0, status.ConnectionPool!.ActiveRetries);
        Assert.Null(status.RetryBudget);
    }

    [Fact]
    public async Task Budget_of_Istio_is_no_bound_over_time()
    {
        using var mesh = new MeshFixture(Rules("""{ "trafficPolicy": { "retryBudget": {} }, """));
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        for (var call = 0; call < 30; call++)
        {
            using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());
        }

        Assert.Equal(4 * 30, mesh.Transport.Requests.Count);
    }

    [Fact]
    public async Task Refused_by_the_budget_a_retry_is_not_under_way_for_the_limits()
    {
        using var mesh = new MeshFixture(Rules("""
            { "trafficPolicy": { "connectionPool": { "http": { "maxRetries": 1 } } },
              "x-mesh": { "trafficPolicy": { "retryBudget": { "percent": 0, "minRetriesPerSecond": 0.1 } } },
            """));
        mesh.Transport["10.0.0.1:80"].Always(TransportStep.Status(500));
        for (var call = 0; call < 3; call++)
        {
            var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));
            Assert.Equal(MeshResponseFlags.RetryBudgetExhausted, result.Flags);
        }

        Assert.Equal(0, Assert.Single(mesh.Mesh.GetClusters()).ConnectionPool!.ActiveRetries);
        Assert.Equal(4, mesh.Transport.Requests.Count);
    }

    [Fact]
    public async Task Reload_keeps_the_balance()
    {
        using var mesh = Failing();
        while ((await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()))).Flags == MeshResponseFlags.UpstreamRetryLimitExceeded)
        {
        }

        var status = Assert.Single(mesh.Mesh.GetClusters()).RetryBudget;
        mesh.Source.PushJson($$"""{ "Seed": 1, {{MeshFixture.TwoEndpoints}}, "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "name": "new", {{Retrying}} "route": [ { "destination": { "host": "reviews" } } ] } ] } } }""");
        mesh.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new MeshRetryBudgetStatus(0, 1), status);
        Assert.Equal(status, Assert.Single(mesh.Mesh.GetClusters()).RetryBudget);
        var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));
        Assert.Equal(("default/reviews http[0] (new)", MeshResponseFlags.RetryBudgetExhausted), (result.Rule, result.Flags));
    }

    [Fact]
    public async Task Explain_shows_the_budgets()
    {
        using var mesh = new MeshFixture(Rules("""
            { "trafficPolicy": { "retryBudget": {} }, "x-mesh": { "trafficPolicy": { "retryBudget": { "percent": 12.5 } } },
            """));
        using var response = await mesh.GetAsync();
        var settings = mesh.Mesh.Explain(new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/")).Destinations.Single().Cluster!.Settings;

        Assert.Contains(settings, setting => setting is { Field: "retryBudget", Value: "20 % of the calls under way, at least 3" });
        Assert.Contains(settings, setting => setting is { Field: "x-mesh.retryBudget", Value: "12.5 % of calls, and 1 a second", Origin: null });
    }

    private static string Rules(string destinationRule) => $$"""
        "Services": { "reviews": { "Ports": [ { "Number": 9080, "Name": "http" } ], "Endpoints": [ { "Address": "10.0.0.1:80" } ] } },
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "retries": { "attempts": 3, "retryOn": "5xx" },
          "route": [ { "destination": { "host": "reviews" } } ] } ] } },
        "DestinationRules": { "reviews": {{destinationRule}} "host": "reviews" } }
        """;

    [Fact]
    public async Task Last_attempt_of_the_rule_asks_nothing_of_the_budget()
    {
        using var mesh = Failing(""" "retries": { "attempts": 1, "retryOn": "5xx" }, """);
        for (var call = 0; call < 10; call++)
        {
            var result = await MeshFixture.ResultAsync(mesh.AdvanceUntilDoneAsync(mesh.GetAsync()));
            Assert.Equal(MeshResponseFlags.UpstreamRetryLimitExceeded, result.Flags);
        }
    }
}
