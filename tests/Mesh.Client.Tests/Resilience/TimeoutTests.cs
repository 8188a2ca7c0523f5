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

        var sending = mesh.GetAsync();
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await UntilSentAsync(mesh, attempt);
            mesh.Clock.Advance(TimeSpan.FromSeconds(2));
        }

        await UntilSentAsync(mesh, 3);
        Assert.False(sending.IsCompleted);
        mesh.Clock.Advance(TimeSpan.FromSeconds(5) - mesh.Clock.Elapsed);

        using var response = await sending;
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.UpstreamRequestTimeout, 3), (result.Flags, result.Attempts));
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

    [Theory]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    public async Task Silent_body_is_cut_with_SI(HttpCompletionOption completion)
    {
        using var mesh = WithRoute(""" "idleTimeout": "5s" """);
        var body = new HeldStream();
        Script(mesh, () => TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(body) }));
        var reading = ReadAsync(mesh, completion);
        for (var i = 0; i < 10; i++)
        {
            body.Push("x");
            await Eventually.TrueAsync(() => body.IsDrained);
            mesh.Clock.Advance(TimeSpan.FromSeconds(4.9));
            Assert.False(reading.IsCompleted);
        }

        mesh.Clock.Advance(TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => reading);
        Assert.Equal(MeshResponseFlags.StreamIdleTimeout, failure.Result.Flags);
        Assert.Contains(": SI: no byte moved", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(54), mesh.Clock.Elapsed);
    }

    [Fact]
    public async Task Reader_who_takes_his_time_is_no_silence()
    {
        using var mesh = WithRoute(""" "idleTimeout": "5s" """);
        var body = new HeldStream();
        Script(mesh, () => TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(body) }));
        using var response = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        body.Push("x");
        Assert.Equal(1, await stream.ReadAsync(new byte[10], TestContext.Current.CancellationToken));

        mesh.Clock.Advance(TimeSpan.FromHours(1));
        body.End("yz");

        Assert.Equal(2, await stream.ReadAsync(new byte[10], TestContext.Current.CancellationToken));
        Assert.Equal(0, await stream.ReadAsync(new byte[10], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Answer_that_is_waited_for_is_no_silence()
    {
        using var mesh = WithRoute(""" "idleTimeout": "5s" """);
        Script(mesh, () => TransportStep.Status(200).After(TimeSpan.FromMinutes(1)));

        using var response = await mesh.AdvanceUntilDoneAsync(mesh.GetAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Request_body_that_falls_silent_is_answered_504_SI_and_nobody_is_blamed()
    {
        using var mesh = new MeshFixture($$"""
            {{MeshFixture.TwoEndpoints[..MeshFixture.TwoEndpoints.IndexOf("\"DestinationRules\"", StringComparison.Ordinal)]}}
            "DestinationRules": { "reviews": { "host": "reviews", "trafficPolicy": { "outlierDetection": { "consecutive5xxErrors": 1, "maxEjectionPercent": 100 } } } },
            "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "name": "r",
              "route": [ { "destination": { "host": "reviews" } } ] } ], "x-mesh": { "routes": { "r": { "idleTimeout": "5s" } } } } }
            """);
        var body = new HeldStream();
        using var content = new StreamContent(body);
        var sending = mesh.Client.PutAsync("http://reviews:9080/", content, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
        {
            body.Push("x");
            await Eventually.TrueAsync(() => body.IsDrained);
            mesh.Clock.Advance(TimeSpan.FromSeconds(4.9));
            Assert.False(sending.IsCompleted);
        }

        mesh.Clock.Advance(TimeSpan.FromSeconds(5));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.StartsWith("stream idle timeout: ", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(response.TryGetMeshResult(out var result));
        Assert.Equal((MeshResponseFlags.StreamIdleTimeout, 1), (result.Flags, result.Attempts));
        Assert.All(mesh.Mesh.GetClusters().SelectMany(cluster => cluster.Endpoints), endpoint => Assert.False(endpoint.IsEjected));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_whose_cut_looks_like_its_end_to_a_synchronous_reader_is_told_as_cut(bool isCopied)
    {
        using var mesh = MeshFixture.WithRule(""" "timeout": "5s", """);
        using var body = new EndsWhenClosed();
        Script(mesh, () => TransportStep.Answer(_ => new(HttpStatusCode.OK) { Content = new StreamContent(body) }));
        using var response = await mesh.Client.GetAsync("http://reviews:9080/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var reading = Task.Run(() =>
        {
            if (isCopied)
            {
                response.Content.CopyTo(Stream.Null, null, CancellationToken.None);
            }
            else
            {
                response.Content.ReadAsStream().ReadExactly(new byte[1]);
            }
        }, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => body.IsRead);
        mesh.Clock.Advance(TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<MeshRequestException>(() => Eventually.EndsAsync(reading));
        Assert.Equal(MeshResponseFlags.UpstreamRequestTimeout, failure.Result.Flags);
    }

    [Fact]
    public void Explain_shows_the_limits_of_streams()
    {
        using var mesh = WithRoute(""" "headersTimeout": "5s", "idleTimeout": "60s" """);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://reviews:9080/");

        var settings = mesh.Mesh.Explain(request).Settings;

        Assert.Contains(settings, setting => setting is { Field: "x-mesh.headersTimeout", Value: "5s" });
        Assert.Contains(settings, setting => setting is { Field: "x-mesh.idleTimeout", Value: "60s" });
    }

    /// <summary>Through the back-offs, which are short; the limits that run meanwhile are long.</summary>
    private static Task UntilSentAsync(MeshFixture mesh, int attempt) => Eventually.TrueAsync(() =>
    {
        if (mesh.Transport.Requests.Count < attempt)
        {
            mesh.Clock.Advance(TimeSpan.FromMilliseconds(0.1));
        }

        return mesh.Transport.Requests.Count == attempt;
    });

    private static async Task<string> ReadAsync(MeshFixture mesh, HttpCompletionOption completion)
    {
        using var response = await mesh.Client.GetAsync("http://reviews:9080/", completion, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    internal static void Script(MeshFixture mesh, Func<TransportStep> step)
    {
        foreach (var authority in Both)
        {
            mesh.Transport[authority].Always(step());
        }
    }

    /// <summary>Has no bytes until it is closed, and then none either, as a pipe.</summary>
    private sealed class EndsWhenClosed : MemoryStream
    {
        private readonly ManualResetEventSlim _closed = new();
        private volatile bool _isRead;

        public bool IsRead => _isRead;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            WaitForEnd();
            return 0;
        }

        public override void CopyTo(Stream destination, int bufferSize) => WaitForEnd();

        protected override void Dispose(bool disposing)
        {
            _closed.Set();
            base.Dispose(disposing);
        }

        private void WaitForEnd()
        {
            _isRead = true;
            _closed.Wait();
        }
    }

    internal static MeshFixture WithRoute(string extension, string rule = "") => new($$"""
        {{MeshFixture.TwoEndpoints}},
        "VirtualServices": { "reviews": { "hosts": [ "reviews" ], "http": [ { "name": "r", {{rule}}
          "route": [ { "destination": { "host": "reviews" } } ] } ], "x-mesh": { "routes": { "r": { {{extension}} } } } } }
        """);
}
