using System.Net;
using Mesh.Client.TestKit;
using Mesh.Client.Tests.Pipeline;

namespace Mesh.Client.Tests.Resilience;

/// <summary>What ends a call: its own limits.</summary>
public sealed class TimeoutTests
{
    private static readonly string[] Both = ["10.0.0.1:80", "10.0.0.2:80"];

    [Fact]
    public async Task Headers_that_do_not_come_in_time_are_answered_504_UT_over_all_attempts()
    {
        using var mesh = WithRoute(""" "headersTimeout": "5s" """, """ "retries": { "attempts": 9, "perTryTimeout": "2s", "retryOn": "reset", "backoff": "1ms" }, """);
        Script(mesh, TransportStep.Hang);

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamRequestTimeout, 3), (result.Flags, result.Attempts));
        Assert.Equal(TimeSpan.FromSeconds(5), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Body_may_take_longer_than_the_headers()
    {
        using var mesh = WithRoute(""" "headersTimeout": "5s" """);
        var body = new HeldStream();
        Script(mesh, () => TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(body) }));
        using var response = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        var reading = response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        mesh.Clock.Advance(TimeSpan.FromHours(1));
        body.End("late");

        Assert.Equal("late", await reading);
    }

    [Fact]
    public async Task Body_is_cut_by_the_timeout_of_the_rule_all_the_same()
    {
        using var mesh = WithRoute(""" "headersTimeout": "5s" """, """ "timeout": "10s", """);
        Script(mesh, () => TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(new HeldStream()) }));
        using var response = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        var reading = response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        mesh.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(reading.IsCompleted);
        mesh.Clock.Advance(TimeSpan.FromSeconds(0.1));

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => reading);
        Assert.Equal(MeshResponseFlags.UpstreamRequestTimeout, failure.Result.Flags);
    }

    internal static void Script(MeshFixture mesh, Func<TransportStep> step)
    {
        foreach (var authority in Both)
        {
            mesh.Transport[authority].Always(step());
        }
    }

    internal static MeshFixture WithRoute(string extension, string rule = "") => new($$"""
        {{MeshFixture.TwoEndpoints}},
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "name": "r", {{rule}}
          "route": [ { "destination": { "host": "reviews" } } ] } ], "x-mesh": { "routes": { "r": { {{extension}} } } } } }
        """);
}
