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
