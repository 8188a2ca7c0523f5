using System.Net;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.TestKit;

public sealed class ScriptedTransportTests
{
    private readonly TestClock _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_play_once_each_and_then_the_standing_one()
    {
        using var transport = new ScriptedTransport(_clock);
        transport["10.0.0.1:80"]
            .Then(TransportStep.Status(503), TransportStep.ConnectFailure(), TransportStep.Reset())
            .Always(TransportStep.Status(204));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(transport, Cancellation)).StatusCode);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(transport, Cancellation));
        Assert.Equal(HttpRequestError.ConnectionError, refused.HttpRequestError);
        var reset = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(transport, Cancellation));
        Assert.Equal(HttpRequestError.ResponseEnded, reset.HttpRequestError);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(transport, Cancellation)).StatusCode);
        Assert.Equal(4, transport.Counts["10.0.0.1:80"]);
    }

    [Fact]
    public async Task Delay_runs_on_the_test_clock()
    {
        using var transport = new ScriptedTransport(_clock);
        transport["10.0.0.1:80"].Always(TransportStep.Status(200).After(TimeSpan.FromSeconds(5)));

        var call = SendAsync(transport, Cancellation);
        await _clock.UntilArmedAsync();
        Assert.False(call.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(HttpStatusCode.OK, (await Eventually.EndsAsync(call)).StatusCode);
    }

    [Fact]
    public async Task Hang_ends_when_the_caller_cancels()
    {
        using var transport = new ScriptedTransport(_clock);
        transport["10.0.0.1:80"].Always(TransportStep.Hang());
        using var source = new CancellationTokenSource();

        var call = SendAsync(transport, source.Token);
        await Eventually.TrueAsync(() => transport.Requests.Count == 1);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.EndsAsync(call));
    }

    [Fact]
    public async Task Request_is_recorded_as_it_was_sent()
    {
        using var transport = new ScriptedTransport(_clock);
        using var invoker = new HttpMessageInvoker(transport);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://10.0.0.1/path?query") { Content = new StringContent("body") };
        request.Headers.Host = "reviews:9080";
        request.Headers.Add("end-user", "jason");

        await invoker.SendAsync(request, TestContext.Current.CancellationToken);
        request.RequestUri = new Uri("http://elsewhere/");
        request.Headers.Remove("end-user");

        var recorded = Assert.Single(transport.Requests);
        Assert.Equal("POST http://10.0.0.1/path?query", $"{recorded.Method} {recorded.Uri}");
        Assert.Equal(("10.0.0.1:80", "reviews:9080"), (recorded.Authority, recorded.Host));
        Assert.Equal("jason", recorded.Headers["End-User"]);
        Assert.Equal("body"u8.ToArray(), recorded.Body);
    }

    [Fact]
    public void Synchronous_send_plays_the_same_script()
    {
        using var transport = new ScriptedTransport(_clock);
        transport["10.0.0.1:80"].Then(TransportStep.Status(503));
        using var invoker = new HttpMessageInvoker(transport, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://10.0.0.1/");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, invoker.Send(request, TestContext.Current.CancellationToken).StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(ScriptedTransport transport, CancellationToken cancellationToken)
    {
        using var invoker = new HttpMessageInvoker(transport, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://10.0.0.1/");
        return await invoker.SendAsync(request, cancellationToken);
    }
}
