using System.Diagnostics;
using System.Net;
using Mesh.Client.Pipeline;
using Mesh.Client.TestKit;

namespace Mesh.Client.Tests.Resilience;

/// <summary>What a script came to in the real loop.</summary>
internal sealed class RetryLoopRun
{
    private const string Payload = "body";

    public List<Attempt> Attempts { get; } = [];

    /// <summary>0 where the caller got an exception.</summary>
    public int Status { get; private set; }

    public Exception? Failure { get; private set; }

    /// <summary>Null where what the caller got carries none.</summary>
    public MeshResult? Result { get; private set; }

    /// <summary>Made on the clock and still there after everything was disposed.</summary>
    public int TimersLeft { get; private set; }

    public static RetryLoopRun Of(RetryLoopScript script)
    {
        var run = new RetryLoopRun();
        var clock = new TestClock();
        run.Play(script, clock);

        // The loops of discovery end on other threads.
        SpinWait.SpinUntil(() => clock.LiveTimers == 0, TimeSpan.FromSeconds(30));
        run.TimersLeft = clock.LiveTimers;
        return run;
    }

    private void Play(RetryLoopScript script, TestClock clock)
    {
        var source = new FakeSource("rules");
        source.PushJson(script.ToRules());
        using var transport = new Player(script, clock, Attempts);
        using var handler = MeshClient.CreateHandler(new MeshHandlerOptions { Sources = [source], TimeProvider = clock, InnerHandler = transport });
        ((MeshHandler)handler).Runtime.ActiveClock.Dispose();
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var patience = script.CallerGivesUpAt is { } at ? new CancellationTokenSource(TimeSpan.FromMilliseconds(at), clock) : new CancellationTokenSource();
        using var request = new HttpRequestMessage(new HttpMethod(script.Method), "http://reviews:9080/") { Content = Body(script.Body) };
        if (script.DisableRetries)
        {
            request.SetMesh(new MeshCallOptions { DisableRetries = true });
        }

        var sending = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Advance(clock, sending);
        if (sending.IsCompletedSuccessfully)
        {
            using var response = sending.Result;
            Status = (int)response.StatusCode;
            Result = response.TryGetMeshResult(out var result) ? result : null;
            Attempts.ForEach(attempt => attempt.WasDisposedInTime = attempt.Content?.IsDisposed);
            return;
        }

        Failure = sending.Exception?.InnerException ?? new OperationCanceledException();
        Result = (Failure as MeshRequestException)?.Result;
        Attempts.ForEach(attempt => attempt.WasDisposedInTime = attempt.Content?.IsDisposed);
    }

    /// <summary>All that waits in the loop and in the player goes on inside <see cref="TestClock.Advance"/>: nothing runs beside this thread but the end
    /// of a cancelled wait.</summary>
    private static void Advance(TestClock clock, Task sending)
    {
        var since = Stopwatch.StartNew();
        while (!sending.IsCompleted)
        {
            if (clock.NextDueIn is { } due)
            {
                clock.Advance(due);
            }
            else if (since.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new TimeoutException("The call hangs: no timer is armed.");
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private static HttpContent? Body(BodyKind kind)
    {
        switch (kind)
        {
            case BodyKind.None:
                return null;
            case BodyKind.Bytes:
                return new StringContent(Payload);
            default:
                var content = new StreamContent(new OneShotStream());
                content.Headers.ContentLength = kind == BodyKind.ShortStream ? Payload.Length : null;
                return content;
        }
    }

    /// <param name="At">When it began, by the clock.</param>
    /// <param name="Authority">The endpoint.</param>
    internal sealed record Attempt(TimeSpan At, string Authority)
    {
        /// <summary>Null where it was not read.</summary>
        public string? Body { get; set; }

        /// <summary>Of the answer, where there was one.</summary>
        public WatchedContent? Content { get; set; }

        /// <summary>When the caller got the outcome.</summary>
        public bool? WasDisposedInTime { get; set; }
    }

    internal sealed class WatchedContent() : ByteArrayContent([1, 2, 3])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>The endpoints: plays the script, whichever of them is asked.</summary>
    private sealed class Player(RetryLoopScript script, TestClock clock, List<Attempt> attempts) : HttpMessageHandler
    {
        private static readonly AttemptScript Well = new(AttemptKind.Answer, 200, null, false, true, 0);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var step = attempts.Count < script.Script.Count ? script.Script[attempts.Count] : Well;
            var attempt = new Attempt(clock.Elapsed, request.RequestUri!.Authority);
            attempts.Add(attempt);
            if (step.HasBodyRead && request.Content is { } content)
            {
                using var read = new MemoryStream();
                await content.CopyToAsync(read, cancellationToken).ConfigureAwait(false);
                attempt.Body = System.Text.Encoding.UTF8.GetString(read.ToArray());
            }

            if (step.Takes > 0)
            {
                await PassAsync(TimeSpan.FromMilliseconds(step.Takes), cancellationToken).ConfigureAwait(false);
            }

            return step.Kind switch
            {
                AttemptKind.Answer => Answer(request, step, attempt),
                AttemptKind.NoConnection => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
                AttemptKind.BrokenConnection => throw new HttpRequestException(HttpRequestError.ResponseEnded, "gone"),
                AttemptKind.RefusedStream => throw new HttpRequestException(
                    HttpRequestError.HttpProtocolError, "refused", new HttpProtocolException(0x7, "REFUSED_STREAM", null)),
                AttemptKind.BrokenProtocol => throw new HttpRequestException(HttpRequestError.InvalidResponse, "what?"),
                _ => throw new InvalidCastException("the application's own"),
            };
        }

        private static HttpResponseMessage Answer(HttpRequestMessage request, AttemptScript step, Attempt attempt)
        {
            attempt.Content = new WatchedContent();
            var response = new HttpResponseMessage((HttpStatusCode)step.Status) { RequestMessage = request, Content = attempt.Content };
            if (step.RetryAfter is { } seconds)
            {
                response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
            }

            if (step.IsRateLimited)
            {
                response.Headers.TryAddWithoutValidation("x-envoy-ratelimited", "true");
            }

            return response;
        }

        /// <summary>Unlike Task.Delay it ends on the thread that cancels, so that a run is the same each time.</summary>
        private async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
        {
            var passed = new TaskCompletionSource();
            using var timer = clock.CreateTimer(_ => passed.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
            using var registration = cancellationToken.UnsafeRegister(_ => passed.TrySetCanceled(cancellationToken), null);
            await passed.Task.ConfigureAwait(false);
        }
    }

    private sealed class OneShotStream() : MemoryStream(System.Text.Encoding.UTF8.GetBytes(Payload))
    {
        public override bool CanSeek => false;
    }
}
